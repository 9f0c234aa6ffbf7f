// What is found out of one training: foretold by its program, then probed, and tried with other rows at once where that is asked.
import type { StageFailure } from "@inkstone/stage"
import { Effect, Result } from "effect"
import type { Found } from "./ProbeJob.ts"
import * as Probing from "./Probing.ts"
import type { Training } from "./Trainings.ts"

export interface Asked {
  readonly steps: number
  readonly memoryBytes: number
}

/** Rows at once that were tried. */
export interface Tried {
  readonly microBatchSize: number
  /** what the program lets expect at most */
  readonly estimatedBytes: number
  readonly peakBytes: number | undefined
  readonly tokensPerSecond: number | undefined
  readonly fits: boolean
}

export interface Answer {
  readonly node: string
  /** where the data of the probe came from */
  readonly data: string
  readonly memoryBytes: number
  readonly estimatedBytes: number
  readonly fits: boolean
  readonly found: Found | undefined
  /** why there is nothing found, and what to change */
  readonly problem: string
  readonly advice: string
  /** by rows, where a batch size was looked for */
  readonly tried: ReadonlyArray<Tried>
  /** the most rows at once that fit */
  readonly microBatchSize: number | undefined
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toPrecision(3)} GB`

export type Outcome =
  | { readonly type: "found"; readonly found: Found }
  | { readonly type: "failed"; readonly failure: StageFailure }

/** Probes a training with so many rows at once. */
export const probe = (training: Training, size: number, asked: Asked): Effect.Effect<Outcome> => {
  const { job, node, withMicroBatch } = training
  if (job === undefined) return Effect.die(new Error(`${node.id} cannot be probed`))
  const config = size === training.microBatchSize ? job.config : withMicroBatch(size)
  const running = Probing.run({ ...job, ...asked, config, cpus: node.resources.cpus })
  return Effect.map(Effect.result(running), (result): Outcome =>
    Result.isSuccess(result)
      ? { type: "found", found: result.success }
      : { type: "failed", failure: result.failure }
  )
}

/** Of a training of which nothing was found. */
export const nothing = { found: undefined, problem: "", advice: "", tried: [], microBatchSize: undefined }

/** Probes a training as it is; one that cannot fit is not started. */
export const of = Effect.fn("Answer.of")(function* (
  training: Training,
  asked: Asked
): Effect.fn.Return<Answer> {
  const { data, microBatchSize, node } = training
  const { estimate, memoryBytes: estimatedBytes } = node.resources
  const { memoryBytes } = asked
  const common = { ...nothing, node: node.id, data, memoryBytes, estimatedBytes }
  if (training.job === undefined) return { ...common, fits: true, problem: data }
  if (estimate !== undefined && estimatedBytes > memoryBytes)
    return {
      ...common,
      fits: false,
      problem: `it would hold about ${gigabytes(estimatedBytes)}, and there are ${gigabytes(memoryBytes)}: not probed`,
      advice: estimate.advice
    }
  const outcome = yield* probe(training, microBatchSize, asked)
  if (outcome.type === "found") return { ...common, fits: true, found: outcome.found }
  const { advice, category, problem } = outcome.failure
  const fits = category !== "resource"
  return { ...common, fits, problem, advice: fits ? advice : (estimate?.advice ?? advice) }
})
