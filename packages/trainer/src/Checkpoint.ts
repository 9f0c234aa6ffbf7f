// Where a training stands, on disk: enough to go on from as if nothing had happened. The two newest are kept, and beside
// them the best weights that they refer to.
import type { NamedArray, NamedArrays } from "@inkstone/model-zoo/NamedArray"
import { StageFailure } from "@inkstone/stage"
import { Effect, Option, Schema } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Container from "./Container.ts"
import { Standing } from "./EarlyStopping.ts"
import { type EvaluationLog, Log, stepColumns, type StepRow } from "./History.ts"
import { attempt, syncFolder } from "./Workspace.ts"

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

const format = "inkstone-checkpoint-2"
const State = Schema.Struct({
  format: Schema.Literal(format),
  /** updates done */
  step: Schema.Int,
  /** in their order */
  detours: Schema.Array(Detour),
  /** what was written on the way */
  samples: Schema.Array(StepSample),
  /** what each evaluation measured */
  evaluationColumns: Schema.Array(Schema.String),
  standing: Schema.NullOr(Standing),
  cost: Cost
})
const StateText = Schema.fromJsonString(State)
const encodeState = Schema.encodeSync(StateText)
const decodeState = Schema.decodeUnknownOption(StateText)

export interface Checkpoint {
  readonly step: number
  readonly standing: Standing | undefined
  readonly cost: Cost
  readonly steps: Log<keyof StepRow>
  readonly evaluations: EvaluationLog
  readonly samples: ReadonlyArray<StepSample>
  readonly detours: ReadonlyArray<Detour>
  /** weights and optimizer slots */
  readonly learner: NamedArrays
}

const kept = 2
/** Steps between two regular checkpoints; others are those of interruptions and of the clock. */
export interface Cadence {
  readonly every: number
}
const learnerPrefix = "learner/"
const stepsName = "trace/steps"
const evaluationsName = "trace/evaluations"

const fileOf = (folder: string, role: "step" | "best", step: number) =>
  path.join(folder, `${role}-${String(step).padStart(9, "0")}.safetensors`)
const pattern = /^(step|best)-(\d+)\.safetensors$/

/** Steps of the files of one role, newest first. */
const found = (folder: string, role: "step" | "best"): ReadonlyArray<number> =>
  fs
    .readdirSync(folder)
    .flatMap((name) => {
      const match = pattern.exec(name)
      return match?.[1] === role ? [Number(match[2])] : []
    })
    .toSorted((a, b) => b - a)

/** Writes a file, and once it is on the disk removes those that are no longer needed. */
const put = (
  folder: string,
  file: string,
  contents: Container.Contents & { readonly bestStep: number | undefined; readonly every: number }
) =>
  Effect.gen(function* () {
    yield* attempt(folder, () => fs.mkdirSync(folder, { recursive: true }))
    yield* Effect.mapError(Container.write(file, contents), (error) => StageFailure.of(error))
    yield* attempt(folder, () => {
      syncFolder(folder)
      prune(folder, contents)
    })
  })

/** Writes a checkpoint atomically. A process killed at any moment leaves at least the checkpoint before this one. */
export const save = (
  folder: string,
  checkpoint: Checkpoint,
  { every }: Cadence
): Effect.Effect<void, StageFailure> => {
  const { step, standing, cost, detours, samples, steps, evaluations, learner } = checkpoint
  const arrays = new Map<string, NamedArray>()
  for (const array of [steps.toArray(stepsName), evaluations.toArray(evaluationsName)])
    arrays.set(array.name, array)
  for (const [name, array] of learner)
    arrays.set(learnerPrefix + name, { ...array, name: learnerPrefix + name })
  const text = encodeState({
    format,
    step,
    detours,
    samples,
    evaluationColumns: evaluations.columns,
    standing: standing ?? null,
    cost
  })
  return put(folder, fileOf(folder, "step", step), { text, arrays, bestStep: standing?.bestStep, every })
}

/** Keeps the weights of the best evaluation so far; the checkpoints that follow refer to them by their step. */
export const saveBest = (
  folder: string,
  weights: NamedArrays,
  { every, step }: Cadence & { readonly step: number }
): Effect.Effect<void, StageFailure> =>
  put(folder, fileOf(folder, "best", step), { text: "", arrays: weights, bestStep: step, every })

/** The best weights of an earlier evaluation; undefined if they are not there or damaged. */
export const loadBest = (
  folder: string,
  step: number
): Effect.Effect<NamedArrays | undefined, StageFailure> =>
  Effect.map(readWhole(fileOf(folder, "best", step)), (contents) => contents?.arrays)

const readWhole = (file: string): Effect.Effect<Container.Contents | undefined, StageFailure> =>
  Container.read(file).pipe(
    Effect.catchTags({
      ContainerCorrupt: ({ message }) => Effect.as(Effect.logWarning(message), undefined),
      StorageFailed: (error) =>
        error.code === "ENOENT" ? Effect.as(Effect.void, undefined) : Effect.fail(StageFailure.of(error))
    })
  )

/**
 * The newest checkpoint that is whole and, if `withBest`, whose best weights are whole as well; undefined if there is
 * none. Damaged ones are named in the log and removed.
 */
export const newest = Effect.fn("Checkpoint.newest")(function* (
  folder: string,
  options: {
    readonly withBest: boolean
    /** those of the cadence alone: an interruption leaves another one, and must not change where a rollback goes */
    readonly every?: number
  }
): Effect.fn.Return<Checkpoint | undefined, StageFailure> {
  const { every = 1 } = options
  const all = yield* attempt(folder, () => (fs.existsSync(folder) ? found(folder, "step") : []))
  const steps = all.filter((step) => step % every === 0)
  for (const step of steps) {
    const file = fileOf(folder, "step", step)
    const contents = yield* readWhole(file)
    const loaded = contents === undefined ? undefined : decode(contents)
    if (loaded !== undefined) {
      const best = options.withBest ? loaded.standing?.bestStep : undefined
      if (best === undefined || (yield* loadBest(folder, best)) !== undefined) return loaded
    }
    yield* Effect.logWarning(`the checkpoint of step ${step} is damaged: going back to the one before`)
    yield* attempt(file, () => fs.rmSync(file))
  }
  return undefined
})

const decode = ({ text, arrays }: Container.Contents): Checkpoint | undefined => {
  const state = Option.getOrUndefined(decodeState(text))
  if (state === undefined) return undefined
  const [steps, evaluations] = [new Log(stepColumns), new Log(state.evaluationColumns)]
  const restored = steps.restore(arrays.get(stepsName)) && evaluations.restore(arrays.get(evaluationsName))
  if (!restored) return undefined
  const learner = new Map<string, NamedArray>()
  for (const [stored, array] of arrays) {
    if (!stored.startsWith(learnerPrefix)) continue
    const name = stored.slice(learnerPrefix.length)
    learner.set(name, { ...array, name })
  }
  const { step, standing, cost, detours, samples } = state
  return { step, standing: standing ?? undefined, cost, detours, samples, steps, evaluations, learner }
}

/** Keeps the newest checkpoints, one of the cadence among them, the best weights each refers to, and those of the training as it stands. */
const prune = (
  folder: string,
  { bestStep, every }: Cadence & { readonly bestStep: number | undefined }
): void => {
  const steps = found(folder, "step")
  const regular = steps.find((step) => step % every === 0)
  const stay = steps.filter((step, i) => i < kept || step === regular)
  for (const step of steps) if (!stay.includes(step)) fs.rmSync(fileOf(folder, "step", step))
  const bests = found(folder, "best")
  // What was the best at a checkpoint is the newest best weights up to its step.
  const needed = new Set(stay.map((step) => bests.find((best) => best <= step)))
  for (const best of bests)
    if (best !== bestStep && !needed.has(best)) fs.rmSync(fileOf(folder, "best", best))
  for (const name of fs.readdirSync(folder))
    if (name.endsWith(".partial")) fs.rmSync(path.join(folder, name), { force: true })
}
