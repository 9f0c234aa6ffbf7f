// What a pipeline file may say about the learning rate: a name, or a name with settings of its own.
import { field } from "@inkstone/stage"
import { Schema } from "effect"
import type { Curve, Schedule } from "./Schedule.ts"

const Count = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 2 ** 31 - 1 }))
const CountOrNone = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2 ** 31 - 1 }))
const Positive = Schema.Finite.check(Schema.isGreaterThan(0))
const Share = Schema.Finite.check(
  Schema.isBetween({ minimum: 0, maximum: 1, exclusiveMinimum: true, exclusiveMaximum: true })
)
const Slope = Schema.Literals(["linear", "cosine", "1-sqrt"])

const plain = ["warmup-cosine", "warmup-linear", "constant", "constant_with_warmup", "linear"] as const
const waves = ["cosine", "cosine_with_min_lr"] as const
const names = [
  ...plain,
  ...waves,
  "cosine_with_restarts",
  "polynomial",
  "inverse_sqrt",
  "warmup_stable_decay",
  "reduce_lr_on_plateau"
] as const

const cycles = (usual: number) =>
  field(Positive, usual, "times that the rate falls; of a plain cosine, waves (0.5 falls once)")

// One literal each, so that what is wrong is said of the one that is named.
const Detailed = Schema.Union([
  ...plain.map((name) => Schema.Struct({ name: Schema.Literal(name) })),
  ...waves.map((name) => Schema.Struct({ name: Schema.Literal(name), cycles: cycles(0.5) })),
  Schema.Struct({ name: Schema.Literal("cosine_with_restarts"), cycles: cycles(1) }),
  Schema.Struct({
    name: Schema.Literal("polynomial"),
    power: field(Positive, 1, "of what is left of the time; 1 falls along a line")
  }),
  Schema.Struct({
    name: Schema.Literal("inverse_sqrt"),
    timescale: Schema.optionalKey(
      Count.annotate({ description: "steps that the root counts as one; left out: warmupSteps, or 10,000" })
    )
  }),
  Schema.Struct({
    name: Schema.Literal("warmup_stable_decay"),
    decaySteps: Schema.optionalKey(
      Count.annotate({ description: "last steps, in which the rate falls; left out: a tenth of the steps" })
    ),
    warmup: field(Slope, "linear", "how the rate climbs"),
    decay: field(Slope, "cosine", "how the rate falls")
  }),
  Schema.Struct({
    name: Schema.Literal("reduce_lr_on_plateau"),
    factor: field(Share, 0.1, "what the rate is multiplied by"),
    patience: field(CountOrNone, 10, "evaluations without improvement that are borne"),
    threshold: field(Share, 1e-4, "share of the best loss that counts as an improvement"),
    cooldown: field(CountOrNone, 0, "evaluations after a fall that are not counted")
  })
])

export const ScheduleConfig = Schema.Union([Schema.Literals(names), Detailed])
export type ScheduleConfig = typeof ScheduleConfig.Type

const detailed = (schedule: ScheduleConfig): typeof Detailed.Type =>
  typeof schedule === "string" ? Schema.decodeSync(Detailed)({ name: schedule }) : schedule

export interface Limits {
  readonly schedule: ScheduleConfig
  readonly learningRate: number
  readonly minLearningRate?: number
  readonly warmupSteps?: number
  readonly steps: number
}

/** Rate of the last step where none is said: a tenth for what always ended there, else what transformers has. */
const floorOf = (name: (typeof Detailed.Type)["name"], learningRate: number): number => {
  // rounded, because 3e-3 / 10 is 3.0000000000000003e-4
  const tenth = Number((learningRate / 10).toPrecision(12))
  switch (name) {
    case "warmup-cosine":
    case "warmup-linear":
    case "constant":
    case "cosine_with_min_lr":
      return tenth
    case "polynomial":
      return Math.min(1e-7, tenth)
    default:
      return 0
  }
}

const curveOf = (
  one: typeof Detailed.Type,
  { steps, warmupSteps }: { readonly steps: number; readonly warmupSteps: number }
): Curve => {
  switch (one.name) {
    case "constant":
    case "constant_with_warmup":
      return { name: "constant" }
    case "linear":
    case "warmup-linear":
      return { name: "linear" }
    case "warmup-cosine":
      return { name: "cosine", cycles: 0.5 }
    case "cosine":
    case "cosine_with_min_lr":
      return { name: "cosine", cycles: one.cycles }
    case "inverse_sqrt":
      return { name: one.name, timescale: one.timescale ?? (warmupSteps || 10_000) }
    case "warmup_stable_decay": {
      const usual = Math.min(Math.max(1, Math.floor(steps / 10)), Math.max(1, steps - warmupSteps))
      return { ...one, decaySteps: one.decaySteps ?? usual }
    }
    default:
      return one
  }
}

/** The learning rate's schedule, with what was left out of the config. */
export const scheduleOf = ({ schedule, ...limits }: Limits): Schedule => {
  const { learningRate, steps, warmupSteps = Math.floor(steps / 20) } = limits
  const one = detailed(schedule)
  return {
    curve: curveOf(one, { steps, warmupSteps }),
    learningRate,
    minLearningRate: limits.minLearningRate ?? floorOf(one.name, learningRate),
    warmupSteps,
    steps
  }
}

/** What must hold between the fields, where it does not. */
export const scheduleIssues = (limits: Limits): ReadonlyArray<Schema.FilterIssue> => {
  const { learningRate, minLearningRate = 0, steps } = limits
  const { curve, warmupSteps } = scheduleOf(limits)
  const issues: Array<Schema.FilterIssue> = []
  if (warmupSteps > steps)
    issues.push({ path: ["warmupSteps"], issue: `warmupSteps ${warmupSteps} are more than steps ${steps}` })
  else if (curve.name === "warmup_stable_decay" && warmupSteps + curve.decaySteps > steps)
    issues.push({
      path: ["schedule", "decaySteps"],
      issue: `decaySteps ${curve.decaySteps} and warmupSteps ${warmupSteps} are more than steps ${steps}`
    })
  if (minLearningRate > learningRate)
    issues.push({
      path: ["minLearningRate"],
      issue: `minLearningRate ${minLearningRate} is above learningRate ${learningRate}`
    })
  return issues
}
