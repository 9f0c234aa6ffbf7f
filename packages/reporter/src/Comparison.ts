// One summary a model: what it is, what it was trained on and how, what it scores. Everything the pages show comes from
// here, and everything here comes from artifacts.
import type { Metrics, Trace, Weights } from "@inkstone/artifact"
import type { Labelled } from "@inkstone/stage"
import { Effect } from "effect"

export interface Metric {
  readonly value: number
  readonly low: number
  readonly high: number
  readonly confidence: number
  readonly n: number
  readonly unit: string
  readonly better: "lower" | "higher"
  readonly signature: string
  /** `documents` or `examples` */
  readonly items: string
  /** on resamples; those of two models are of the same items where `resampling` is equal and not empty */
  readonly replicates: Float64Array
  readonly resampling: string
}

export interface Sample {
  readonly prompt: string
  readonly text: string
  readonly settings: string
}

export interface ClassScores {
  readonly label: string
  readonly precision: number
  readonly recall: number
  readonly f1: number
  readonly support: number
}

export interface Curve {
  readonly step: Int32Array
  readonly tokensSeen: Float64Array
  readonly lossNats: Float64Array
  /** of the loss, such as `nats per token` */
  readonly unit: string
  /** of evaluations */
  readonly evaluated: { readonly step: Int32Array; readonly lossNats: Float64Array }
  readonly stopReason: string
  readonly bestStep: number
  readonly steps: number
}

export interface Summary {
  /** of the node that made it, such as `gpt[preset=nano]` */
  readonly label: string
  readonly digest: string
  readonly family: string
  readonly preset: string
  readonly parameters: number
  readonly weightBytes: number
  readonly contextLength: number
  readonly vocabSize: number
  readonly tokenizer: string
  readonly trainedOn: string
  readonly trainTokens: number
  readonly trainBytes: number
  readonly architecture: Readonly<Record<string, unknown>>
  readonly training: Readonly<Record<string, unknown>>
  readonly curve: Curve | undefined
  readonly cost: ReadonlyMap<string, number>
  readonly metrics: ReadonlyMap<string, Metric>
  /** the metric that models are ranked by */
  readonly primary: string
  readonly speed: ReadonlyMap<string, number>
  readonly samples: ReadonlyArray<Sample>
  /** of classifiers */
  readonly classes: ReadonlyArray<ClassScores>
}

/** The number models are ranked by, where it was measured. */
export const primaryOf = (model: Summary): Metric | undefined => model.metrics.get(model.primary)

/** The same to sort by, better ones first: a model without it comes last. */
export const score = (model: Summary): number => {
  const metric = primaryOf(model)
  return metric === undefined ? Infinity : metric.better === "lower" ? metric.value : -metric.value
}

/** Were the two measured in the same way on the same items, and resampled alike? Only then may they be compared. */
export const alike = (a: Metric | undefined, b: Metric | undefined): boolean =>
  a !== undefined &&
  b !== undefined &&
  a.signature === b.signature &&
  a.resampling === b.resampling &&
  a.resampling !== ""

const named = (names: ReadonlyArray<string>, values: Float64Array) =>
  new Map(names.map((name, i) => [name, values[i]!]))

const curveOf = Effect.fnUntraced(function* (trace: Labelled<typeof Trace>) {
  const { artifact } = trace
  const steps = yield* artifact.read("steps")
  const evaluations = yield* artifact.read("evaluations")
  const cost = yield* artifact.read("cost")
  const curve: Curve = {
    step: steps.step,
    tokensSeen: steps.tokens_seen,
    lossNats: steps.loss_nats,
    unit: artifact.attributes.unit,
    evaluated: { step: evaluations.step, lossNats: evaluations.loss_nats },
    stopReason: artifact.attributes.stopReason,
    bestStep: artifact.attributes.bestStep,
    steps: artifact.attributes.steps
  }
  return { curve, cost: named(cost.name, cost.value) }
})

const weightBytes = Effect.fnUntraced(function* (model: Labelled<typeof Weights>) {
  const { data } = yield* model.artifact.read("weights")
  return data.reduce((sum, each) => sum + each.byteLength, 0)
})

interface Measured {
  readonly metrics: ReadonlyMap<string, Metric>
  readonly speed: ReadonlyMap<string, number>
  readonly samples: ReadonlyArray<Sample>
  readonly classes: ReadonlyArray<ClassScores>
  readonly primary: string
}

const measuredOf = Effect.fnUntraced(function* ({ artifact }: Labelled<typeof Metrics>) {
  const { primary, resampling, task } = artifact.attributes
  const metrics = yield* artifact.read("metrics")
  const replicates = yield* artifact.read("replicates")
  const speed = yield* artifact.read("speed")
  const samples = yield* artifact.read("samples")
  const classes = yield* artifact.read("classes")
  const metricAt = (name: string, i: number): Metric => ({
    value: metrics.value[i]!,
    low: metrics.low[i]!,
    high: metrics.high[i]!,
    confidence: metrics.confidence[i]!,
    n: metrics.n[i]!,
    unit: metrics.unit[i]!,
    better: metrics.better[i] === "higher" ? "higher" : "lower",
    signature: metrics.signature[i]!,
    items: task === "language-modelling" ? "documents" : "examples",
    replicates: replicates.value.filter((_, at) => replicates.metric[at] === name),
    resampling
  })
  const found: Measured = {
    metrics: new Map(metrics.metric.map((name, i) => [name, metricAt(name, i)])),
    speed: named(speed.name, speed.value),
    samples: samples.prompt.map((prompt, i) => ({
      prompt,
      text: samples.text[i]!,
      settings: samples.settings[i]!
    })),
    classes: classes.label.map((label, i) => ({
      label,
      precision: classes.precision[i]!,
      recall: classes.recall[i]!,
      f1: classes.f1[i]!,
      support: classes.support[i]!
    })),
    primary
  }
  return found
})

/** Where a model was measured more than once, a name that is there already is that of the first. */
const merged = <A>(maps: ReadonlyArray<ReadonlyMap<string, A>>): ReadonlyMap<string, A> =>
  new Map(maps.toReversed().flatMap((map) => [...map]))

/**
 * Joins models with their traces (by the node that made both) and their metrics (by the model's digest, or by the node where one made
 * both). A model without metrics is left out; `unmeasured` names it.
 */
export const gather = Effect.fnUntraced(function* (
  given: {
    readonly models: ReadonlyArray<Labelled<typeof Weights>>
    readonly traces: ReadonlyArray<Labelled<typeof Trace>>
    readonly metrics: ReadonlyArray<Labelled<typeof Metrics>>
  },
  /** to rank by; the evaluator's own choice if left out */
  metric?: string
) {
  const summaries: Array<Summary> = []
  const unmeasured: Array<string> = []
  for (const model of given.models) {
    const own = given.metrics.filter(({ artifact, label }) =>
      artifact.attributes.model === ""
        ? label === model.label
        : artifact.attributes.model === model.artifact.digest
    )
    const measured = yield* Effect.forEach(own, measuredOf)
    const first = measured[0]
    if (first === undefined) {
      unmeasured.push(model.label)
      continue
    }
    const trace = given.traces.find(({ label }) => label === model.label)
    const { curve, cost } =
      trace === undefined ? { curve: undefined, cost: new Map() } : yield* curveOf(trace)
    const { attributes } = model.artifact
    summaries.push({
      label: model.label,
      digest: model.artifact.digest,
      family: attributes.family,
      preset: attributes.preset,
      parameters: attributes.parameters,
      weightBytes: yield* weightBytes(model),
      contextLength: attributes.contextLength,
      vocabSize: attributes.vocabSize,
      tokenizer: attributes.tokenizer,
      trainedOn: attributes.trainedOn,
      trainTokens: attributes.trainTokens,
      trainBytes: attributes.trainBytes,
      architecture: attributes.architecture,
      training: attributes.training,
      curve,
      cost,
      metrics: merged(measured.map(({ metrics }) => metrics)),
      primary: metric ?? first.primary,
      speed: merged(measured.map(({ speed }) => speed)),
      samples: measured.flatMap(({ samples }) => samples),
      classes: measured.flatMap(({ classes }) => classes)
    })
  }
  return { summaries, unmeasured }
})
