// From logits to a token: temperature, then top-k, then top-p, in the order and with the meaning of `transformers`.
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
  )
})
export type Settings = typeof Settings.Type

/** Index of the largest of `scores`; the first one among equals. */
const argmax = (scores: ArrayLike<number>): number => {
  let best = 0
  for (let id = 1; id < scores.length; id++) if (scores[id]! > scores[best]!) best = id
  return best
}

/** The lowest score that top-k and top-p leave; what lies below has probability 0. `scores` are already divided. */
const threshold = (scores: Float64Array, settings: Settings): number => {
  const keepAll = settings.topK === 0 || settings.topK >= scores.length
  if (keepAll && settings.topP >= 1) return -Infinity
  const ascending = scores.toSorted()
  const cut = keepAll ? -Infinity : ascending[scores.length - settings.topK]!
  if (settings.topP >= 1) return cut
  const top = ascending.at(-1)!
  let total = 0
  for (const score of ascending) if (score >= cut) total += Math.exp(score - top)
  // From below, drop while what was dropped has at most 1 - p of the mass; the likeliest token always stays.
  let dropped = 0
  for (let at = 0; at < ascending.length - 1; at++) {
    const score = ascending[at]!
    if (score < cut) continue
    dropped += Math.exp(score - top) / total
    if (dropped > 1 - settings.topP) return score
  }
  return top
}

/**
 * Probabilities of a row of logits [V] after the filters, in float64; they sum to 1. With temperature 0 the likeliest
 * token has all of it. Equal logits at the edge of top-p are kept together (`transformers` splits them by sort order).
 */
export const probabilities = (logits: Float32Array, settings: Settings): Float64Array => {
  const scores = Float64Array.from(logits)
  if (settings.temperature === 0) {
    const best = argmax(scores)
    return scores.fill(0).fill(1, best, best + 1)
  }
  for (let id = 0; id < scores.length; id++) scores[id]! /= settings.temperature
  const lowest = threshold(scores, settings)
  const top = scores[argmax(scores)]!
  let total = 0
  for (let id = 0; id < scores.length; id++) {
    scores[id] = scores[id]! < lowest ? 0 : Math.exp(scores[id]! - top)
    total += scores[id]!
  }
  for (let id = 0; id < scores.length; id++) scores[id]! /= total
  return scores
}

/** Where a draw happens; the same seed, row and position always draw the same. */
export interface Draw {
  readonly seed: number
  readonly row: number
  readonly position: number
}

/** Draws a token id from a row of logits [V]. */
export const choose = (logits: Float32Array, settings: Settings, draw: Draw): number => {
  if (settings.temperature === 0) return argmax(logits)
  const chances = probabilities(logits, settings)
  const aim = Philox.uniform(draw.seed, draw)
  let sum = 0
  let last = 0
  for (let id = 0; id < chances.length; id++) {
    if (chances[id] === 0) continue
    last = id
    sum += chances[id]!
    if (aim < sum) return id
  }
  return last // rounding left the sum a little below 1
}
