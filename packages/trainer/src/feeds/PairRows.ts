// Examples of two sides as batches: padded to one length, or grouped by length and padded to one of a few.
import type { Batch, Given, HeldSource, Rows, Source, TrainSource } from "../Feed.ts"
import { aligned, boundsOf, levelOf } from "./Buckets.ts"
import { drawn, held, spread } from "./Epochs.ts"
import { grouped } from "./Grouping.ts"
import type { PairData } from "./PairData.ts"

export const groupings = ["length", "none"] as const

export interface PairLayout {
  /** `length`: rows of a step are of like length, and padded to one of a few; `none`: any rows, padded to the longest of all */
  readonly grouping: (typeof groupings)[number]
  /** lengths of inputs that rows are padded to, ascending, and as many of targets */
  readonly bounds: ReadonlyArray<ReadonlyArray<number>>
}

/** Shapes at most: each is compiled for itself. */
const mostShapes = 6

/** Tokens of each side of a row. */
const sidesOf = ({ rows, task }: PairData): ReadonlyArray<Uint32Array> =>
  task === "text-to-text" ? [rows.inputTokens, rows.targetTokens] : [rows.inputTokens]

/** Tokens of the longest input and of the longest target. */
export const longest = (data: PairData): ReadonlyArray<number> =>
  sidesOf(data).map((lengths) => lengths.reduce((a, b) => Math.max(a, b), 0))

/** Lengths that all splits are padded to; `limit` is what the network can take. */
export const layoutOf = (
  splits: ReadonlyArray<PairData>,
  { grouping, limit }: { readonly grouping: PairLayout["grouping"]; readonly limit: number }
): PairLayout => {
  const most = grouping === "length" ? mostShapes : 1
  const sides = splits.map(sidesOf)
  const all = (sides[0] ?? []).map((_, side) =>
    Uint32Array.from(sides.flatMap((own) => Array.from(own[side] ?? [])))
  )
  return { grouping, bounds: aligned(all.map((lengths) => boundsOf(lengths, { most, limit }))) }
}

const levelsOf = (data: PairData, { bounds }: PairLayout): Uint8Array => {
  const sides = sidesOf(data)
  return Uint8Array.from(data.rows.input, (_, row) =>
    levelOf(
      sides.map((lengths) => lengths[row] ?? 0),
      bounds
    )
  )
}

/** One side of some rows: where each lies in a run of tokens. */
interface Side {
  readonly from: Uint32Array
  readonly tokens: Uint32Array
}

/** What is being assembled. */
interface Shape {
  readonly places: Uint32Array
  /** B and T */
  readonly size: number
  readonly width: number
}

/** Copies a run's stretches of some rows into rows of equal width. */
const laid = <A extends Int32Array | Uint8Array>(
  into: A,
  run: Uint16Array | Uint32Array | Int32Array | Uint8Array,
  { shape: { places, width }, side }: { readonly shape: Shape; readonly side: Side }
): A => {
  for (const [row, place] of places.entries()) {
    const from = side.from[place]!
    into.set(run.subarray(from, from + side.tokens[place]!), row * width)
  }
  return into
}

/** `true` for each token that is no padding; a row that fills up looks at something, so that its numbers are numbers. */
const maskOf = ({ places, size, width }: Shape, tokens: Uint32Array): Given => {
  const values = new Uint8Array(size * width).fill(1, places.length * width)
  for (const [row, place] of places.entries())
    values.fill(1, row * width, row * width + Math.max(1, tokens[place]!))
  return { shape: [size, width], values }
}

/** Weight 1 for each row, 0 for those that fill up. */
const ones = ({ places, size }: Shape): Given => ({
  shape: [size],
  values: new Float32Array(size).fill(1, 0, places.length)
})

/** One number a row. */
const each = ({ places, size }: Shape, column: ArrayLike<number>): Given => {
  const values = new Int32Array(size)
  for (const [row, place] of places.entries()) values[row] = column[place]!
  return { shape: [size], values }
}

type Inputs = Batch["inputs"]

/** Inputs of `textToText`. */
const textToText = ({ inputs, padId, rows, targets }: PairData, read: Shape, T: number): Inputs => {
  const { places, size, width: S } = read
  const written = { places, size, width: T }
  const [sources, goals] = [
    { from: rows.input, tokens: rows.inputTokens },
    { from: rows.target, tokens: rows.targetTokens }
  ]
  const weights = new Float32Array(size * T)
  for (const [row, place] of places.entries()) weights.fill(1, row * T, row * T + rows.targetTokens[place]!)
  return {
    source: {
      shape: [size, S],
      values: laid(new Int32Array(size * S).fill(padId), inputs.id, { shape: read, side: sources })
    },
    sourceMask: maskOf(read, rows.inputTokens),
    targets: {
      shape: [size, T],
      values: laid(new Int32Array(size * T).fill(padId), targets, { shape: written, side: goals })
    },
    weights: { shape: [size, T], values: weights }
  }
}

/** Inputs of objectives over encoders: `tokens` int32, `mask` bool and `segments` int32, [B, T]. */
const read = ({ inputs, padId, rows }: PairData, shape: Shape): Inputs => {
  const { size, width: T } = shape
  const side = { from: rows.input, tokens: rows.inputTokens }
  return {
    tokens: {
      shape: [size, T],
      values: laid(new Int32Array(size * T).fill(padId), inputs.id, { shape, side })
    },
    mask: maskOf(shape, rows.inputTokens),
    segments: { shape: [size, T], values: laid(new Int32Array(size * T), inputs.segment, { shape, side }) }
  }
}

/** Labels of tokens, and weight 1 for those that have one. */
const tagged = ({ rows, tags }: PairData, shape: Shape): Inputs => {
  const { size, width: T } = shape
  const side = { from: rows.input, tokens: rows.inputTokens }
  const labels = laid(new Int32Array(size * T).fill(-1), tags, { shape, side })
  return {
    labels: { shape: [size, T], values: labels.map((label) => Math.max(0, label)) },
    weights: { shape: [size, T], values: Float32Array.from(labels, (label) => (label < 0 ? 0 : 1)) }
  }
}

/** What is asked for, beside what is read. */
const asked = (data: PairData, shape: Shape): Inputs => {
  const { rows, task } = data
  switch (task) {
    case "text-to-text":
      return {}
    case "classification":
      return { labels: each(shape, rows.label), weights: ones(shape) }
    case "regression": {
      const values = new Float32Array(shape.size)
      for (const [row, place] of shape.places.entries()) values[row] = rows.value[place]!
      return { targets: { shape: [shape.size], values }, weights: ones(shape) }
    }
    case "token-classification":
      return tagged(data, shape)
    case "question-answering": {
      // an answer that is not there is at the first place, as in BERT's fine-tuning on SQuAD 2 and in transformers
      const place = (column: Int32Array) => {
        const found = each(shape, column)
        return { ...found, values: Int32Array.from(found.values, (at) => Math.max(0, at)) }
      }
      return { begins: place(rows.answerStart), ends: place(rows.answerEnd), weights: ones(shape) }
    }
  }
}

/** A row's place is its number. */
const source = (data: PairData, layout: PairLayout, levels: Uint8Array): Source => ({
  assemble: ({ places }, size) => {
    const level = places.reduce((most, place) => Math.max(most, levels[place]!), 0)
    const [width = 1, written = 1] = layout.bounds.map((own) => own[level] ?? 1)
    const shape = { places, size, width }
    const { inputTokens, targetTokens } = data.rows
    return {
      inputs:
        data.task === "text-to-text"
          ? textToText(data, shape, written)
          : { ...read(data, shape), ...asked(data, shape) },
      tokens: places.reduce((sum, place) => sum + inputTokens[place]! + targetTokens[place]!, 0)
    }
  }
})

/** Rows in an order shuffled anew each epoch, of like length in a step where the layout says so. */
export const train = (
  data: PairData,
  layout: PairLayout,
  { batchSize, seed }: { readonly batchSize: number; readonly seed: number }
): TrainSource => {
  const levels = levelsOf(data, layout)
  const { learnable } = data
  const shuffling = { rows: learnable.length, batchSize, seed }
  const draw =
    layout.grouping === "length"
      ? grouped(
          shuffling,
          Uint8Array.from(learnable, (row) => levels[row]!)
        )
      : (step: number): Rows => drawn(shuffling, step)
  return {
    ...source(data, layout, levels),
    rows: learnable.length,
    draw: (step) => {
      const { epochs, places } = draw(step)
      return { places: places.map((row) => learnable[row]!), epochs }
    }
  }
}

/** All rows, or as many as hold about `mostTokens`, spread over the split; in order of length where they are grouped. */
export const evaluate = (data: PairData, layout: PairLayout, mostTokens: number): HeldSource => {
  const levels = levelsOf(data, layout)
  const { learnable, rows } = data
  const tokens = learnable.reduce((sum, row) => sum + rows.inputTokens[row]! + rows.targetTokens[row]!, 0)
  const kept = spread(learnable.length, (mostTokens / tokens) * learnable.length).map(
    (row) => learnable[row]!
  )
  const places =
    layout.grouping === "length" ? kept.toSorted((a, b) => levels[a]! - levels[b]! || a - b) : kept
  return { ...source(data, layout, levels), rows: held(places) }
}
