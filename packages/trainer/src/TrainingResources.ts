// What a training will hold, said before anything runs.
import type { AnyNetwork, Family } from "@inkstone/model-zoo"
import * as Estimate from "@inkstone/model-zoo/Estimate"
import type { Resources } from "@inkstone/stage"
import { Result } from "effect"
import {
  architectureOf,
  familyOf,
  type NetworkConfig,
  type NetworkKind,
  networkOf,
  vocabSizeGuess
} from "./NetworkConfig.ts"
import { optimizerOf } from "./OptimizerConfig.ts"
import type { TrainingConfig } from "./TrainingConfig.ts"

const gigabytes = (bytes: number) => `${(bytes / 1e9).toPrecision(3)} GB`

/** What a training of a network holds at most: a step, and a copy of its state in JavaScript, which a thread writes as a checkpoint. */
export const sizing = (network: AnyNetwork, config: TrainingConfig) => {
  const { averageDecay, batchSize, microBatchSize: batch = batchSize } = config
  const estimate = Estimate.training(network, {
    // float32 holds more than bfloat16, and `auto` may come to either
    precision: config.precision === "auto" ? "float32" : config.precision,
    clusters: config.compile,
    rematerialize: config.rematerialize,
    accumulation: batch < batchSize,
    optimizer: optimizerOf(config.optimizer, config),
    averaging: averageDecay !== undefined
  })
  return (length: number, rows = batch) => {
    const { residentBytes, tokens: _, ...figures } = estimate({ batch: rows, length })
    const { optimizerBytes, weightBytes } = figures
    return { figures, memoryBytes: Math.ceil(residentBytes + weightBytes + optimizerBytes) }
  }
}

/** Of a stage that starts from given weights the network is not known yet: it is taken for the preset of the config. */
export const resourcesOf = (
  config: NetworkConfig & TrainingConfig,
  kind: NetworkKind,
  task: Family.Architecture = {}
): Resources => {
  const architecture = architectureOf(config, kind, { ...task, vocabSize: vocabSizeGuess })
  const network = Result.getOrThrow(networkOf(familyOf(config, kind), architecture))
  const holds = sizing(network, config)
  const length = Number.isFinite(network.contextLength)
    ? network.contextLength
    : Number(architecture["contextLength"])
  const { figures, memoryBytes } = holds(length)
  const wouldHold = (length: number, rows?: number) => gigabytes(holds(length, rows).memoryBytes)
  const half = Math.ceil(length / 2)
  const advice =
    `Lower microBatchSize (1 would hold ${wouldHold(length, 1)}, with the same result) or contextLength ` +
    `(${half} would hold ${wouldHold(half)}), set rematerialize, or take a smaller preset`
  return {
    cpus: 2,
    memoryBytes,
    estimate: { figures: { ...figures, vocabulary: vocabSizeGuess }, advice }
  }
}
