// Stretches of a run of tokens of which some are hidden, for encoders: masked language modelling, and distillation.
import { Masking } from "@inkstone/model-zoo"
import type { StageFailure } from "@inkstone/stage"
import { Effect } from "effect"
import { offsetOf, windowsPerEpoch } from "../Batches.ts"
import type { HeldSource, Rows, Source, TrainSource } from "../Feed.ts"
import { drawn, held, spread } from "./Epochs.ts"
import { refused } from "./Refusals.ts"
import type { SpecialTokens } from "./SpecialTokens.ts"

export interface MaskedRun {
  readonly ids: Uint16Array | Uint32Array
  /** 1 where a word begins: words are then hidden as a whole */
  readonly wordStarts?: Uint8Array
  /** T: tokens of a row, those around the text counted */
  readonly contextLength: number
  readonly vocabSize: number
  readonly special: SpecialTokens
  /** of a text's tokens, those that are foretold; of these, those that are hidden and those in whose place any token stands */
  readonly share: number
  readonly hidden: number
  readonly random: number
  /** `dynamic` hides otherwise in each epoch, as RoBERTa; `static` cuts and hides the same, as BERT */
  readonly masking: "dynamic" | "static"
  readonly seed: number
}

/** Tokens around a text: those that the tokenizer has. */
const around = ({ contextLength, special: { cls, sep } }: MaskedRun) => {
  const [before, behind] = [cls >= 0 ? 1 : 0, sep >= 0 ? 1 : 0]
  return { before, behind, length: contextLength - before - behind }
}

/** Refuses what cannot be hidden or does not make a row. */
export const check = (port: string, run: MaskedRun): Effect.Effect<void, StageFailure> => {
  if (run.special.mask < 0)
    return Effect.fail(
      refused(
        "NoMaskToken",
        "the tokenizer has no token that hides others, such as [MASK] or <mask>",
        "Train the tokenizer with a mask among its special tokens, or take a wordpiece one"
      )
    )
  const needed = around(run).length + 1
  return run.ids.length >= needed && needed > 1
    ? Effect.void
    : Effect.fail(
        refused(
          "CorpusTooShort",
          `the ${port} split has ${run.ids.length} tokens, but a row of contextLength ${run.contextLength} takes ${needed}`,
          "Lower contextLength, add text, or give this split a larger share of it"
        )
      )
}

/**
 * Inputs of `maskedLanguage`: `tokens` int32 [B, T], `mask` bool [B, T], and `places`, `targets` int32 and `weights` float32
 * [B, P]. A row's place is that of its first token in the run.
 */
const source = (run: MaskedRun): Source => {
  const { contextLength: T, ids, masking, seed, special, vocabSize, wordStarts } = run
  const { before, length } = around(run)
  const P = Masking.placesOf(T, run)
  const settings: Masking.Settings = { ...run, maskId: special.mask, specialIds: special.ids, vocabSize }
  const text = new Int32Array(T)
  if (special.cls >= 0) text[0] = special.cls
  if (special.sep >= 0) text[T - 1] = special.sep
  const starts = wordStarts === undefined ? undefined : new Uint8Array(T)
  return {
    assemble: ({ epochs, places: at }, size) => {
      const [tokens, mask] = [new Int32Array(size * T), new Uint8Array(size * T).fill(1)]
      const [places, targets] = [new Int32Array(size * P), new Int32Array(size * P)]
      const weights = new Float32Array(size * P)
      for (const [row, from] of at.entries()) {
        text.set(ids.subarray(from, from + length), before)
        if (wordStarts !== undefined) starts?.set(wordStarts.subarray(from, from + length), before)
        const draw = { seed, row: from, epoch: masking === "static" ? 0 : (epochs[row] ?? 0) }
        const masked = Masking.hide(
          text,
          settings,
          starts === undefined ? draw : { ...draw, wordStarts: starts }
        )
        tokens.set(masked.tokens, row * T)
        places.set(masked.places, row * P)
        targets.set(masked.targets, row * P)
        weights.set(masked.weights, row * P)
      }
      return {
        inputs: {
          tokens: { shape: [size, T], values: tokens },
          mask: { shape: [size, T], values: mask },
          places: { shape: [size, P], values: places },
          targets: { shape: [size, P], values: targets },
          weights: { shape: [size, P], values: weights }
        },
        tokens: at.length * T
      }
    }
  }
}

/**
 * Stretches end to end in shuffled order, so that an epoch uses a token once; the first begins at an offset drawn for the epoch,
 * or at the first token where masking is static.
 */
export const train = (
  run: MaskedRun,
  { batchSize, seed }: { readonly batchSize: number; readonly seed: number }
): TrainSource => {
  const { length } = around(run)
  const layout = { tokens: run.ids.length, contextLength: length, batchSize, seed }
  const rows = windowsPerEpoch(layout)
  const offset = (epoch: number) => (run.masking === "static" ? 0 : offsetOf(layout, epoch))
  const draw = (step: number): Rows => {
    const { epochs, places } = drawn({ rows, batchSize, seed }, step)
    return { places: places.map((window, row) => offset(epochs[row] ?? 0) + window * length), epochs }
  }
  return { ...source(run), rows, draw }
}

/** Stretches end to end: all, or as many as hold `mostTokens`, spread over the run; the same tokens of them hidden each time. */
export const evaluate = (run: MaskedRun, mostTokens: number): HeldSource => {
  const { length } = around(run)
  const windows = Math.floor(run.ids.length / length)
  return {
    ...source(run),
    rows: held(spread(windows, mostTokens / run.contextLength).map((window) => window * length))
  }
}
