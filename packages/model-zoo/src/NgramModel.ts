// The n-gram model as a family of the zoo: arrays in and out, scoring and generation.
import { Effect, Schema } from "effect"
import type { CountFamily } from "./Family.ts"
import { type LanguageModel, ModelUnusable, type Opening } from "./Model.ts"
import type { Level } from "./internal/countNgrams.ts"
import * as NamedArray from "./NamedArray.ts"
import * as Ngram from "./Ngram.ts"

const fits = (limit: number) => limit <= 0xffff

/** The smallest unsigned type that holds them: most counts and child counts need two bytes. */
const packed = (name: string, values: Uint32Array): NamedArray.NamedArray =>
  fits(values.reduce((a, b) => Math.max(a, b), 0))
    ? NamedArray.of(name, "uint16", Uint16Array.from(values))
    : NamedArray.of(name, "uint32", values)

/** Named arrays of a trained model, in a fixed order: for each level its last words, its counts, its numbers of children. */
export const toArrays = ({ levels, order }: Ngram.Ngram): ReadonlyArray<NamedArray.NamedArray> =>
  levels.flatMap(({ words, counts, starts }, depth) => {
    const level = `level.${depth + 1}`
    const children = counts.map((_, node) => starts[node + 1]! - starts[node]!)
    return [
      ...(depth === 0 ? [] : [packed(`${level}.words`, words)]),
      packed(`${level}.counts`, counts),
      ...(depth === order - 1 ? [] : [packed(`${level}.children`, children)])
    ]
  })

/** Reads what `toArrays` wrote; a string says what does not fit. */
const levelsOf = (
  arrays: NamedArray.NamedArrays,
  order: number,
  vocabSize: number
): ReadonlyArray<Level> | string => {
  const numbers = (name: string): Uint32Array | undefined => {
    const wide = NamedArray.view(arrays.get(name), "uint32")
    const narrow = NamedArray.view(arrays.get(name), "uint16")
    return wide ?? (narrow && Uint32Array.from(narrow))
  }
  const levels: Array<Level> = []
  let nodes = vocabSize
  for (let depth = 0; depth < order; depth++) {
    const level = `level.${depth + 1}`
    const words = depth === 0 ? new Uint32Array(0) : numbers(`${level}.words`)
    const counts = numbers(`${level}.counts`)
    const children = depth === order - 1 ? new Uint32Array(0) : numbers(`${level}.children`)
    if (words === undefined || counts === undefined || children === undefined)
      return `${level} lacks words, counts or children, or they are no unsigned integers`
    if (counts.length !== nodes || (depth > 0 && words.length !== nodes))
      return `${level} has ${counts.length} counts and ${words.length} words for ${nodes} n-grams`
    if (depth < order - 1 && children.length !== nodes)
      return `${level}.children has ${children.length} numbers for ${nodes} n-grams`
    if (words.some((word) => word >= vocabSize)) return `${level}.words has an id beyond ${vocabSize - 1}`
    const starts = new Uint32Array(depth === order - 1 ? 0 : nodes + 1)
    for (const [node, count] of children.entries()) starts[node + 1] = starts[node]! + count
    levels.push({ words, counts, starts })
    nodes = starts.at(-1) ?? 0
  }
  return levels
}

const decodeConfig = Schema.decodeUnknownEffect(Ngram.Config)
const unusable = (problem: string) => new ModelUnusable({ family: "ngram", problem })

/** Opens stored counts as the model they were; equal counts give equal probabilities to the last bit. */
const open = Effect.fn("NgramModel.open")(function* (
  opening: Opening
): Effect.fn.Return<LanguageModel, ModelUnusable> {
  const { vocabSize, endOfTextId, arrays } = opening
  const { order } = yield* decodeConfig(opening.architecture).pipe(
    Effect.mapError((error) => unusable(`architecture: ${error.message}`))
  )
  const levels = levelsOf(arrays, order, vocabSize)
  if (typeof levels === "string") return yield* unusable(levels)
  return of(Ngram.fromLevels(levels, { order, vocabSize, endOfTextId }))
})

/** A trained n-gram model behind the face of every family. */
export const of = (model: Ngram.Ngram): LanguageModel => ({
  family: "ngram",
  vocabSize: model.vocabSize,
  contextLength: Infinity, // it looks at the last tokens of whatever it is given
  parameters: Ngram.parameters(model),
  endOfTextId: model.endOfTextId,
  nats: (tokens, shape) => Effect.sync(() => Ngram.nats(model, tokens, shape)),
  decoder: (B) =>
    Effect.sync(() => {
      let rows: ReadonlyArray<Array<number>> = []
      const logits = () => {
        const out = new Float32Array(B * model.vocabSize) // [B, V]
        for (const [row, context] of rows.entries())
          out.set(Ngram.probabilities(model, context).map(Math.log), row * model.vocabSize)
        return out
      }
      return {
        prefill: (prompts) =>
          Effect.sync(() => {
            rows = prompts.map((prompt) => [...prompt])
            return logits()
          }),
        decode: (tokens) =>
          Effect.sync(() => {
            for (const [row, context] of rows.entries()) {
              context.push(tokens[row]!)
              context.splice(0, context.length - model.order) // the context it can use, and one to spare
            }
            return logits()
          }),
        reorder: (order) =>
          Effect.sync(() => {
            rows = Array.from(order, (row) => [...(rows[row] ?? [])])
          })
      }
    })
})

export const family: CountFamily = {
  kind: "counts",
  name: "ngram",
  description: "interpolated Kneser-Ney n-grams",
  card: {
    title: "n-gram",
    paper: "Chen and Goodman 1998, An Empirical Study of Smoothing Techniques for Language Modeling",
    objective: "counts of word sequences",
    goodAt: "an honest baseline: seconds to train, hard to beat on little text",
    weakAt: "anything that hangs together over more than a few words",
    licence: "none needed: no public weights"
  },
  open
}
