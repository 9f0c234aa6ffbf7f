// Stretches of a run of tokens that are spoilt for an encoder and restored by a decoder: span corruption and its kin.
import type { StageFailure } from "@inkstone/stage"
import { Effect } from "effect"
import { offsetOf, windowsPerEpoch } from "../Batches.ts"
import type { HeldSource, Rows, Source, TrainSource } from "../Feed.ts"
import { keyOf } from "../Permutation.ts"
import { type DenoisingSettings, lengthsOf, spoil } from "./Denoising.ts"
import { drawn, held, spread } from "./Epochs.ts"
import { refused } from "./Refusals.ts"

export interface SpanRun extends DenoisingSettings {
  readonly ids: Uint16Array | Uint32Array
  /** stands where a source or a target is shorter than the longest one */
  readonly padId: number
  /** of what is cut out, other pieces in each epoch */
  readonly seed: number
}

/** of a source: one that stays, a sentinel, the end */
const fewestTokens = 3

/** Refuses what makes no row, and pieces that nothing could stand for. */
export const check = (port: string, run: SpanRun): Effect.Effect<void, StageFailure> => {
  const { denoising, ids, sentinels, sourceLength } = run
  if (denoising === "spans" && sentinels.length === 0)
    return Effect.fail(
      refused(
        "NoSentinels",
        "the tokenizer has no sentinels: <extra_id_0> is none of its special tokens",
        "Take the tokenizer of a T5, train one with <extra_id_0>, <extra_id_1>, ... among its special tokens, or set denoising: prefix"
      )
    )
  if (sourceLength < fewestTokens)
    return Effect.fail(
      refused(
        "ContextTooShort",
        `a source of ${sourceLength} tokens has no room for a token, a sentinel and the end`,
        "Give rows more tokens"
      )
    )
  const { source, target, text } = lengthsOf(run)
  // both have an end and all sentinels, and together the text
  const spans = denoising === "spans" ? (source + target - text - 2) / 2 : 0
  if (spans > sentinels.length)
    return Effect.fail(
      refused(
        "TooFewSentinels",
        `sources of ${sourceLength} tokens have ${spans} pieces cut out, the tokenizer has ${sentinels.length} sentinels`,
        "Lower the length of sources or noise, or raise meanSpan"
      )
    )
  return ids.length > text
    ? Effect.void
    : Effect.fail(
        refused(
          "CorpusTooShort",
          `the ${port} split has ${ids.length} tokens, but a source of ${sourceLength} takes ${text + 1}`,
          "Lower the length of sources, add text, or give this split a larger share of it"
        )
      )
}

/**
 * Inputs of `textToText`: `source` int32 and `sourceMask` bool [B, S], `targets` int32 and `weights` float32 [B, T]. A row's place
 * is that of its first token in the run.
 */
const source = (run: SpanRun): Source => {
  const { ids, padId, seed } = run
  const { source: S, target: T, text } = lengthsOf(run)
  return {
    assemble: ({ epochs, places }, size) => {
      const sources = new Int32Array(size * S).fill(padId)
      const targets = new Int32Array(size * T).fill(padId)
      const [mask, weights] = [new Uint8Array(size * S), new Float32Array(size * T)]
      // a row that fills up looks at something, so that its numbers are numbers
      mask.fill(1, places.length * S)
      let tokens = 0
      for (const [row, from] of places.entries()) {
        const draw = { seed: keyOf(seed, epochs[row] ?? 0), row: from }
        const example = spoil(Array.from(ids.subarray(from, from + text)), run, draw)
        sources.set(example.source, row * S)
        mask.fill(1, row * S, row * S + example.source.length)
        targets.set(example.target, row * T)
        weights.fill(1, row * T, row * T + example.target.length)
        tokens += example.source.length + example.target.length
      }
      return {
        inputs: {
          source: { shape: [size, S], values: sources },
          sourceMask: { shape: [size, S], values: mask },
          targets: { shape: [size, T], values: targets },
          weights: { shape: [size, T], values: weights }
        },
        tokens
      }
    }
  }
}

/** Stretches end to end in shuffled order, from an offset drawn for each epoch. */
export const train = (
  run: SpanRun,
  { batchSize, seed }: { readonly batchSize: number; readonly seed: number }
): TrainSource => {
  const { text } = lengthsOf(run)
  const layout = { tokens: run.ids.length, contextLength: text, batchSize, seed }
  const rows = windowsPerEpoch(layout)
  const draw = (step: number): Rows => {
    const { epochs, places } = drawn({ rows, batchSize, seed }, step)
    return { places: places.map((window, row) => offsetOf(layout, epochs[row] ?? 0) + window * text), epochs }
  }
  return { ...source(run), rows, draw }
}

/** Stretches end to end: all, or as many as hold `mostTokens`, spread over the run; spoilt in the same way each time. */
export const evaluate = (run: SpanRun, mostTokens: number): HeldSource => {
  const { source: read, target: written, text } = lengthsOf(run)
  const windows = Math.floor(run.ids.length / text)
  // lengths of sources and targets of `prefix` are those of the longest
  const tokens = run.denoising === "prefix" ? text + 2 : read + written
  return {
    ...source(run),
    rows: held(spread(windows, mostTokens / tokens).map((window) => window * text))
  }
}
