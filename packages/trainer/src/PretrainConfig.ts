// What a pipeline file may say to the pretraining stage. Every field has a default.
import * as Estimate from "@inkstone/model-zoo/Estimate"
import * as Gpt2 from "@inkstone/model-zoo/Gpt2"
import { field, type Resources } from "@inkstone/stage"
import { Schema, Struct } from "effect"
import { type Schedule, Shape } from "./Schedule.ts"

const Count = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 2 ** 31 - 1 }))
const CountOrNone = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2 ** 31 - 1 }))
const Positive = Schema.Finite.check(Schema.isGreaterThan(0))
const NotNegative = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))
const Decay = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1, exclusiveMaximum: true }))

const optional = <S extends Schema.Top>(schema: S, description: string) =>
  Schema.optionalKey(schema.annotate({ description }))

const Architecture = Schema.Struct({
  layers: optional(Count, "blocks"),
  heads: optional(Count, "H: attention heads; divides channels"),
  channels: optional(Count, "C: width of the residual stream")
})

const Fields = Schema.Struct({
  family: field(Schema.Literals(["gpt2"]), "gpt2", "kind of network"),
  preset: field(Schema.Literals(Struct.keys(Gpt2.presets)), "nano", "size of the network, by name"),
  architecture: optional(Architecture, "numbers that differ from the preset's"),
  contextLength: optional(Count, "T: positions the model sees at once; left out: the preset's"),
  batchSize: field(Count, 16, "B: windows of one step"),
  steps: field(Count, 1000, "updates at most; early stopping may end sooner"),
  learningRate: field(Positive, 1e-3, "peak, reached at the end of the warmup"),
  minLearningRate: optional(NotNegative, "rate of the last step; left out: a tenth of learningRate"),
  warmupSteps: optional(CountOrNone, "steps of the climb to the peak; left out: a twentieth of the steps"),
  schedule: field(Shape, "warmup-cosine", "how the rate falls after the warmup"),
  weightDecay: field(NotNegative, 0.1, "AdamW: share of a weight taken off, times the rate; matrices only"),
  beta1: field(Decay, 0.9, "AdamW: memory of the mean gradient"),
  beta2: field(Decay, 0.95, "AdamW: memory of the squared gradient"),
  epsilon: field(Positive, 1e-8, "AdamW: added to the root of the squared gradient"),
  gradientClip: field(NotNegative, 1, "largest L2 norm of the whole gradient; 0 = no limit"),
  evaluateEvery: field(Count, 100, "steps between two evaluations; the last step is always evaluated"),
  evaluateTokens: field(Count, 65_536, "most tokens an evaluation predicts, spread over the split"),
  patience: field(CountOrNone, 10, "evaluations without improvement after which training stops; 0 = never"),
  minDelta: field(NotNegative, 0.001, "nats per token that count as an improvement"),
  restoreBest: field(Schema.Boolean, true, "give back the weights of the best evaluation, not the last ones"),
  checkpointEvery: field(Count, 200, "steps between two checkpoints"),
  checkpointMinutes: optional(Positive, "a checkpoint also after this much time"),
  precision: field(
    Schema.Literals(["auto", "float32", "bfloat16"]),
    "auto",
    "of matrix products; auto = bfloat16 where the machine multiplies it natively. Weights are always float32"
  ),
  compile: field(
    Schema.Boolean,
    true,
    "compile what lies between matrix products: some seconds at the first step, then a third faster"
  ),
  logEvery: field(Count, 10, "steps between two points in TensorBoard")
})
export type PretrainConfig = typeof Fields.Type

/** The network's own config: the preset with what was changed of it. */
export const architectureOf = (
  config: Pick<PretrainConfig, "preset" | "architecture" | "contextLength">,
  vocabSize: number
): Gpt2.Config => {
  const preset = Gpt2.presets[config.preset]
  return {
    ...preset,
    ...config.architecture,
    contextLength: config.contextLength ?? preset.contextLength,
    vocabSize
  }
}

/** The fields above, and what must hold between them. */
export const PretrainConfig = Fields.check(
  Schema.makeFilter((config) => {
    const issues: Array<Schema.FilterIssue> = []
    const { channels, heads } = architectureOf(config, 1)
    if (channels % heads !== 0)
      issues.push({
        path: ["architecture", "heads"],
        issue: `heads ${heads} do not divide channels ${channels}`
      })
    if ((config.warmupSteps ?? 0) > config.steps)
      issues.push({
        path: ["warmupSteps"],
        issue: `warmupSteps ${config.warmupSteps} are more than steps ${config.steps}`
      })
    if ((config.minLearningRate ?? 0) > config.learningRate)
      issues.push({
        path: ["minLearningRate"],
        issue: `minLearningRate ${config.minLearningRate} is above learningRate ${config.learningRate}`
      })
    return issues
  })
)

/** Whether the network is the preset's, but for the length of its context. */
export const isPreset = ({ architecture }: Pick<PretrainConfig, "architecture">): boolean =>
  architecture === undefined || Object.keys(architecture).length === 0

/** The learning rate's schedule, with what was left out of the config. */
export const scheduleOf = (config: PretrainConfig): Schedule => ({
  shape: config.schedule,
  learningRate: config.learningRate,
  // rounded, because 3e-3 / 10 is 3.0000000000000003e-4
  minLearningRate: config.minLearningRate ?? Number((config.learningRate / 10).toPrecision(12)),
  warmupSteps: config.warmupSteps ?? Math.floor(config.steps / 20),
  steps: config.steps
})

// The vocabulary is only known once the tokens are; this is a large one for the presets that train on a laptop.
const vocabSizeGuess = 16_384

const gigabytes = (bytes: number) => `${(bytes / 1e9).toPrecision(3)} GB`

/** What a training holds: a step, and two copies of the weights in JavaScript, the best ones and those of a checkpoint. */
export const resourcesOf = (config: PretrainConfig): Resources => {
  const network = Gpt2.build(architectureOf(config, vocabSizeGuess))
  const estimate = Estimate.training(network, {
    // float32 holds more than bfloat16, and `auto` may come to either
    precision: config.precision === "auto" ? "float32" : config.precision,
    clusters: config.compile
  })
  const { batchSize: batch } = config
  const length = network.contextLength
  const { residentBytes, tokens: _, ...figures } = estimate({ batch, length })
  const holds = (size: number) => Math.ceil(size + 2 * figures.weightBytes)
  const wouldHold = (step: { readonly batch: number; readonly length: number }) =>
    gigabytes(holds(estimate(step).residentBytes))
  const half = Math.ceil(length / 2)
  const advice =
    `Lower batchSize (1 would hold ${wouldHold({ batch: 1, length })}) or contextLength ` +
    `(${half} would hold ${wouldHold({ batch, length: half })}), or take a smaller preset`
  return {
    cpus: 2,
    memoryBytes: holds(residentBytes),
    estimate: { figures: { ...figures, vocabulary: vocabSizeGuess }, advice }
  }
}
