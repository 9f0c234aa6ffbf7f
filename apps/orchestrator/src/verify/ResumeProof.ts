// Whether a training that was stopped or killed ends as if nothing had happened: three trainings of one node, compared part by part.
import { createHash, randomUUID } from "node:crypto"
import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, symlinkSync } from "node:fs"
import * as path from "node:path"
import { canonicalJson } from "@inkstone/artifact"
import { type Job, type Pipeline, Planner, Runner } from "@inkstone/pipeline"
import { type Progress, Seed, SourceFiles, StageFailure } from "@inkstone/stage"
import * as CheckpointDigests from "@inkstone/trainer/CheckpointDigests"
import { Effect, Schema } from "effect"
import { failed } from "../Failure.ts"
import * as Attempt from "./Attempt.ts"
import { moments } from "./Moments.ts"

export interface Asked {
  readonly pipeline: Pipeline.Pipeline
  readonly node: Pipeline.PipelineNode
  /** the user's store: what the node needs is taken from there, or made there */
  readonly store: string
  /** where the second training is stopped; undefined: half-way */
  readonly stopAt: number | undefined
  /** steps to train instead of what the pipeline says */
  readonly of: number | undefined
  readonly kills: number
  readonly seed: number
  /** leaves the three trainings where they are */
  readonly keep: boolean
  /** which of the three trainings, and how far it is */
  readonly report: (training: string, progress: Progress) => void
  readonly finished: (training: string, millis: number) => void
}

export interface Part {
  readonly what: string
  readonly undisturbed: string
  readonly stopped: string
  readonly killed: string
  readonly equal: boolean
}

export interface Proof {
  readonly node: string
  /** steps of the training, as its progress says */
  readonly steps: number
  readonly stoppedAt: number
  /** that hit a process at work */
  readonly kills: number
  readonly parts: ReadonlyArray<Part>
  readonly equal: boolean
  /** of the three trainings; only if they were kept */
  readonly folder?: string
}

/** What the node needs, made first where the store does not have it. */
const inputsOf = Effect.fnUntraced(function* ({ node, pipeline, store }: Asked) {
  const above = [...new Set(Object.values(node.inputs).flatMap((wires) => wires.map(({ from }) => from)))]
  if (above.length === 0) return {}
  const made = yield* Runner.run(pipeline, { root: store, only: above }).pipe(
    Effect.catchTag("NodeUnknown", (error) => failed("config", error.message))
  )
  const broken = made.nodes.find(({ failure }) => failure !== undefined)
  if (broken?.failure !== undefined)
    return yield* failed(broken.failure.category, `${broken.id}: ${broken.failure.message}`)
  const outputs = new Map(made.nodes.map((one) => [one.id, one.outputs]))
  return Planner.gather(node, (from, output) => outputs.get(from)?.[output])
})

/** A store of its own that sees what the node needs. */
const scratch = (store: string, inputs: Job["inputs"], keep: boolean) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const folder = path.join(store, "verify", randomUUID().slice(0, 8))
      mkdirSync(folder, { recursive: true })
      for (const { ref } of Object.values(inputs).flat()) {
        const at = (root: string) => path.join(root, "objects", ref.kind)
        mkdirSync(at(folder), { recursive: true })
        // two ports may be wired to one artifact
        if (!readdirSync(at(folder)).includes(ref.digest))
          symlinkSync(path.join(at(store), ref.digest), path.join(at(folder), ref.digest))
      }
      return folder
    }),
    (folder) =>
      Effect.sync(() => {
        if (keep) return
        rmSync(folder, { recursive: true, force: true })
        const above = path.dirname(folder)
        if (readdirSync(above).length === 0) rmdirSync(above)
      })
  )

/** The settings of a training, but for its length. */
const withSteps = (config: Schema.Json, steps: number): Schema.Json =>
  Object.fromEntries([...Object.entries(config ?? {}), ["steps", steps]])

const jobOf = Effect.fnUntraced(function* (
  { node, of, pipeline }: Asked,
  root: string,
  inputs: Job["inputs"]
) {
  const files = yield* SourceFiles.resolve(node.stage.files(node.config), pipeline.directory).pipe(
    Effect.mapError(StageFailure.of)
  )
  const job: Omit<Job, "workspace"> = {
    node: node.id,
    stage: node.stage.name,
    key: "verify",
    attempt: 1,
    module: node.module,
    config: of === undefined ? node.encodedConfig : withSteps(node.encodedConfig, of),
    inputs,
    files,
    seed: Seed.derive(node.seed, node.stage.name),
    root,
    granted: node.resources,
    graceMillis: 60_000
  }
  return job
})

const Manifest = Schema.fromJsonString(
  Schema.Struct({ contents: Schema.Struct({ tables: Schema.Record(Schema.String, Schema.Json) }) })
)
const decodeManifest = Schema.decodeUnknownSync(Manifest)

/** Every table that was made, and the parts of the last checkpoint. The ledger says which rows were in which batch. */
const digestsOf = Effect.fnUntraced(function* (root: string, workspace: string, outputs: Attempt.Outputs) {
  const digests = new Map<string, string>()
  for (const [port, { digest, kind }] of Object.entries(outputs)) {
    const file = path.join(root, "objects", kind, digest, "artifact.json")
    for (const [table, contents] of Object.entries(
      decodeManifest(readFileSync(file, "utf8")).contents.tables
    )) {
      const said = createHash("sha256").update(canonicalJson(contents)).digest("hex")
      const name = kind === "trace" && table === "windows" ? "ledger of rows and batches" : table
      if (kind !== "trace" || table !== "cost") digests.set(`${port}: ${name}`, said)
    }
    digests.set(`${port}: whole artifact`, digest)
  }
  const last = yield* CheckpointDigests.ofWorkspace(workspace)
  for (const [part, digest] of Object.entries(last ?? {})) digests.set(`last checkpoint: ${part}`, digest)
  return digests
})

/** Trains three times and compares. */
export const prove = Effect.fn("ResumeProof.prove")(function* (asked: Asked) {
  const { finished, kills, node, report, seed } = asked
  const inputs = yield* inputsOf(asked)
  const root = yield* scratch(asked.store, inputs, asked.keep)
  const job = yield* jobOf(asked, root, inputs)
  const of = (name: string): Job => ({ ...job, workspace: path.join(root, "work", name) })
  const say = (training: string) => (progress: Progress) => report(training, progress)
  let steps = 0
  const timed = <A, E, R>(training: string, effect: Effect.Effect<A, E, R>) =>
    Effect.suspend(() => {
      const begun = performance.now()
      return Effect.tap(effect, () => Effect.sync(() => finished(training, performance.now() - begun)))
    })

  const calm = yield* timed(
    "undisturbed",
    Attempt.whole(of("undisturbed"), (progress) => {
      steps = progress.total ?? progress.done
      report("undisturbed", progress)
    })
  )

  const stopAt = asked.stopAt ?? Math.max(1, Math.floor(steps / 2))
  const stoppedName = `stopped at ${stopAt}`
  const stopped = yield* timed(
    stoppedName,
    Effect.gen(function* () {
      const before = yield* Attempt.upTo(of("stopped"), stopAt, say(stoppedName))
      if (before !== undefined)
        return yield* failed("usage", `the training ended before step ${stopAt}: lower --steps`)
      return (yield* Attempt.whole(of("stopped"), say(stoppedName))).outputs
    })
  )

  const killedName = `killed ${kills} times`
  let hits = 0
  const killed = yield* timed(
    killedName,
    Effect.gen(function* () {
      for (const moment of moments({ ...calm, steps }, { kills, seed })) {
        const outputs = yield* Attempt.killed(of("killed"), moment, say(killedName))
        if (outputs !== undefined) return outputs
        hits += 1
      }
      return (yield* Attempt.whole(of("killed"), say(killedName))).outputs
    })
  )

  const [first, second, third] = yield* Effect.all([
    digestsOf(root, of("undisturbed").workspace, calm.outputs),
    digestsOf(root, of("stopped").workspace, stopped),
    digestsOf(root, of("killed").workspace, killed)
  ])
  const parts = [...new Set([...first.keys(), ...second.keys(), ...third.keys()])].map((what): Part => {
    const [undisturbed = "", stopped = "", killed = ""] = [first, second, third].map((one) => one.get(what))
    return { what, undisturbed, stopped, killed, equal: undisturbed === stopped && undisturbed === killed }
  })
  const equal = parts.length > 0 && parts.every((part) => part.equal)
  const proof: Proof = { node: node.id, steps, stoppedAt: stopAt, kills: hits, parts, equal }
  return asked.keep ? { ...proof, folder: root } : proof
}, Effect.scoped)
