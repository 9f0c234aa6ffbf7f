// Texts to classes, numbers, labels of tokens or places of answers: what a model with such a head says of each example.
import type { Classifier, ModelFailed } from "@inkstone/model-zoo"
import { Effect } from "effect"
import type { Row, TaskData } from "./Examples.ts"
import type { Outcome } from "./Outcome.ts"
import { type Span, bestSpan } from "./Span.ts"
import { batchesOf } from "./Write.ts"

export interface Classifying {
  readonly batchSize: number
  readonly answerTokens: number
  readonly unanswerable: boolean
  readonly done: (examples: number) => Effect.Effect<void>
}

/** Nats of one of several logits. */
export const natsOf = (logits: ArrayLike<number>, right: number): number => {
  let most = -Infinity
  for (let i = 0; i < logits.length; i++) most = Math.max(most, logits[i]!)
  let sum = 0
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i]! - most)
  return Math.log(sum) + most - logits[right]!
}

const likeliest = (logits: Float32Array): number => logits.indexOf(Math.max(...logits))

/** Rows padded on the right to the longest; a text that the model cannot read whole is cut. */
const textsOf = (rows: ReadonlyArray<Row>, padId: number, contextLength: number) => {
  const T = Math.min(contextLength, Math.max(1, ...rows.map(({ ids }) => ids.length)))
  const B = rows.length
  const tokens = new Int32Array(B * T).fill(padId)
  const mask = new Uint8Array(B * T)
  const segments = new Int32Array(B * T)
  for (const [row, { ids, segments: of }] of rows.entries()) {
    const length = Math.min(T, ids.length)
    tokens.set(Int32Array.from(ids).subarray(0, length), row * T)
    segments.set(of.subarray(0, length), row * T)
    mask.fill(1, row * T, row * T + length)
  }
  return { B, T, tokens, mask, segments }
}

/** What one row said: numbers of the text, or `T` times as many. */
interface Said {
  readonly numbers: Float32Array
  readonly tokens: number
}

/** Output, nats and units of one example from what its rows said. */
type Judge = (
  rows: ReadonlyArray<Row>,
  said: ReadonlyArray<Said>
) => {
  readonly output: string
  readonly nats: number
  readonly units: number
}

const judges = (data: TaskData, options: Classifying): Record<Classifier["head"], Judge> => ({
  labels: ([row], [said]) => ({
    output: data.labels[likeliest(said!.numbers)] ?? "",
    nats: natsOf(said!.numbers, row!.label),
    units: 1
  }),
  value: (_, [said]) => ({ output: String(said!.numbers[0]!), nats: NaN, units: 1 }),
  tags: ([row], [said]) => {
    const width = said!.numbers.length / said!.tokens
    const names: Array<string> = []
    let nats = 0
    for (const [at, tag] of row!.tags.entries()) {
      if (tag < 0) continue
      // what was cut off was not labelled
      const logits = at < said!.tokens ? said!.numbers.subarray(at * width, (at + 1) * width) : undefined
      names.push(logits === undefined ? "" : (data.labels[likeliest(logits)] ?? ""))
      if (logits !== undefined) nats += natsOf(logits, tag)
    }
    return { output: names.join(" "), nats, units: names.length }
  },
  span: (rows, said) => {
    let [best, nowhere]: [(Span & { readonly row: Row }) | undefined, number] = [undefined, Infinity]
    let [nats, units] = [0, 0]
    for (const [i, row] of rows.entries()) {
      const { numbers, tokens } = said[i]!
      const begins = Float32Array.from({ length: tokens }, (_, at) => numbers[2 * at]!)
      const ends = Float32Array.from({ length: tokens }, (_, at) => numbers[2 * at + 1]!)
      const found = bestSpan({ begins, ends, segments: row.segments }, options.answerTokens)
      if (found !== undefined && (best === undefined || found.score > best.score)) best = { ...found, row }
      nowhere = Math.min(nowhere, begins[0]! + ends[0]!)
      if (row.answerStart < 0 || row.answerEnd >= tokens) continue
      nats += (natsOf(begins, row.answerStart) + natsOf(ends, row.answerEnd)) / 2
      units++
    }
    const silent = best === undefined || (options.unanswerable && nowhere > best.score)
    const output =
      silent || best === undefined ? "" : data.textOf([...best.row.ids].slice(best.from, best.to + 1))
    return { output, nats, units }
  }
})

const lossUnits = {
  labels: "nats per text",
  value: "",
  tags: "nats per labelled token",
  span: "nats per border of an answer"
} as const

export const classify = Effect.fnUntraced(function* (
  model: Classifier,
  data: TaskData,
  options: Classifying
): Effect.fn.Return<Outcome, ModelFailed> {
  const { examples, padId } = data
  const judge = judges(data, options)[model.head]
  const outputs = examples.map(() => "")
  const [nats, units] = [new Float64Array(examples.length), new Uint32Array(examples.length)]
  for (const batch of batchesOf(examples, options.batchSize)) {
    const rows = batch.flatMap((at) => examples[at]!.rows)
    const texts = textsOf(rows, padId, model.contextLength)
    const numbers = yield* model.answer(texts)
    const width = numbers.length / rows.length
    const perToken = model.head === "tags" || model.head === "span" ? width / texts.T : width
    const said = rows.map(({ ids }, row): Said => {
      const tokens = Math.min(texts.T, ids.length)
      const size = perToken === width ? width : tokens * perToken
      return { numbers: numbers.subarray(row * width, row * width + size), tokens }
    })
    let from = 0
    for (const at of batch) {
      const own = examples[at]!.rows
      const found = judge(own, said.slice(from, from + own.length))
      from += own.length
      outputs[at] = found.output
      nats[at] = found.nats
      units[at] = found.units
    }
    yield* options.done(batch.length)
    yield* Effect.yieldNow // native calls hold the thread; between two of them an interruption can get through
  }
  return { outputs, nats, units, lossUnit: lossUnits[model.head], written: 0 }
})
