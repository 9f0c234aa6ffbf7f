// A learner small enough to follow by hand: a table of bigram logits trained by gradient descent with momentum. It stands
// in for a network where a test is about the loop.
import * as NamedArray from "@inkstone/model-zoo/NamedArray"
import { Effect } from "effect"
import type { Learner } from "../src/Learner.ts"

export const vocabSize = 12

/** 1,200 tokens with a pattern to learn: each token is mostly followed by the next one. */
export const corpus = (salt: number): Uint16Array => {
  let state = salt
  let token = 0
  return Uint16Array.from({ length: 1200 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    token = state % 4 === 0 ? (state >>> 8) % vocabSize : (token + 1) % vocabSize
    return token
  })
}

export const make = (contextLength: number): Learner => {
  const logits = new Float32Array(vocabSize * vocabSize) // [V, V]
  const momentum = new Float32Array(vocabSize * vocabSize)
  const pass = (tokens: Int32Array, gradient?: Float64Array) => {
    const width = contextLength + 1
    const predictions = (tokens.length / width) * contextLength
    let nats = 0
    for (let at = 0; at < tokens.length; at += 1) {
      if (at % width === contextLength) continue
      const row = (tokens[at] ?? 0) * vocabSize
      const target = tokens[at + 1] ?? 0
      const exps = Float64Array.from(logits.subarray(row, row + vocabSize), Math.exp)
      const sum = exps.reduce((a, b) => a + b, 0)
      nats -= Math.log((exps[target] ?? 0) / sum)
      if (gradient !== undefined)
        for (let v = 0; v < vocabSize; v += 1)
          gradient[row + v] =
            (gradient[row + v] ?? 0) + ((exps[v] ?? 0) / sum - (v === target ? 1 : 0)) / predictions
    }
    return nats / predictions
  }
  const weights = () =>
    new Map([["logits", NamedArray.of("logits", "float32", logits.slice(), [vocabSize, vocabSize])]])
  return {
    train: (tokens, { learningRate }) =>
      Effect.sync(() => {
        const gradient = new Float64Array(logits.length)
        const lossNats = pass(tokens, gradient)
        for (let i = 0; i < logits.length; i += 1) {
          momentum[i] = 0.9 * (momentum[i] ?? 0) + (gradient[i] ?? 0)
          logits[i] = (logits[i] ?? 0) - learningRate * (momentum[i] ?? 0)
        }
        return { lossNats, gradientNorm: Math.hypot(...gradient) }
      }),
    evaluate: (tokens) => Effect.sync(() => pass(tokens)),
    weights: Effect.sync(weights),
    state: Effect.sync(() =>
      weights().set("momentum", NamedArray.of("momentum", "float32", momentum.slice()))
    ),
    restore: (arrays) =>
      Effect.sync(() => {
        logits.set(NamedArray.view(arrays.get("logits"), "float32") ?? [])
        momentum.set(NamedArray.view(arrays.get("momentum"), "float32") ?? [])
      })
  }
}
