// Where a training stands, as one file: enough to go on from as if nothing had happened. Schedules and random keys follow from
// the step, the data's cursor from the step and the detours.
import type { NamedArray, NamedArrays } from "@inkstone/model-zoo/NamedArray"
import { Option, Schema } from "effect"
import type { Contents } from "./Container.ts"
import { Standing } from "./EarlyStopping.ts"
import { type EvaluationLog, Log, stepColumns, type StepRow } from "./History.ts"

/** Time spent so far, over all attempts. */
export const Cost = Schema.Struct({
  trainMs: Schema.Finite,
  evaluateMs: Schema.Finite,
  checkpointMs: Schema.Finite
})
export type Cost = typeof Cost.Type

/** After a rollback: from the step behind it on, so many more batches are left out than before. */
export const Detour = Schema.Struct({ afterStep: Schema.Int, skipped: Schema.Int })
export type Detour = typeof Detour.Type

/** What the model made of a fixed prompt. */
export const StepSample = Schema.Struct({ step: Schema.Int, prompt: Schema.String, text: Schema.String })
export type StepSample = typeof StepSample.Type

/** An evaluation whose weights are kept. */
export const Best = Schema.Struct({ step: Schema.Int, value: Schema.Finite })
export type Best = typeof Best.Type

/** Raise the number whenever a file of before could not be gone on from. */
const format = "inkstone-checkpoint-3"
const State = Schema.Struct({
  format: Schema.Literal(format),
  /** of the training: by config, data, seed and first weights */
  identity: Schema.String,
  /** updates done */
  step: Schema.Int,
  /** in their order */
  detours: Schema.Array(Detour),
  /** what was written on the way */
  samples: Schema.Array(StepSample),
  /** what each evaluation measured */
  evaluationColumns: Schema.Array(Schema.String),
  standing: Schema.NullOr(Standing),
  /** best first */
  bests: Schema.Array(Best),
  cost: Cost
})
type State = typeof State.Type
const StateText = Schema.fromJsonString(State)
const encodeState = Schema.encodeSync(StateText)
const decodeState = Schema.decodeUnknownOption(StateText)
const decodeFormat = Schema.decodeUnknownOption(
  Schema.fromJsonString(Schema.Struct({ format: Schema.String, identity: Schema.optionalKey(Schema.String) }))
)

export interface Checkpoint {
  readonly step: number
  readonly standing: Standing | undefined
  readonly cost: Cost
  readonly steps: Log<keyof StepRow>
  readonly evaluations: EvaluationLog
  readonly samples: ReadonlyArray<StepSample>
  readonly detours: ReadonlyArray<Detour>
  /** evaluations whose weights are kept beside it, best first */
  readonly bests: ReadonlyArray<Best>
  /** weights, their averages and optimizer slots */
  readonly learner: NamedArrays
}

const learnerPrefix = "learner/"
const stepsName = "trace/steps"
const evaluationsName = "trace/evaluations"

/** As the contents of a file. */
export const encode = (checkpoint: Checkpoint, identity: string): Contents => {
  const { bests, cost, detours, evaluations, learner, samples, standing, step, steps } = checkpoint
  const arrays = new Map<string, NamedArray>()
  for (const array of [steps.toArray(stepsName), evaluations.toArray(evaluationsName)])
    arrays.set(array.name, array)
  for (const [name, array] of learner)
    arrays.set(learnerPrefix + name, { ...array, name: learnerPrefix + name })
  const text = encodeState({
    format,
    identity,
    step,
    detours,
    samples,
    evaluationColumns: evaluations.columns,
    standing: standing ?? null,
    bests,
    cost
  })
  return { text, arrays }
}

/** What the text of a file says: a state to go on from, or why this training cannot go on from it. */
export const read = (
  text: string,
  identity: string
):
  | { readonly type: "state"; readonly state: State }
  | { readonly type: "foreign"; readonly problem: string } => {
  const state = Option.getOrUndefined(decodeState(text))
  if (state !== undefined && state.identity === identity) return { type: "state", state }
  const written = Option.getOrUndefined(decodeFormat(text))
  const problem =
    written === undefined
      ? "is no checkpoint"
      : written.format === format
        ? `is of another training (${written.identity ?? "unknown"})`
        : `has the format ${written.format}, and this version of Inkstone goes on from ${format}`
  return { type: "foreign", problem }
}

/** The checkpoint in the contents of a file; undefined if it is none, or of another training. */
export const decode = ({ arrays, text }: Contents, identity: string): Checkpoint | undefined => {
  const found = read(text, identity)
  if (found.type === "foreign") return undefined
  const { state } = found
  const [steps, evaluations] = [new Log(stepColumns), new Log(state.evaluationColumns)]
  const restored = steps.restore(arrays.get(stepsName)) && evaluations.restore(arrays.get(evaluationsName))
  if (!restored) return undefined
  const learner = new Map<string, NamedArray>()
  for (const [stored, array] of arrays) {
    if (!stored.startsWith(learnerPrefix)) continue
    const name = stored.slice(learnerPrefix.length)
    learner.set(name, { ...array, name })
  }
  const { bests, cost, detours, samples, standing, step } = state
  return {
    step,
    standing: standing ?? undefined,
    cost,
    detours,
    samples,
    bests,
    steps,
    evaluations,
    learner
  }
}
