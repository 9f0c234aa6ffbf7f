// The checkpoints of one training as they lie in its folder: which stay, which go, which one it goes on from.
import type { StorageFailed } from "@inkstone/artifact"
import type { NamedArrays } from "@inkstone/model-zoo/NamedArray"
import { StageFailure } from "@inkstone/stage"
import { Effect, type Scope } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Checkpoint from "./Checkpoint.ts"
import * as CheckpointWriter from "./CheckpointWriter.ts"
import * as Container from "./Container.ts"
import { attempt } from "./Workspace.ts"

export interface Policy {
  /** of this very training: its name tells it from every other */
  readonly folder: string
  /** steps between two regular checkpoints; others are those of interruptions and of the clock */
  readonly every: number
  /** newest checkpoints that stay; beside them the newest regular one, which a rollback goes to */
  readonly keepLast: number
  /** best weights that stay */
  readonly keepBest: number
  /** whether less is better, or more */
  readonly mode: "min" | "max"
  /** whether the training ends with its best weights: then a checkpoint is only as good as those it refers to */
  readonly restoreBest: boolean
}

export interface Checkpoints {
  /**
   * The newest checkpoint that is whole, or the newest regular one; undefined if there is none. Damaged ones are named in the log
   * and removed. What follows builds on it: the ranking of the best is the one of that time.
   */
  readonly newest: (
    which: "any" | "regular"
  ) => Effect.Effect<Checkpoint.Checkpoint | undefined, StageFailure>
  /**
   * Waits for the write before this one, copies the state out of the learner and hands it over: the next steps run while it
   * is written. A process killed at any moment leaves at least the checkpoint before this one.
   */
  readonly save: (
    standpoint: Omit<Checkpoint.Checkpoint, "bests" | "learner">,
    state: Effect.Effect<NamedArrays, StageFailure>
  ) => Effect.Effect<void, StageFailure>
  /** Enters an evaluation into the ranking, and keeps the weights if they are among the best; they are gone then. */
  readonly judged: (
    best: Checkpoint.Best,
    weights: Effect.Effect<NamedArrays, StageFailure>
  ) => Effect.Effect<void, StageFailure>
  /** The kept weights of an evaluation; undefined if they are not there or damaged. */
  readonly best: (step: number) => Effect.Effect<NamedArrays | undefined, StageFailure>
  /** Fails once a write has failed, without waiting for one. */
  readonly healthy: Effect.Effect<void, StageFailure>
  /** Waits until all is on the disk. */
  readonly settled: Effect.Effect<void, StageFailure>
}

type Role = "step" | "best"
const pattern = /^(step|best)-(\d+)\.safetensors$/
const nameOf = (role: Role, step: number) => `${role}-${String(step).padStart(9, "0")}.safetensors`

const namesIn = (folder: string): ReadonlyArray<string> =>
  fs.existsSync(folder) ? fs.readdirSync(folder) : []

/** Steps of the files of one role, newest first. */
const found = (names: ReadonlyArray<string>, role: Role): ReadonlyArray<number> =>
  names
    .flatMap((name) => {
      const match = pattern.exec(name)
      return match?.[1] === role ? [Number(match[2])] : []
    })
    .toSorted((a, b) => b - a)

/** Nothing for a file that is not there or damaged, which the log then says. */
const whole = <A>(
  reading: Effect.Effect<A, Container.ContainerCorrupt | StorageFailed>
): Effect.Effect<A | undefined, StageFailure> =>
  Effect.catchTags(reading, {
    ContainerCorrupt: ({ message }) => Effect.as(Effect.logWarning(message), undefined),
    StorageFailed: (error) =>
      error.code === "ENOENT" ? Effect.as(Effect.void, undefined) : Effect.fail(StageFailure.of(error))
  })

/** Every checkpoint below a workspace, the furthest first: there are several folders where `auto` came to different things. */
const allIn = (workspace: string) => {
  const root = path.join(workspace, "checkpoints")
  return attempt(root, () =>
    namesIn(root)
      .flatMap((name) => {
        const folder = path.join(root, name)
        return found(namesIn(folder), "step").map((step) => ({ step, folder }))
      })
      .toSorted((a, b) => b.step - a.step)
  )
}

/**
 * The step that the newest checkpoint below a workspace stands at, by the beginning of the file alone; undefined if there
 * is none.
 */
export const lastIn = Effect.fnUntraced(function* (
  workspace: string
): Effect.fn.Return<number | undefined, StageFailure> {
  for (const { folder, step } of yield* allIn(workspace)) {
    const text = yield* whole(Container.peek(path.join(folder, nameOf("step", step))))
    if (text !== undefined && Checkpoint.read(text, path.basename(folder)).type === "state") return step
  }
  return undefined
})

/** The newest checkpoint below a workspace that is whole; undefined if there is none. */
export const newestIn = Effect.fnUntraced(function* (
  workspace: string
): Effect.fn.Return<Checkpoint.Checkpoint | undefined, StageFailure> {
  for (const { folder, step } of yield* allIn(workspace)) {
    const contents = yield* whole(Container.read(path.join(folder, nameOf("step", step))))
    const loaded = contents === undefined ? undefined : Checkpoint.decode(contents, path.basename(folder))
    if (loaded !== undefined) return loaded
  }
  return undefined
})

/** Opens the folder of a training, which need not be there yet. All is on the disk when the scope ends. */
export const open = Effect.fn("Checkpoints.open")(function* (
  policy: Policy
): Effect.fn.Return<Checkpoints, StageFailure, Scope.Scope> {
  const { every, folder, restoreBest } = policy
  const keepBest = Math.max(policy.keepBest, restoreBest ? 1 : 0)
  const identity = path.basename(folder)
  const writer = yield* CheckpointWriter.open
  const fileOf = (role: Role, step: number) => path.join(folder, nameOf(role, step))
  const { bestFiles, onDisk } = yield* survey(folder, identity)
  let ranking: ReadonlyArray<Checkpoint.Best> = []

  const load = Effect.fnUntraced(function* (step: number) {
    const contents = yield* whole(Container.read(fileOf("step", step)))
    const loaded = contents === undefined ? undefined : Checkpoint.decode(contents, identity)
    const best = restoreBest ? loaded?.standing?.bestStep : undefined
    return best === undefined || (yield* bestOf(best)) !== undefined ? loaded : undefined
  })
  const bestOf = (step: number) =>
    Effect.map(whole(Container.read(fileOf("best", step))), (contents) => contents?.arrays)

  /** Files that are not needed once `step` is there. */
  const outdated = (): ReadonlyArray<string> => {
    const steps = [...onDisk.keys()].toSorted((a, b) => b - a)
    const regular = steps.find((step) => step % every === 0)
    const go = steps.filter((step, i) => i >= policy.keepLast && step !== regular)
    for (const step of go) onDisk.delete(step)
    const needed = new Set([ranking, ...onDisk.values()].flatMap((bests) => bests.map(({ step }) => step)))
    const worse = [...bestFiles].filter((step) => !needed.has(step))
    for (const step of worse) bestFiles.delete(step)
    return [...go.map((step) => fileOf("step", step)), ...worse.map((step) => fileOf("best", step))]
  }

  return {
    healthy: writer.healthy,
    settled: writer.settled,
    newest: Effect.fnUntraced(function* (which) {
      yield* writer.settled
      const steps = [...onDisk.keys()].toSorted((a, b) => b - a)
      for (const step of which === "any" ? steps : steps.filter((step) => step % every === 0)) {
        const loaded = yield* load(step)
        if (loaded !== undefined) {
          ranking = loaded.bests
          return loaded
        }
        yield* Effect.logWarning(`the checkpoint of step ${step} is damaged: going back to the one before`)
        yield* attempt(fileOf("step", step), () => fs.rmSync(fileOf("step", step), { force: true }))
        onDisk.delete(step)
      }
      ranking = []
      return undefined
    }),
    save: Effect.fnUntraced(function* (standpoint, state) {
      const { step } = standpoint
      yield* writer.settled
      const contents = Checkpoint.encode({ ...standpoint, bests: ranking, learner: yield* state }, identity)
      onDisk.set(step, ranking)
      yield* writer.begin({ file: fileOf("step", step), contents, remove: outdated() })
    }),
    judged: Effect.fnUntraced(function* (best, weights) {
      const sign = policy.mode === "min" ? 1 : -1
      // among equals the earlier one
      ranking = [...ranking, best]
        .toSorted((a, b) => sign * (a.value - b.value) || a.step - b.step)
        .slice(0, keepBest)
      if (!ranking.includes(best)) return
      yield* writer.settled
      const contents = { text: "", arrays: yield* weights }
      bestFiles.add(best.step)
      yield* writer.begin({ file: fileOf("best", best.step), contents, remove: outdated() })
    }),
    best: (step) => Effect.andThen(writer.settled, bestOf(step))
  }
})

/** What lies in a folder; what this training cannot go on from is put aside, halves of files are removed. */
const survey = Effect.fnUntraced(function* (folder: string, identity: string) {
  const names = yield* attempt(folder, () => namesIn(folder))
  for (const name of names.filter((name) => name.endsWith(".partial")))
    yield* attempt(folder, () => fs.rmSync(path.join(folder, name), { force: true }))
  const onDisk = new Map<number, ReadonlyArray<Checkpoint.Best>>()
  for (const step of found(names, "step")) {
    const file = path.join(folder, nameOf("step", step))
    const text = yield* whole(Container.peek(file))
    const read = text === undefined ? undefined : Checkpoint.read(text, identity)
    if (read?.type === "foreign") {
      yield* Effect.logWarning(`${file} ${read.problem}: it is put aside as ${path.basename(file)}.aside`)
      yield* attempt(file, () => fs.renameSync(file, `${file}.aside`))
    } else onDisk.set(step, read?.state.bests ?? [])
  }
  return { onDisk, bestFiles: new Set(found(names, "best")) }
})
