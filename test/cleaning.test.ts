// Raw text to packed rows through every stage of cleaning and tokenizing, in this process: starting a child process for each node would
// take longer than the work.
import { mkdir } from "node:fs/promises"
import { join } from "node:path"
import { Documents, type Kind, Ledger, Packed, Store, StoreLocal } from "@inkstone/artifact"
import { card, cut, decontaminate, deduplicate, examples, ingest, mix } from "@inkstone/ingest"
import { Executor, type ExecutorShape, type NodeResult, Pipeline, Runner } from "@inkstone/pipeline"
import { type Stage, StageRunner } from "@inkstone/stage"
import { encode, "encode-examples" as encodeExamples, pack, report, train } from "@inkstone/tokenizer"
import { Effect, Logger } from "effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { digestsOf, temporary } from "./support/Cli.ts"

const stages: ReadonlyMap<string, Stage.AnyStage> = new Map(
  [
    [ingest, cut, deduplicate, decontaminate, mix, card, examples],
    [train, encode, pack, report, encodeExamples]
  ]
    .flat()
    .map((stage): readonly [string, Stage.AnyStage] => [stage.name, stage])
)

const here: ExecutorShape = {
  execute: (job) =>
    Effect.gen(function* () {
      yield* Effect.promise(() => mkdir(job.workspace, { recursive: true }))
      const stage = stages.get(job.stage)
      if (stage === undefined) return yield* Effect.die(new Error(job.stage))
      return yield* StageRunner.run({ ...job, stage, report: () => Effect.void })
    }).pipe(Effect.provide(StoreLocal.layer(job.root)))
}

const runIn = (root: string) =>
  Effect.gen(function* () {
    const pipeline = yield* Pipeline.load(join(import.meta.dirname, "pipelines", "cleaning.yaml"))
    return yield* Runner.run(pipeline, { root })
  }).pipe(Effect.provideService(Executor, here), Effect.provide(Logger.layer([])), Effect.runPromise)

/** All artifacts of a kind, by the node that made them. */
const opened = <K extends Kind.Kind>(kind: K, nodes: ReadonlyArray<NodeResult>, root: string) =>
  Effect.gen(function* () {
    const store = yield* Store
    const made = nodes.flatMap(({ id, outputs }) =>
      Object.values(outputs).flatMap((output) =>
        output.kind === kind.name ? [{ id, digest: output.digest }] : []
      )
    )
    return yield* Effect.forEach(made, ({ digest, id }) =>
      Effect.map(store.open(kind, digest), (artifact) => ({ id, artifact }))
    )
  }).pipe(Effect.provide(StoreLocal.layer(root)), Effect.runPromise)

let folder: Awaited<ReturnType<typeof temporary>>
beforeAll(async () => {
  folder = await temporary()
})
afterAll(() => folder[Symbol.asyncDispose]())

describe("cleaning and tokenizing, all stages", () => {
  it(
    "adds up at every step, keeps Chinese, and says the same in another store",
    { timeout: 120_000 },
    async () => {
      const root = join(folder.path, "one")
      const first = await runIn(root)
      expect(first.nodes.flatMap(({ failure }) => failure?.problem ?? [])).toEqual([])
      expect(first.status).toBe("done")

      const ledgers = await opened(Ledger, first.nodes, root)
      expect(ledgers.length).toBe(7)
      for (const { artifact, id } of ledgers) {
        const { dropped, kept, read } = artifact.attributes
        const gone = Object.values(dropped).reduce((sum, one) => sum + one, 0)
        expect(kept + gone, id).toBe(read)
        const { action } = await Effect.runPromise(artifact.read("ledger"))
        expect(action.filter((one) => one === "dropped").length, id).toBe(gone)
      }
      for (const { artifact } of await opened(Documents, first.nodes, root)) {
        const { bytes, lang } = await Effect.runPromise(artifact.read("documents"))
        expect(lang).toEqual(expect.arrayContaining(["en", "zh"]))
        expect(bytes.reduce((sum, one) => sum + one, 0)).toBe(artifact.attributes.bytes)
      }
      for (const { artifact } of await opened(Packed, first.nodes, root)) {
        const { contextLength, contextTokens, padding, rows, tokens } = artifact.attributes
        expect(tokens + contextTokens + padding).toBe(rows * contextLength)
      }

      const second = await runIn(join(folder.path, "two"))
      expect(digestsOf(second.nodes)).toEqual(digestsOf(first.nodes))
    }
  )
})
