// The most rows that a training can compute at once in the memory there is. What it learns does not depend on it.
import { Config, type StageFailure } from "@inkstone/stage"
import { Effect } from "effect"
import { type Answer, type Asked, nothing, probe, type Tried } from "./Answer.ts"
import type { Found } from "./ProbeJob.ts"
import type { Training } from "./Trainings.ts"

/** Powers of two below the batch, and the batch. */
const sizesOf = (batchSize: number): ReadonlyArray<number> => {
  const found: Array<number> = []
  for (let size = 1; size < batchSize; size *= 2) found.push(size)
  return [...found, batchSize]
}

/** Smaller sizes than the largest that fits whose speed is measured, too. */
const smaller = 2

/** What a training would hold with so many rows at once, by its program alone. */
const estimated = Effect.fnUntraced(function* ({ node, withMicroBatch }: Training, size: number) {
  const { value } = yield* Effect.orDie(Config.decode(node.stage, withMicroBatch(size)))
  return node.stage.resources(value).memoryBytes
})

interface Trial {
  readonly tried: Tried
  readonly found: Found | undefined
}

/** Tries one number of rows; fails for reasons that have nothing to do with memory. */
const attempt = Effect.fnUntraced(function* (
  training: Training,
  size: number,
  asked: Asked
): Effect.fn.Return<Trial, StageFailure> {
  const estimatedBytes = yield* estimated(training, size)
  const outcome = yield* probe(training, size, asked)
  if (outcome.type === "failed") {
    if (outcome.failure.category !== "resource") return yield* outcome.failure
    const unknown = { peakBytes: undefined, tokensPerSecond: undefined }
    return { tried: { microBatchSize: size, estimatedBytes, fits: false, ...unknown }, found: undefined }
  }
  const { found } = outcome
  const tried = {
    microBatchSize: size,
    estimatedBytes,
    peakBytes: found.peakBytes,
    tokensPerSecond: (1000 * found.tokensPerStep) / found.step.ms,
    fits: found.peakBytes <= asked.memoryBytes
  }
  return { tried, found }
})

/**
 * The program says where to begin, a probe whether it is so: down until one fits, or up as long as they do, since the program's word
 * is an upper bound. Then two smaller sizes, for their speed.
 */
const trials = Effect.fnUntraced(function* (training: Training, asked: Asked) {
  const sizes = sizesOf(training.batchSize)
  const foretold = yield* Effect.forEach(sizes, (size) => estimated(training, size))
  const made: Array<Trial> = []
  const fits = Effect.fnUntraced(function* (at: number) {
    const size = sizes[at]
    if (size === undefined) return false
    const trial = yield* attempt(training, size, asked)
    made.push(trial)
    return trial.tried.fits
  })
  const begin = Math.max(
    0,
    foretold.findLastIndex((bytes) => bytes <= asked.memoryBytes)
  )
  let best = begin
  if (yield* fits(begin)) while (yield* fits(best + 1)) best += 1
  else
    do best -= 1
    while (best >= 0 && !(yield* fits(best)))
  for (let below = best - 1; below >= Math.max(0, best - smaller); below -= 1)
    if (!made.some(({ tried }) => tried.microBatchSize === sizes[below])) yield* fits(below)
  return made.toSorted((a, b) => a.tried.microBatchSize - b.tried.microBatchSize)
})

/** Looks for the most rows at once that fit. */
export const find = Effect.fn("BatchSize.find")(function* (
  training: Training,
  asked: Asked
): Effect.fn.Return<Answer> {
  const { data, node } = training
  const { memoryBytes } = asked
  const { estimate, memoryBytes: estimatedBytes } = node.resources
  const common = { ...nothing, node: node.id, data, memoryBytes, estimatedBytes }
  if (training.job === undefined) return { ...common, fits: true, problem: data }
  return yield* Effect.match(trials(training, asked), {
    onFailure: ({ advice, problem }): Answer => ({ ...common, fits: true, problem, advice }),
    onSuccess: (made): Answer => {
      const best = made.findLast(({ tried }) => tried.fits)
      return {
        ...common,
        fits: best !== undefined,
        found: best?.found,
        problem: best === undefined ? "not even one row at once fits" : "",
        advice: best === undefined ? (estimate?.advice ?? "") : "",
        tried: made.map(({ tried }) => tried),
        microBatchSize: best?.tried.microBatchSize
      }
    }
  })
})
