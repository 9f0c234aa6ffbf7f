// A longer training goes on from a shorter one that began as it does. The shorter one keeps the point up to which both are the same,
// before anything that only its end makes happen; the longer one takes it over as if it had come there itself, bit for bit.
import { canonicalJson, type StorageFailed } from "@inkstone/artifact"
import { StageFailure } from "@inkstone/stage"
import { Effect, Option, Schema } from "effect"
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Checkpoint from "./Checkpoint.ts"
import * as Container from "./Container.ts"
import * as ContainerFile from "./ContainerFile.ts"
import type { Schedule } from "./Schedule.ts"
import { attempt } from "./Workspace.ts"

/** What the loop does on the way. */
export interface Beginning {
  readonly step: number
  /** Keeps the checkpoint of that step, which is on the disk. */
  readonly keep: Effect.Effect<void, StageFailure>
}

/**
 * The first steps whose learning rates do not depend on how many steps there are: all of a schedule that has no end, those before
 * the decay of `warmup_stable_decay`, and none where the whole curve is stretched (cosine, linear, polynomial).
 */
export const sharedSteps = ({ curve, steps }: Schedule): number => {
  switch (curve.name) {
    case "constant":
    case "inverse_sqrt":
    case "reduce_lr_on_plateau":
      return steps
    case "warmup_stable_decay":
      // the decay's first step has the peak's rate but for its last bit
      return Math.max(0, steps - curve.decaySteps - 1)
    default:
      return 0
  }
}

export interface Place {
  /** the node's; where the pipeline wants a beginning kept there is a folder `beginning`, and where there is one, `earlier` */
  readonly workspace: string
  /** of this training's own checkpoints */
  readonly checkpoints: string
  readonly checkpointEvery: number
  readonly schedule: Schedule
  /** what decides about every step, with the number of steps among it */
  readonly identity: { readonly training: Readonly<Record<string, unknown>> }
}

/** Names of files as `Checkpoints` gives them. */
const pattern = /^(step|best)-(\d+)\.safetensors$/

const filesIn = (folder: string) =>
  (fs.existsSync(folder) ? fs.readdirSync(folder) : []).flatMap((name) => {
    const match = pattern.exec(name)
    return match === null ? [] : [{ name, role: match[1], step: Number(match[2]) }]
  })

const nameOf = ({ identity }: Place): string => {
  const { steps: _, ...training } = identity.training
  return createHash("sha256")
    .update(canonicalJson({ ...identity, training }))
    .digest("hex")
    .slice(0, 16)
}

/** What this training is to keep; undefined where nobody wants it, or its schedule leaves nothing to share. */
export const toKeep = (place: Place): Beginning | undefined => {
  const folder = path.join(place.workspace, "beginning")
  const step = sharedSteps(place.schedule)
  if (step === 0 || !fs.existsSync(folder)) return undefined
  return { step, keep: keep(place, { folder: path.join(folder, nameOf(place)), step }) }
}

/** Links, so that it costs no room while the training itself still has them. The first time counts. */
const keep = (
  { checkpointEvery, checkpoints }: Place,
  { folder, step }: { readonly folder: string; readonly step: number }
) =>
  Effect.gen(function* () {
    const files = yield* attempt(checkpoints, () => filesIn(checkpoints))
    const steps = files.filter((file) => file.role === "step" && file.step <= step)
    const newest = (of: typeof steps) => of.toSorted((a, b) => b.step - a.step).slice(0, 1)
    // a rollback goes to the newest regular one
    const states = new Set([
      ...newest(steps.filter((file) => file.step === step)),
      ...newest(steps.filter((file) => file.step % checkpointEvery === 0))
    ])
    const bests = new Set<number>()
    for (const { name } of states) {
      const text = yield* whole(Container.peek(path.join(checkpoints, name)))
      const read = text === undefined ? undefined : Checkpoint.read(text, path.basename(checkpoints))
      if (read?.type === "state") for (const best of read.state.bests) bests.add(best.step)
    }
    const weights = files.filter((file) => file.role === "best" && bests.has(file.step))
    yield* attempt(folder, () => fs.mkdirSync(folder, { recursive: true }))
    for (const { name } of [...weights, ...states]) {
      const kept = path.join(folder, name)
      yield* attempt(kept, () =>
        fs.existsSync(kept) ? undefined : fs.linkSync(path.join(checkpoints, name), kept)
      )
    }
  })

/**
 * Takes over what a shorter training kept, where this one has nothing of its own yet. What is damaged is left out: the training then
 * begins further back.
 */
export const takeOver = Effect.fn("Beginning.takeOver")(function* (
  place: Place
): Effect.fn.Return<void, StageFailure> {
  const { checkpoints } = place
  const from = path.join(place.workspace, "earlier", nameOf(place))
  const own = yield* attempt(checkpoints, () => filesIn(checkpoints))
  const kept = yield* attempt(from, () => filesIn(from))
  const most = sharedSteps(place.schedule)
  const states = kept.filter(({ role, step }) => role === "step" && step <= most)
  if (own.length > 0 || states.length === 0) return
  yield* attempt(checkpoints, () => fs.mkdirSync(checkpoints, { recursive: true }))
  for (const { name } of kept.filter(({ role }) => role === "best"))
    yield* attempt(checkpoints, () => fs.copyFileSync(path.join(from, name), path.join(checkpoints, name)))
  for (const { name, step } of states.toSorted((a, b) => a.step - b.step)) {
    const contents = yield* whole(Container.read(path.join(from, name)))
    const identity = contents === undefined ? undefined : Option.getOrUndefined(decodeIdentity(contents.text))
    if (contents === undefined || identity === undefined) continue
    const checkpoint = Checkpoint.decode(contents, identity.identity)
    if (checkpoint === undefined) continue
    // a checkpoint says which training it is of
    const mine = Container.prepare(Checkpoint.encode(checkpoint, path.basename(checkpoints)))
    yield* attempt(checkpoints, () => ContainerFile.write(path.join(checkpoints, name), mine))
    yield* Effect.logInfo(`has the checkpoint that a shorter training left at step ${step}`)
  }
})

const decodeIdentity = Schema.decodeUnknownOption(
  Schema.fromJsonString(Schema.Struct({ identity: Schema.String }))
)

const whole = <A>(
  reading: Effect.Effect<A, Container.ContainerCorrupt | StorageFailed>
): Effect.Effect<A | undefined, StageFailure> =>
  Effect.catchTags(reading, {
    ContainerCorrupt: ({ message }) => Effect.as(Effect.logWarning(message), undefined),
    StorageFailed: (error) => Effect.fail(StageFailure.of(error))
  })
