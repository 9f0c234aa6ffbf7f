// From logits to a token: repetition penalty, temperature, top-k, top-p, min-p, in the order and with the meaning of
// `transformers` (generation/logits_process.py).
import { Effect, Schema } from "effect"
import * as Philox from "./Philox.ts"

const notNegative = Schema.isGreaterThanOrEqualTo(0)

/** How a token is drawn. The defaults draw from the model's own distribution. */
export const Settings = Schema.Struct({
  /** Divides the logits; 0 takes the likeliest token (greedy). */
  temperature: Schema.Finite.pipe(Schema.check(notNegative), Schema.withDecodingDefault(Effect.succeed(1))),
  /** Keeps the k likeliest tokens (ties with the k-th stay); 0 keeps all. */
  topK: Schema.Int.pipe(Schema.check(notNegative), Schema.withDecodingDefault(Effect.succeed(0))),
  /** Keeps the smallest set of likeliest tokens whose probabilities reach p; 1 keeps all. */
  topP: Schema.Finite.pipe(
    Schema.check(Schema.isBetween({ minimum: 0, maximum: 1 })),
    Schema.withDecodingDefault(Effect.succeed(1))
  ),
  /** Keeps tokens that are at least this share as likely as the likeliest; 0 or left out keeps all. */
  minP: Schema.optionalKey(Schema.Finite.pipe(Schema.check(Schema.isBetween({ minimum: 0, maximum: 1 })))),
  /**
   * Divides the positive logits of tokens that were there already, prompt included, and multiplies the negative ones (Keskar
   * et al. 2019); 1 or left out changes nothing. The only setting that greedy and beam search heed too.
   */
  repetitionPenalty: Schema.optionalKey(Schema.Finite.pipe(Schema.check(Schema.isGreaterThan(0))))
})
export type Settings = typeof Settings.Type

/** Index of the largest of `scores`; the first one among equals. */
const argmax = (scores: Float32Array): number => {
  let best = 0
  for (let id = 1; id < scores.length; id++) if (scores[id]! > scores[best]!) best = id
  return best
}

/** The k-th largest, through a heap of the k largest so far with the least of them on top. */
const kthLargest = (scores: Float32Array, k: number): number => {
  const heap = scores.subarray(0, k).toSorted() // ascending: a heap already
  for (let at = k; at < scores.length; at++) {
    const score = scores[at]!
    if (score <= heap[0]!) continue
    let place = 0
    for (let child = 1; child < k; child = 2 * place + 1) {
      if (child + 1 < k && heap[child + 1]! < heap[child]!) child++
      if (heap[child]! >= score) break
      heap[place] = heap[child]!
      place = child
    }
    heap[place] = score
  }
  return heap[0]!
}

/** What is settled of a row of logits before anything is drawn. */
interface Filter {
  /** the largest logit */
  readonly top: number
  /** the lowest logit that is left */
  readonly lowest: number
  readonly temperature: number
}

/** Sum of `exp((score - top) / temperature)` over scores of at least `lowest`. */
const mass = (scores: Float32Array, { lowest, temperature, top }: Filter): number => {
  let total = 0
  for (const score of scores) if (score >= lowest) total += Math.exp((score - top) / temperature)
  return total
}

/** The lowest score that top-p leaves of those that reach `filter.lowest`. */
const nucleus = (scores: Float32Array, topP: number, filter: Filter): number => {
  const { lowest, temperature, top } = filter
  const total = mass(scores, filter)
  // only what is likely needs to be in order; when that is not enough, more
  for (let depth = 8; ; depth *= 2) {
    const edge = Math.max(lowest, top - depth * temperature)
    const likely = scores.filter((score) => score >= edge).toSorted()
    let above = 0
    for (let at = likely.length - 1; at >= 0; at--) {
      const score = likely[at]!
      above += Math.exp((score - top) / temperature)
      if (above >= topP * total) return score
    }
    if (edge === lowest || depth > 2 ** 20) return likely[0] ?? top
  }
}

const filterOf = (scores: Float32Array, settings: Settings): Filter => {
  const { minP = 0, temperature, topK, topP } = settings
  const top = scores[argmax(scores)]!
  const cut = topK === 0 || topK >= scores.length ? -Infinity : kthLargest(scores, topK)
  const within = { top, lowest: cut, temperature }
  const likely = topP >= 1 ? cut : nucleus(scores, topP, within)
  const share = minP === 0 ? -Infinity : top + temperature * Math.log(minP)
  return { ...within, lowest: Math.min(top, Math.max(likely, share)) }
}

/** Scores [V] with less for `ids` that were there already; the same array where the settings ask for nothing. */
export const penalize = (
  scores: Float32Array,
  ids: Iterable<number>,
  { repetitionPenalty = 1 }: Pick<Settings, "repetitionPenalty">
): Float32Array => {
  if (repetitionPenalty === 1) return scores
  const changed = scores.slice()
  for (const id of new Set(ids)) {
    const score = scores[id] ?? 0
    changed[id] = score < 0 ? score * repetitionPenalty : score / repetitionPenalty
  }
  return changed
}

/**
 * Probabilities of a row of logits [V] after the filters, in float64; they sum to 1. With temperature 0 the likeliest
 * token has all of it. Equal logits at the edge of top-p are kept together (`transformers` splits them by sort order).
 *
 * @param ids the row so far, for the repetition penalty
 */
export const probabilities = (
  logits: Float32Array,
  settings: Settings,
  ids: Iterable<number> = []
): Float64Array => {
  const scores = penalize(logits, ids, settings)
  const chances = new Float64Array(scores.length)
  if (settings.temperature === 0) {
    chances[argmax(scores)] = 1
    return chances
  }
  const filter = filterOf(scores, settings)
  const total = mass(scores, filter)
  for (const [id, score] of scores.entries())
    if (score >= filter.lowest) chances[id] = Math.exp((score - filter.top) / filter.temperature) / total
  return chances
}

/** Where a draw happens; the same seed, row and position always draw the same. */
export interface Draw {
  readonly seed: number
  readonly row: number
  readonly position: number
}

/**
 * Draws a token id from a row of logits [V].
 *
 * @param ids the row so far, for the repetition penalty
 */
export const choose = (
  logits: Float32Array,
  settings: Settings,
  { ids = [], ...draw }: Draw & { readonly ids?: Iterable<number> }
): number => {
  const scores = penalize(logits, ids, settings)
  if (settings.temperature === 0) return argmax(scores)
  const filter = filterOf(scores, settings)
  const aim = Philox.uniform(draw.seed, draw) * mass(scores, filter)
  let sum = 0
  let last = 0
  for (let id = 0; id < scores.length; id++) {
    const score = scores[id]!
    if (score < filter.lowest) continue
    last = id
    sum += Math.exp((score - filter.top) / filter.temperature)
    if (aim < sum) return id
  }
  return last // rounding left the sum a little below 1
}
