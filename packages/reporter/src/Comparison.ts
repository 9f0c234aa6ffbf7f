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
  readonly signature: string
}

export interface Sample {
  readonly prompt: string
  readonly text: string
  readonly settings: string
}

export interface Curve {
  readonly step: Int32Array
  readonly tokensSeen: Float64Array
  readonly lossNats: Float64Array
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
  readonly speed: ReadonlyMap<string, number>
  /** per document of the held-out data; ids sorted, so that models line up */
  readonly items: {
    readonly ids: ReadonlyArray<string>
    readonly nats: Float64Array
    readonly bytes: Float64Array
  }
  readonly samples: ReadonlyArray<Sample>
  /** held-out data */
  readonly data: {
    readonly digest: string
    readonly split: string
    readonly documents: number
    readonly tokens: number
  }
}

/** The number models are ranked by, where it was measured. */
export const bitsPerByte = (model: Summary): Metric | undefined => model.metrics.get("bits_per_byte")

/** The same to sort by: a model without it comes last. */
export const score = (model: Summary): number => bitsPerByte(model)?.value ?? Infinity

/** Were the two measured in the same way on the same documents? Only then may they be ranked. */
export const comparable = (a: Summary, b: Summary): boolean =>
  bitsPerByte(a)?.signature === bitsPerByte(b)?.signature && a.items.ids.join() === b.items.ids.join()

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

/**
 * Joins models with their traces (by the node that made both) and their metrics (by the model's digest). A model without
 * metrics is left out; `unmeasured` names it.
 */
export const gather = Effect.fnUntraced(function* (given: {
  readonly models: ReadonlyArray<Labelled<typeof Weights>>
  readonly traces: ReadonlyArray<Labelled<typeof Trace>>
  readonly metrics: ReadonlyArray<Labelled<typeof Metrics>>
}) {
  const summaries: Array<Summary> = []
  const unmeasured: Array<string> = []
  for (const model of given.models) {
    const measured = given.metrics.find(({ artifact }) => artifact.attributes.model === model.artifact.digest)
    if (measured === undefined) {
      unmeasured.push(model.label)
      continue
    }
    const trace = given.traces.find(({ label }) => label === model.label)
    const { curve, cost } =
      trace === undefined ? { curve: undefined, cost: new Map() } : yield* curveOf(trace)
    const metrics = yield* measured.artifact.read("metrics")
    const speed = yield* measured.artifact.read("speed")
    const items = yield* measured.artifact.read("items")
    const samples = yield* measured.artifact.read("samples")
    const { attributes } = model.artifact
    const order = items.id.map((_, i) => i).toSorted((i, j) => (items.id[i]! < items.id[j]! ? -1 : 1))
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
      metrics: new Map(
        metrics.metric.map((metric, i) => [
          metric,
          {
            value: metrics.value[i]!,
            low: metrics.low[i]!,
            high: metrics.high[i]!,
            confidence: metrics.confidence[i]!,
            n: metrics.n[i]!,
            unit: metrics.unit[i]!,
            signature: metrics.signature[i]!
          }
        ])
      ),
      speed: named(speed.name, speed.value),
      items: {
        ids: order.map((i) => items.id[i]!),
        nats: Float64Array.from(order, (i) => items.nats[i]!),
        bytes: Float64Array.from(order, (i) => items.bytes[i]!)
      },
      samples: samples.prompt.map((prompt, i) => ({
        prompt,
        text: samples.text[i]!,
        settings: samples.settings[i]!
      })),
      data: {
        digest: measured.artifact.attributes.data,
        split: measured.artifact.attributes.split,
        documents: measured.artifact.attributes.documents,
        tokens: measured.artifact.attributes.tokens
      }
    })
  }
  return { summaries, unmeasured }
})
