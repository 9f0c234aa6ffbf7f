// What a pipeline file may say to the pretraining stage. Every field has a default.
import { type CausalNetwork, type Family, type ModelUnusable, zoo } from "@inkstone/model-zoo"
import * as Estimate from "@inkstone/model-zoo/Estimate"
import { field, nearest, type Resources } from "@inkstone/stage"
import { Effect, Result, Schema } from "effect"
import { OptimizerConfig, optimizerIssues } from "./OptimizerConfig.ts"
import { ScheduleConfig, scheduleIssues } from "./ScheduleConfig.ts"

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
  channels: optional(Count, "C: width of the residual stream"),
  keyHeads: optional(Count, "llama: heads of keys and values; divides heads"),
  innerChannels: optional(Count, "llama: width inside of the gated part"),
  window: optional(Count, "gpt3: places that every second layer sees")
})

/** Families that write from left to right, by name: a new one of the zoo is among them. */
const families = new Map<string, Family.CausalFamily>(
  Object.values(zoo).flatMap((family) => (family.kind === "causal" ? [[family.name, family] as const] : []))
)

/** @throws RangeError for a name that the schema does not let pass */
export const familyOf = (name: string): Family.CausalFamily => {
  const family = families.get(name)
  if (family === undefined) throw new RangeError(`no family ${name}`)
  return family
}

const Fields = Schema.Struct({
  family: field(Schema.Literals([...families.keys()]), "gpt2", "kind of network"),
  preset: field(Schema.String, "nano", "size of the network, by name: inkstone models lists them"),
  architecture: optional(Architecture, "numbers that differ from the preset's"),
  contextLength: optional(Count, "T: positions the model sees at once; left out: the preset's"),
  batchSize: field(Count, 16, "B: windows of one step"),
  steps: field(Count, 1000, "updates at most; early stopping may end sooner"),
  learningRate: field(Positive, 1e-3, "peak, reached at the end of the warmup"),
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
  weightDecay: field(NotNegative, 0.1, "AdamW: share of a weight taken off, times the rate; matrices only"),
  beta1: field(Decay, 0.9, "AdamW: memory of the mean gradient"),
  beta2: field(Decay, 0.95, "AdamW: memory of the squared gradient"),
  epsilon: field(Positive, 1e-8, "AdamW: added to the root of the squared gradient"),
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

// The vocabulary is only known once the tokens are; this is a large one for the presets that train on a laptop.
const vocabSizeGuess = 16_384

const presetOf = ({ family, preset }: Pick<PretrainConfig, "family" | "preset">) =>
  familyOf(family).presets.find(({ name }) => name === preset)

/** The network's own config: the preset with what was changed of it. */
export const architectureOf = (
  config: Pick<PretrainConfig, "family" | "preset" | "architecture" | "contextLength">,
  vocabSize: number
): Family.Architecture => ({
  ...presetOf(config)?.architecture,
  ...config.architecture,
  ...(config.contextLength === undefined ? {} : { contextLength: config.contextLength }),
  vocabSize
})

/** The network of an architecture, or what is wrong with it. */
const networkOf = (
  { family }: Pick<PretrainConfig, "family">,
  architecture: Family.Architecture
): Result.Result<CausalNetwork, ModelUnusable> =>
  Effect.runSync(Effect.result(familyOf(family).network(architecture)))

/** The fields above, and what must hold between them. */
export const PretrainConfig = Fields.check(
  Schema.makeFilter((config) => {
    const issues: Array<Schema.FilterIssue> = []
    const names = familyOf(config.family).presets.map(({ name }) => name)
    if (presetOf(config) === undefined) {
      const close = nearest(config.preset, names)
      const advice = close === undefined ? "" : `did you mean ${close}? `
      issues.push({
        path: ["preset"],
        issue: `${config.family} has no preset ${config.preset}: ${advice}there are ${names.join(", ")}`
      })
    } else {
      const network = networkOf(config, architectureOf(config, vocabSizeGuess))
      if (Result.isFailure(network)) issues.push({ path: ["architecture"], issue: network.failure.problem })
    }
    issues.push(...scheduleIssues(config), ...optimizerIssues(config.optimizer))
    return issues
  })
)

/** Whether the network is the preset's, but for the length of its context. */
export const isPreset = ({ architecture }: Pick<PretrainConfig, "architecture">): boolean =>
  architecture === undefined || Object.keys(architecture).length === 0

const gigabytes = (bytes: number) => `${(bytes / 1e9).toPrecision(3)} GB`

/** What a training holds: a step, and two copies of the weights in JavaScript, the best ones and those of a checkpoint. */
export const resourcesOf = (config: PretrainConfig): Resources => {
  const network = Result.getOrThrow(networkOf(config, architectureOf(config, vocabSizeGuess)))
  const estimate = Estimate.training(network, {
    // float32 holds more than bfloat16, and `auto` may come to either
    precision: config.precision === "auto" ? "float32" : config.precision,
    clusters: config.compile,
    rematerialize: config.rematerialize
  })
  const { batchSize: batch } = config
  const length = network.contextLength
  const { residentBytes, tokens: _, ...figures } = estimate({ batch, length })
  const averages = config.averageDecay === undefined ? 0 : figures.weightBytes
  const holds = (size: number) => Math.ceil(size + 2 * figures.weightBytes + averages)
  const wouldHold = (step: { readonly batch: number; readonly length: number }) =>
    gigabytes(holds(estimate(step).residentBytes))
  const half = Math.ceil(length / 2)
  const advice =
    `Lower batchSize (1 would hold ${wouldHold({ batch: 1, length })}) or contextLength ` +
    `(${half} would hold ${wouldHold({ batch, length: half })}), set rematerialize, or take a smaller preset`
  return {
    cpus: 2,
    memoryBytes: holds(residentBytes),
    estimate: { figures: { ...figures, vocabulary: vocabSizeGuess }, advice }
  }
}
