// From what was said of the examples to an artifact of kind `metrics`, whoever said it.
import type { ArtifactInvalid, Draft, Metrics, MetricTask, StorageFailed } from "@inkstone/artifact"
import { Effect } from "effect"
import { type Measurement, measure } from "../Measurement.ts"
import * as Classification from "../metrics/Classification.ts"
import * as Statistics from "../metrics/Statistics.ts"
import * as Results from "../Results.ts"
import * as Examples from "./Examples.ts"
import * as LabelMeasures from "./LabelMeasures.ts"
import type { Outcome } from "./Outcome.ts"
import * as TextMeasures from "./TextMeasures.ts"

/** the metric a model of a task is ranked by where nobody names another */
const primaries: Record<Exclude<MetricTask, "language-modelling">, string> = {
  "text-to-text": "chrf",
  classification: "accuracy",
  regression: "pearson",
  "token-classification": "token_accuracy",
  "question-answering": "token_f1"
}

/** tokens of inputs shown beside an output */
const shownCharacters = 400

const words = (text: string): ReadonlyArray<string> => (text === "" ? [] : text.split(" "))

const measurementsOf = (
  data: Examples.TaskData,
  { outputs }: Outcome,
  reading: TextMeasures.Reading & { readonly condition: string }
): ReadonlyArray<Measurement> => {
  const { condition } = reading
  const references = data.examples.map(({ reference }) => reference)
  const segments = outputs.map((output, at) => ({ output, references: [references[at]!] }))
  switch (data.task) {
    case "classification":
      return [LabelMeasures.ofClasses(outputs, references, condition)]
    case "regression":
      return [
        LabelMeasures.ofNumbers(
          Float64Array.from(outputs, Number),
          Float64Array.from(references, Number),
          condition
        )
      ]
    case "token-classification":
      return [LabelMeasures.ofTags(outputs.map(words), references.map(words), condition)]
    case "question-answering":
      return TextMeasures.of(segments, reading, condition).filter(({ metrics }) =>
        metrics.some(({ metric }) => metric === "exact_match")
      )
    case "text-to-text":
      return TextMeasures.of(segments, reading, condition)
  }
}

const lossOf = ({ lossUnit, nats, units }: Outcome, condition: string): ReadonlyArray<Measurement> => {
  if (nats.some((each) => Number.isNaN(each))) return []
  const statistics = Statistics.make(nats.length, 2, (at, row) => row.set([nats[at]!, units[at]!]))
  return [
    {
      metrics: [
        { metric: "loss_nats", unit: lossUnit, better: "lower", signature: `metric:loss_nats|${condition}` }
      ],
      values: (drawn) => {
        const [cost = 0, count = 0] = Statistics.sums(statistics, drawn)
        return [cost / count]
      }
    }
  ]
}

export interface About {
  /** logical digests */
  readonly model: string
  readonly pairs: string
  /** of the tokenizer, which losses per token depend on */
  readonly tokenizer: string
  readonly speed: ReadonlyArray<readonly [name: string, value: number]>
  /** how outputs came to be, for the reader of samples */
  readonly settings: string
}

export type Settings = TextMeasures.Reading & {
  readonly bootstrapSamples: number
  readonly confidence: number
  readonly samples: number
}

/** Measures and writes. */
export const write = Effect.fnUntraced(function* (
  metrics: Draft<typeof Metrics>,
  {
    about,
    data,
    outcome
  }: { readonly about: About; readonly data: Examples.TaskData; readonly outcome: Outcome },
  config: Settings
): Effect.fn.Return<void, ArtifactInvalid | StorageFailed> {
  const { examples, split, task } = data
  const digest = Examples.digest(examples)
  const condition = `task:${task}|split:${split}|data:${digest}|version:1`
  const resampling = Results.resamplingOf(digest, config)
  const perToken = task === "text-to-text" || task === "token-classification" || task === "question-answering"
  const lossCondition = perToken ? `tokenizer:${about.tokenizer.slice(0, 16)}|${condition}` : condition
  const measurements = [
    ...measurementsOf(data, outcome, { ...config, condition }),
    ...lossOf(outcome, lossCondition)
  ]
  const ids = examples.map(({ id }) => id)
  const bytes = Uint32Array.from(examples, ({ reference }) => Buffer.byteLength(reference))
  yield* Results.write(metrics, {
    measures: measure(measurements, ids.length, resampling),
    confidence: config.confidence,
    items: {
      id: ids,
      source: examples.map(({ source }) => source),
      nats: outcome.nats,
      tokens: outcome.units,
      bytes
    },
    speed: about.speed,
    about: {
      task,
      primary: primaries[task],
      resampling: resampling.name,
      model: about.model,
      data: about.pairs,
      split,
      documents: ids.length,
      tokens: outcome.units.reduce((a, b) => a + b, 0),
      bytes: bytes.reduce((a, b) => a + b, 0)
    }
  })
  for (const { each = {} } of measurements)
    for (const [metric, values] of Object.entries(each))
      yield* metrics.append("outcomes", {
        id: ids,
        metric: ids.map(() => metric),
        value: Float64Array.from(values)
      })
  yield* metrics.append("outputs", {
    id: ids,
    input: examples.map(({ input }) => input.slice(0, shownCharacters)),
    output: outcome.outputs,
    reference: examples.map(({ reference }) => reference)
  })
  if (task === "classification" || task === "token-classification")
    yield* writeClasses(metrics, data, outcome)
  const shown = Math.min(config.samples, examples.length)
  const places = Array.from({ length: shown }, (_, i) => Math.floor((i * examples.length) / shown))
  yield* metrics.append("samples", {
    prompt: places.map((at) => `${examples[at]!.input.slice(0, shownCharacters)}\n`),
    text: places.map((at) => outcome.outputs[at]!),
    settings: places.map((at) => `${about.settings}; it should have been: ${examples[at]!.reference}`)
  })
})

/** Class by class, and which is taken for which. */
const writeClasses = (
  metrics: Draft<typeof Metrics>,
  { examples, task }: Examples.TaskData,
  { outputs }: Outcome
) => {
  const split = (text: string) => (task === "classification" ? [text] : words(text))
  const references = examples.flatMap(({ reference }) => split(reference))
  const predictions = outputs.flatMap(split)
  const { classes } = Classification.measure(predictions, references)
  const table = [...classes].toSorted(([a], [b]) => (a < b ? -1 : 1))
  const counts = new Map<string, number>()
  for (const [at, reference] of references.entries()) {
    const key = JSON.stringify([reference, predictions[at]])
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const cells = table.flatMap(([reference]) =>
    table.map(([output]) => ({ reference, output, n: counts.get(JSON.stringify([reference, output])) ?? 0 }))
  )
  return Effect.all([
    metrics.append("classes", {
      label: table.map(([label]) => label),
      precision: Float64Array.from(table, ([, { precision }]) => precision),
      recall: Float64Array.from(table, ([, { recall }]) => recall),
      f1: Float64Array.from(table, ([, { f1 }]) => f1),
      support: Uint32Array.from(table, ([, { support }]) => support)
    }),
    metrics.append("confusion", {
      reference: cells.map(({ reference }) => reference),
      output: cells.map(({ output }) => output),
      n: Uint32Array.from(cells, ({ n }) => n)
    })
  ])
}
