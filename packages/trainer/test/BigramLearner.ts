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
  const pass = (tokens: ArrayLike<number>, gradient?: Float64Array) => {
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
    train: ([batch], { learningRate }) =>
      Effect.sync(() => {
        const gradient = new Float64Array(logits.length)
        const loss = pass(batch?.inputs["tokens"]?.values ?? [], gradient)
        const before = logits.slice()
        for (let i = 0; i < logits.length; i += 1) {
          momentum[i] = 0.9 * (momentum[i] ?? 0) + (gradient[i] ?? 0)
          logits[i] = (logits[i] ?? 0) - learningRate * (momentum[i] ?? 0)
        }
        const moved = logits.map((value, i) => value - (before[i] ?? 0))
        return { loss, gradientNorm: Math.hypot(...gradient), updateNorm: Math.hypot(...moved) }
      }),
    evaluate: ({ inputs }) =>
      Effect.sync(() => {
        // rows that fill up the batch are zeros, and count for nothing
        const { shape = [], values = [] } = inputs["tokens"] ?? {}
        const counted = Array.from(inputs["weights"]?.values ?? [])
        const rows = counted.filter((weight) => weight === 1).length / contextLength
        const real = Array.from(values).slice(0, rows * (shape[1] ?? 0))
        return { costs: { nats: { sum: pass(real) * rows, weight: rows, factor: 1 } }, said: {} }
      }),
    weights: Effect.sync(weights),
    state: Effect.sync(() =>
      weights().set("momentum", NamedArray.of("momentum", "float32", momentum.slice()))
    ),
    restore: (arrays) =>
      Effect.sync(() => {
        logits.set(NamedArray.view(arrays.get("logits"), "float32") ?? [])
        momentum.set(NamedArray.view(arrays.get("momentum"), "float32") ?? [])
      }),
    restart: Effect.sync(() => {
      logits.fill(0)
      momentum.fill(0)
    })
  }
}
