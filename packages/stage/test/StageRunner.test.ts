// One stage in this process: what reaches it, what is sealed after it, and how its failures look.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, layer } from "@effect/vitest"
import { type ArtifactRef, Documents, Store, StoreLocal } from "@inkstone/artifact"
import { Effect, Schema } from "effect"
import { afterAll } from "vitest"
import { type Labelled, Stage, StageFailure, StageRunner } from "../src/index.ts"
import { Notes } from "./support/Notes.ts"
import { documents, rows, Shout } from "./support/Shout.ts"

const root = mkdtempSync(join(tmpdir(), "inkstone-runner-"))
afterAll(() => rmSync(root, { recursive: true }))

const job = {
  stage: Shout,
  config: { marks: 2 },
  seed: 7,
  files: [],
  workspace: join(root, "work", "shout"),
  report: () => Effect.void
}
const failure = (given: StageRunner.Job) => Effect.flip(StageRunner.run(given))

const Gather = Stage.define({
  name: "test#gather",
  version: 1,
  description: "Lists what it was given",
  config: Schema.Struct({ skip: Schema.optionalKey(Schema.Boolean) }),
  inputs: { sources: Stage.many(Documents) },
  outputs: { names: Notes, again: Notes },
  run: Effect.fn(function* ({ skip }, { sources }, { outputs, seed, workspace }) {
    const id = sources.map(({ label }: Labelled<typeof Documents>) => label)
    const value = new Float64Array(id.length).fill(seed)
    for (const draft of [outputs.names, outputs.again]) {
      yield* draft.append("notes", { id, rule: id.map(() => workspace), value })
    }
    yield* outputs.names.describe({ rules: [] })
    if (skip !== true) yield* outputs.again.describe({ rules: ["other"] })
  }, Effect.mapError(StageFailure.of))
})

layer(StoreLocal.layer(join(root, "store")))("StageRunner.run", (it) => {
  it.effect("gives a reference to the sealed artifact of each output", () =>
    Effect.gen(function* () {
      const ref = yield* documents.make
      const sealed = yield* StageRunner.run({ ...job, inputs: { documents: [{ label: "x", ref }] } })
      const artifact = yield* (yield* Store).open(Documents, sealed["documents"]?.digest ?? "")
      assert.deepStrictEqual((yield* artifact.read("documents")).text, ["HELLO!!", "INK!!"])
      assert.deepStrictEqual((yield* artifact.read("documents")).id, rows.id)
    })
  )

  it.effect("hands over labels, seed and a workspace that is there", () =>
    Effect.gen(function* () {
      const ref = yield* documents.make
      const sources = ["a", "b[preset=nano]"].map((label) => ({ label, ref }))
      const sealed = yield* StageRunner.run({ ...job, stage: Gather, config: {}, inputs: { sources } })
      const artifact = yield* (yield* Store).open(Notes, sealed["names"]?.digest ?? "")
      assert.deepStrictEqual(yield* artifact.read("notes"), {
        id: ["a", "b[preset=nano]"],
        rule: [job.workspace, job.workspace],
        value: Float64Array.of(7, 7)
      })
      writeFileSync(join(job.workspace, "checkpoint"), "there")
    })
  )

  it.effect("takes a many port with nothing in it", () =>
    Effect.gen(function* () {
      const sealed = yield* StageRunner.run({ ...job, stage: Gather, config: {}, inputs: {} })
      assert.hasAllKeys(sealed, ["names", "again"])
    })
  )

  it.effect("fails with category config on a wrong setting, a wrong kind, a missing or a second input", () =>
    Effect.gen(function* () {
      const ref = yield* documents.make
      const one = { label: "x", ref }
      const other: ArtifactRef = { kind: "tokens", digest: ref.digest }
      const wrong = [
        [{ ...job, config: { mark: 1 }, inputs: { documents: [one] } }, /mark: is not a setting.*"marks"/],
        [
          { ...job, inputs: { documents: [{ label: "y", ref: other }] } },
          /takes documents, but y gives tokens/
        ],
        [{ ...job, inputs: {} }, /input "documents" takes one artifact and was given 0/],
        [{ ...job, inputs: { documents: [one, one] } }, /takes one artifact and was given 2/]
      ] as const
      for (const [given, message] of wrong) {
        const failed = yield* failure(given)
        assert.strictEqual(failed.category, "config")
        assert.match(failed.message, message)
      }
    })
  )

  it.effect("fails with category data on an input that is not in the store", () =>
    Effect.gen(function* () {
      const ref = { kind: "documents", digest: "0".repeat(64) }
      const failed = yield* failure({ ...job, inputs: { documents: [{ label: "x", ref }] } })
      assert.deepInclude(failed, { category: "data", fact: "ArtifactMissing" })
    })
  )

  it.effect("fails with category crashed, naming the kind, when a stage forgets to describe an output", () =>
    Effect.gen(function* () {
      const failed = yield* failure({ ...job, stage: Gather, config: { skip: true }, inputs: {} })
      assert.deepInclude(failed, { category: "crashed", fact: "ArtifactInvalid" })
      assert.match(failed.message, /notes: describe was not called/)
    })
  )

  it.effect("fails with category resource where the workspace cannot be made", () =>
    Effect.gen(function* () {
      writeFileSync(join(root, "file"), "")
      const failed = yield* failure({
        ...job,
        stage: Gather,
        config: {},
        inputs: {},
        workspace: join(root, "file", "x")
      })
      assert.deepInclude(failed, { category: "resource", fact: "WorkspaceUnusable" })
    })
  )
})

describe("StageFailure.of", () => {
  layer(StoreLocal.layer(join(root, "other")))((it) => {
    it.effect("keeps a stage's own failure as it is", () =>
      Effect.sync(() => {
        const own = new StageFailure({
          category: "data",
          fact: "EmptyCorpus",
          problem: "nothing",
          advice: ""
        })
        assert.strictEqual(StageFailure.of(own), own)
      })
    )
  })
})
