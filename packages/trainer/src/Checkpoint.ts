// Where a training stands, on disk: enough to go on from as if nothing had happened. The two newest are kept, and beside
// them the best weights that they refer to.
import type { NamedArray, NamedArrays } from "@inkstone/model-zoo/NamedArray"
import { StageFailure } from "@inkstone/stage"
import { Effect, Option, Schema } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Container from "./Container.ts"
import { Standing } from "./EarlyStopping.ts"
import { evaluationColumns, type EvaluationRow, Log, stepColumns, type StepRow } from "./History.ts"
import { attempt, syncFolder } from "./Workspace.ts"

/** Time spent so far, over all attempts. */
export const Cost = Schema.Struct({
  trainMs: Schema.Finite,
  evaluateMs: Schema.Finite,
  checkpointMs: Schema.Finite
})
export type Cost = typeof Cost.Type

const State = Schema.Struct({
  format: Schema.Literal("inkstone-checkpoint-1"),
  /** updates done */
  step: Schema.Int,
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
  readonly evaluations: Log<keyof EvaluationRow>
  /** weights and optimizer slots */
  readonly learner: NamedArrays
}

const kept = 2
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
  contents: Container.Contents & { readonly bestStep: number | undefined }
) =>
  Effect.gen(function* () {
    yield* attempt(folder, () => fs.mkdirSync(folder, { recursive: true }))
    yield* Effect.mapError(Container.write(file, contents), (error) => StageFailure.of(error))
    yield* attempt(folder, () => {
      syncFolder(folder)
      prune(folder, contents.bestStep)
    })
  })

/** Writes a checkpoint atomically. A process killed at any moment leaves at least the checkpoint before this one. */
export const save = (folder: string, checkpoint: Checkpoint): Effect.Effect<void, StageFailure> => {
  const { step, standing, cost, steps, evaluations, learner } = checkpoint
  const arrays = new Map<string, NamedArray>()
  for (const array of [steps.toArray(stepsName), evaluations.toArray(evaluationsName)])
    arrays.set(array.name, array)
  for (const [name, array] of learner)
    arrays.set(learnerPrefix + name, { ...array, name: learnerPrefix + name })
  const text = encodeState({ format: "inkstone-checkpoint-1", step, standing: standing ?? null, cost })
  return put(folder, fileOf(folder, "step", step), { text, arrays, bestStep: standing?.bestStep })
}

/** Keeps the weights of the best evaluation so far; the checkpoints that follow refer to them by their step. */
export const saveBest = (
  folder: string,
  step: number,
  weights: NamedArrays
): Effect.Effect<void, StageFailure> =>
  put(folder, fileOf(folder, "best", step), { text: "", arrays: weights, bestStep: step })

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
  options: { readonly withBest: boolean }
): Effect.fn.Return<Checkpoint | undefined, StageFailure> {
  const steps = yield* attempt(folder, () => (fs.existsSync(folder) ? found(folder, "step") : []))
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
  const [steps, evaluations] = [new Log(stepColumns), new Log(evaluationColumns)]
  const restored = steps.restore(arrays.get(stepsName)) && evaluations.restore(arrays.get(evaluationsName))
  if (state === undefined || !restored) return undefined
  const learner = new Map<string, NamedArray>()
  for (const [stored, array] of arrays) {
    if (!stored.startsWith(learnerPrefix)) continue
    const name = stored.slice(learnerPrefix.length)
    learner.set(name, { ...array, name })
  }
  const { step, standing, cost } = state
  return { step, standing: standing ?? undefined, cost, steps, evaluations, learner }
}

/** Keeps the newest checkpoints, the best weights each of them refers to, and those of the training as it stands. */
const prune = (folder: string, bestStep: number | undefined): void => {
  const steps = found(folder, "step")
  for (const step of steps.slice(kept)) fs.rmSync(fileOf(folder, "step", step))
  const bests = found(folder, "best")
  // What was the best at a checkpoint is the newest best weights up to its step.
  const needed = new Set(steps.slice(0, kept).map((step) => bests.find((best) => best <= step)))
  for (const best of bests)
    if (best !== bestStep && !needed.has(best)) fs.rmSync(fileOf(folder, "best", best))
  for (const name of fs.readdirSync(folder))
    if (name.endsWith(".partial")) fs.rmSync(path.join(folder, name), { force: true })
}
