// What a pipeline file may say about the optimizer: a name, or a name with settings of its own.
import { Adafactor, AdamW, Lion, type Optimizer, Sgd } from "@inkstone/graph"
import { field } from "@inkstone/stage"
import { Schema } from "effect"

const Positive = Schema.Finite.check(Schema.isGreaterThan(0))
const NotNegative = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))
const Memory = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1, exclusiveMaximum: true }))
const Exponent = Schema.Finite.check(
  Schema.isBetween({ minimum: -1, maximum: 0, exclusiveMinimum: true, exclusiveMaximum: true })
)

const decay = (usual: number) =>
  field(NotNegative, usual, "share of a weight taken off, times the rate; matrices only")

const names = ["adamw", "adafactor", "lion", "sgd"] as const

const Detailed = Schema.Union([
  Schema.Struct({ name: Schema.Literal("adamw") }),
  Schema.Struct({
    name: Schema.Literal("adafactor"),
    relativeStep: field(
      Schema.Boolean,
      false,
      "a rate of its own, min(0.01, 1/sqrt(step)), not the schedule's"
    ),
    warmupInit: field(
      Schema.Boolean,
      false,
      "with relativeStep: climbs by 1e-6 a step instead of staying at 0.01"
    ),
    scaleParameter: field(Schema.Boolean, false, "the rate times the root mean square of each parameter"),
    clipThreshold: field(Positive, 1, "largest root mean square of a parameter's update, before the rate"),
    decayRate: field(
      Exponent,
      -0.8,
      "step ** decayRate is the share of new squares in the memory of squares"
    ),
    beta1: field(Memory, 0, "memory of the mean update; 0 = none, and no memory for it"),
    weightDecay: decay(0)
  }),
  Schema.Struct({
    name: Schema.Literal("lion"),
    beta1: field(Memory, 0.9, "share of the momentum in the direction of a step"),
    beta2: field(Memory, 0.99, "memory of the momentum"),
    weightDecay: decay(0)
  }),
  Schema.Struct({
    name: Schema.Literal("sgd"),
    momentum: field(Memory, 0.9, "share of the last step that the next one keeps"),
    nesterov: field(Schema.Boolean, false, "looks ahead along the momentum"),
    weightDecay: field(NotNegative, 0, "share of a weight added to its gradient; matrices only")
  })
])

export const OptimizerConfig = Schema.Union([Schema.Literals(names), Detailed])
export type OptimizerConfig = typeof OptimizerConfig.Type

const detailed = (optimizer: OptimizerConfig): typeof Detailed.Type =>
  typeof optimizer === "string" ? Schema.decodeSync(Detailed)({ name: optimizer }) : optimizer

/** The optimizer; AdamW, which a config that names none means, from the settings beside it. */
export const optimizerOf = (
  optimizer: OptimizerConfig | undefined,
  { beta1, beta2, epsilon, weightDecay }: AdamW.AdamWSettings
): Optimizer.Optimizer => {
  const one = detailed(optimizer ?? "adamw")
  switch (one.name) {
    case "adamw":
      return AdamW.make({ beta1, beta2, epsilon, weightDecay })
    case "adafactor":
      return Adafactor.make({ ...Adafactor.defaults, ...one })
    case "lion":
      return Lion.make(one)
    case "sgd":
      return Sgd.make(one)
  }
}

/** What must hold between the fields, where it does not. */
export const optimizerIssues = (
  optimizer: OptimizerConfig | undefined
): ReadonlyArray<Schema.FilterIssue> => {
  const one = detailed(optimizer ?? "adamw")
  if (one.name === "adafactor" && one.warmupInit && !one.relativeStep)
    return [
      { path: ["optimizer", "warmupInit"], issue: "warmupInit is for relativeStep: set both, or neither" }
    ]
  if (one.name === "sgd" && one.nesterov && one.momentum === 0)
    return [{ path: ["optimizer", "nesterov"], issue: "nesterov needs a momentum above 0" }]
  return []
}
