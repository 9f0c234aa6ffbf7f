// What all training stages may be told, whatever they train for. Every field has a default.
import { field } from "@inkstone/stage"
import { Schema } from "effect"
import { OptimizerConfig, optimizerIssues } from "./OptimizerConfig.ts"
import { ScheduleConfig, scheduleIssues } from "./ScheduleConfig.ts"
import { tuningFields } from "./Tuning.ts"

const Count = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 2 ** 31 - 1 }))
const CountOrNone = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2 ** 31 - 1 }))
const Positive = Schema.Finite.check(Schema.isGreaterThan(0))
const NotNegative = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))
const Decay = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1, exclusiveMaximum: true }))
const Share = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1, exclusiveMinimum: true }))

const optional = <S extends Schema.Top>(schema: S, description: string) =>
  Schema.optionalKey(schema.annotate({ description }))

const Guard = Schema.Struct({
  spike: field(
    NotNegative,
    0,
    "a loss this many times the median of the last 50 steps is a spike; 0 = only what is no number counts"
  ),
  rollbacks: field(CountOrNone, 2, "times that it goes back to the last checkpoint before it gives up"),
  rateFactor: field(Share, 0.5, "what the learning rate is multiplied by at each rollback")
})

/** Usual values that differ from task to task. */
export interface Usual {
  readonly batchSize: number
  readonly learningRate: number
  readonly weightDecay: number
  readonly minDelta: number
  readonly spike: number
}
/** Of pretraining from nothing. */
export const pretraining: Usual = {
  batchSize: 16,
  learningRate: 1e-3,
  weightDecay: 0.1,
  minDelta: 0.001,
  spike: 3
}
/** Of weights that know the language already. */
export const finetuning: Usual = {
  batchSize: 16,
  learningRate: 1e-4,
  weightDecay: 0.01,
  minDelta: 0,
  spike: 0
}

/** The fields of a training stage; `metrics` are names of what it measures beside the loss. */
export const trainingFields = (usual: Usual, metrics: ReadonlyArray<string> = []) => ({
  batchSize: field(Count, usual.batchSize, "rows of one step"),
  microBatchSize: optional(
    Count,
    "rows computed at once, their gradients added up to those of the step: less memory, the same result; left out: all"
  ),
  steps: field(Count, 1000, "updates at most; early stopping may end sooner"),
  learningRate: field(Positive, usual.learningRate, "peak, reached at the end of the warmup"),
  minLearningRate: optional(
    NotNegative,
    "rate of the last step; left out: a tenth of learningRate, or what transformers has (0; polynomial 1e-7)"
  ),
  warmupSteps: optional(CountOrNone, "steps of the climb to the peak; left out: a twentieth of the steps"),
  schedule: field(
    ScheduleConfig,
    "warmup-cosine",
    "how the rate falls after the warmup: a name, or { name, ... }"
  ),
  optimizer: optional(
    OptimizerConfig,
    "a name, or { name, ... }: adamw (left out: that, by the four fields below), adafactor, lion, sgd"
  ),
  averageDecay: optional(
    Decay,
    "share of an average of the weights that each step keeps; what is evaluated and handed over is the average"
  ),
  weightDecay: field(
    NotNegative,
    usual.weightDecay,
    "AdamW: share of a weight taken off, times the rate; matrices only"
  ),
  beta1: field(Decay, 0.9, "AdamW: memory of the mean gradient"),
  beta2: field(Decay, 0.95, "AdamW: memory of the squared gradient"),
  epsilon: field(Positive, 1e-8, "AdamW: added to the root of the squared gradient"),
  ...tuningFields,
  dropout: field(
    Decay,
    0,
    "share of values dropped in training: what a small corpus needs against learning it by heart"
  ),
  rematerialize: field(
    Schema.Boolean,
    false,
    "compute each block again in the backward pass: less memory, a quarter more time"
  ),
  gradientClip: field(NotNegative, 1, "largest L2 norm of the whole gradient; 0 = no limit"),
  guard: field(
    Guard,
    { spike: usual.spike, rollbacks: 2, rateFactor: 0.5 },
    "what is done when the loss is no number, or jumps"
  ),
  evaluateEvery: field(Count, 100, "steps between two evaluations; the last step is always evaluated"),
  evaluateTokens: field(Count, 65_536, "most tokens an evaluation reads, spread over the split"),
  metric: field(
    Schema.Literals(["loss", ...metrics]),
    "loss",
    "what patience and the best weights are judged by, on the validation split"
  ),
  mode: optional(
    Schema.Literals(["min", "max"]),
    "whether less of the metric is better, or more; left out: min for losses and errors, max for the others"
  ),
  patience: field(CountOrNone, 10, "evaluations without improvement after which training stops; 0 = never"),
  minDelta: field(NotNegative, usual.minDelta, "gain of the metric that counts as an improvement"),
  restoreBest: field(Schema.Boolean, true, "give back the weights of the best evaluation, not the last ones"),
  checkpointEvery: field(Count, 200, "steps between two checkpoints"),
  checkpointMinutes: optional(Positive, "a checkpoint also after this much time"),
  keepLast: field(Count, 2, "newest checkpoints that stay on the disk"),
  keepBest: field(CountOrNone, 1, "best weights that stay on the disk"),
  memoryLimitGigabytes: optional(
    Positive,
    "a process that grows above this leaves a checkpoint and makes room for a new one"
  ),
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
  logEvery: field(Count, 10, "steps between two points in TensorBoard"),
  updateNorm: field(
    Schema.Boolean,
    true,
    "enter how far each step moved the weights: a third more time for the optimizer, which is a small part of a step"
  ),
  histograms: field(
    Schema.Boolean,
    true,
    "show in TensorBoard how the weights are spread, at each evaluation"
  )
})

const OfAnyTask = Schema.Struct(trainingFields(pretraining))
/** What the shared fields say, once read. */
export interface TrainingConfig extends Omit<typeof OfAnyTask.Type, "metric"> {
  readonly metric: string
}

/** What must hold between the shared fields, where it does not. */
export const trainingIssues = (config: TrainingConfig): ReadonlyArray<Schema.FilterIssue> => [
  ...scheduleIssues(config),
  ...optimizerIssues(config.optimizer),
  ...((config.microBatchSize ?? 1) > config.batchSize
    ? [
        {
          path: ["microBatchSize"],
          issue: `microBatchSize ${config.microBatchSize} is more than batchSize ${config.batchSize}`
        }
      ]
    : [])
]

const lessIsBetter = /loss|error|nats|perplexity/

/** Which way the metric is better. */
export const modeOf = ({ metric, mode }: Pick<TrainingConfig, "metric" | "mode">): "min" | "max" =>
  mode ?? (lessIsBetter.test(metric) ? "min" : "max")
