// What the process of a probe does with its job: it runs the stage as the pipeline would, but with the probe asked for, and on a
// store of its own that only reads from the real one.
import { type ArtifactRef, Store, StoreLocal, Tokenizer, Weights } from "@inkstone/artifact"
import { type Stage, StageFailure, StageRunner } from "@inkstone/stage"
import * as Probe from "@inkstone/trainer/Probe"
import { Cause, Effect, Exit, Layer, References } from "effect"
import path from "node:path"
import * as MadeUp from "./MadeUp.ts"
import type { Message, ProbeJob } from "./ProbeJob.ts"

/** Runs the job, tells the parent how it ended, and ends the process. */
export const work = (given: unknown): void => {
  // sent by `Probing.run`, which types it
  if (!isJob(given)) throw new Error("the probe was sent no job")
  const found: Array<Message> = []
  const request: Probe.Request = {
    steps: given.steps,
    memoryLimit: given.memoryBytes,
    found: (what) => void found.push({ type: "found", found: what })
  }
  const running = probe(given).pipe(
    Effect.provideService(Probe.Requested, request),
    Effect.provideService(References.MinimumLogLevel, "None"),
    Effect.provide(storeOf(given))
  )
  Effect.runFork(running).addObserver((exit) => {
    const message = found[0] ?? failed(exit)
    if (process.send === undefined || !process.connected) process.exit(1)
    process.send(message, () => process.exit(0))
  })
}

const isJob = (given: unknown): given is ProbeJob =>
  typeof given === "object" && given !== null && "module" in given && "scratch" in given

const isStage = (value: unknown): value is Stage.AnyStage =>
  typeof value === "object" && value !== null && "run" in value && "inputs" in value && "outputs" in value

/** Writes into the scratch folder; what is not there is read from the real store. */
const storeOf = ({ root, scratch }: ProbeJob) =>
  Layer.effect(
    Store,
    Effect.gen(function* () {
      const real = yield* Effect.provide(Store, StoreLocal.layer(root))
      const own = yield* Effect.provide(Store, StoreLocal.layer(path.join(scratch, "store")))
      return Store.of({
        ...own,
        open: (kind, digest) =>
          Effect.catchTag(own.open(kind, digest), "ArtifactMissing", () => real.open(kind, digest))
      })
    })
  )

type Inputs = Readonly<Record<string, ReadonlyArray<StageRunner.Source>>>

/** What a tokenizer or a model that is there says of the tokens. */
const agreed = Effect.fnUntraced(function* (inputs: Inputs) {
  const store = yield* Store
  const refs: ReadonlyArray<ArtifactRef> = Object.values(inputs).flatMap((each) => each.map(({ ref }) => ref))
  const tokenizer = refs.find(({ kind }) => kind === Tokenizer.name)
  if (tokenizer !== undefined) {
    const { attributes, digest } = yield* store.open(Tokenizer, tokenizer.digest)
    return { vocabSize: attributes.vocabSize, tokenizer: digest }
  }
  const model = refs.find(({ kind }) => kind === Weights.name)
  return model === undefined ? undefined : (yield* store.open(Weights, model.digest)).attributes
})

const probe = Effect.fnUntraced(function* (job: ProbeJob) {
  const module = yield* Effect.promise(
    (): Promise<Readonly<Record<string, unknown>>> => import(job.module.url)
  )
  const stage = module[job.module.export]
  if (!isStage(stage)) return yield* Effect.die(new Error(`${job.module.url} lost ${job.module.export}`))
  const known = yield* agreed(job.inputs)
  const made = yield* MadeUp.make(job.madeUp, known)
  const madeUp = Object.entries(made).map(([port, ref]) => [port, [{ label: "made up", ref }]] as const)
  return yield* StageRunner.run({
    stage,
    config: job.config,
    inputs: { ...job.inputs, ...Object.fromEntries(madeUp) },
    seed: job.seed,
    files: [],
    workspace: path.join(job.scratch, "workspace"),
    report: () => Effect.void
  })
}, Effect.mapError(StageFailure.of))

const failed = (exit: Exit.Exit<unknown, StageFailure>): Message => {
  const cause = Exit.isFailure(exit) ? exit.cause : Cause.empty
  const error = cause.reasons.find(Cause.isFailReason)?.error
  const { advice, category, fact, problem } =
    error ??
    new StageFailure({
      category: "crashed",
      fact: "Defect",
      problem: Exit.isSuccess(exit) ? "the stage did not ask whether it is probed" : Cause.pretty(cause),
      advice: ""
    })
  return { type: "failed", failure: { category, fact, problem, advice } }
}
