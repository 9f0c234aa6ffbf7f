import { mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs"
import path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Executor, Gc, type Pipeline, Planner, StageModules } from "../src/index.ts"
import * as ProcessId from "../src/internal/ProcessId.ts"
import { executor, modules } from "./fixtures/inline.ts"
import { objects, outputOf, pipeline, run, temporary } from "./fixtures/lab.ts"

const nodes = (by: number) => `
a: { uses: "test#source" }
b: { uses: "test#add", with: { by: ${by} }, in: { numbers: a } }`

const inline = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  effect.pipe(Effect.provideService(StageModules, modules({})), Effect.provideService(Executor, executor([])))

const load = (by: number, name = "test") =>
  pipeline(nodes(by)).pipe(Effect.map((made): Pipeline.Pipeline => ({ ...made, name })))

const go = (root: string, made: Pipeline.Pipeline) => run(made, { root })

const nameOf = ({ kind, digest }: { kind: string; digest: string }) => `${kind}/${digest}`

describe("Gc", { timeout: 60_000 }, () => {
  it.live("names what no node made last, and removes nothing before it is told to", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const before = yield* go(root, yield* load(1))
      const after = yield* go(root, yield* load(2))
      const all = yield* objects(root)
      const plan = yield* Gc.plan({ root, graceHours: 0 })
      assert.deepStrictEqual(plan.artifacts.map(nameOf), [nameOf(outputOf(before, "b"))])
      assert.isAbove(plan.bytes, 0)
      assert.deepStrictEqual(yield* objects(root), all)
      yield* Gc.apply(plan)
      assert.deepStrictEqual(
        yield* objects(root),
        [outputOf(after, "a"), outputOf(after, "b")].map(nameOf).toSorted()
      )
      const { nodes } = yield* Planner.plan(yield* load(2), { root })
      assert.isTrue(nodes.every(({ decision }) => decision === "hit"))
    }).pipe(inline)
  )

  it.live("keeps everything young", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      yield* go(root, yield* load(1))
      yield* go(root, yield* load(2))
      const plan = yield* Gc.plan({ root })
      assert.deepStrictEqual([plan.artifacts, plan.folders], [[], []])
    }).pipe(inline)
  )

  it.live("keeps what a given pipeline would take, though another one made it", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const made = yield* go(root, yield* load(1, "one"))
      yield* go(root, yield* load(2, "one"))
      const plan = yield* Gc.plan({ root, graceHours: 0, pipelines: [yield* load(1, "other")] })
      const kept = new Set(["a", "b"].map((id) => nameOf(outputOf(made, id))))
      assert.lengthOf(plan.artifacts, 1)
      assert.isTrue(plan.artifacts.every((ref) => !kept.has(nameOf(ref))))
    }).pipe(inline)
  )

  it.live("removes workspaces of finished keys and quarantine, but no checkpoint and nothing in use", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      yield* go(root, yield* load(1))
      const finished = readdirSync(path.join(root, "work"))
      const old = new Date(0)
      const make = (...parts: ReadonlyArray<string>) => {
        const folder = path.join(root, ...parts)
        mkdirSync(folder, { recursive: true })
        writeFileSync(path.join(folder, "checkpoint"), "12345")
        return folder
      }
      make("work", "unfinished")
      make("quarantine", "bad")
      make("work", "double~1-2")
      const busy = make("work", "double~1-3")
      writeFileSync(path.join(busy, "worker.json"), ProcessId.encode(ProcessId.of(process.pid)))
      for (const name of readdirSync(path.join(root, "work")))
        utimesSync(path.join(root, "work", name), old, old)
      const plan = yield* Gc.plan({ root, graceHours: 1 })
      assert.deepStrictEqual(
        plan.folders.map(({ path: place, what }) => `${what} ${path.basename(place)}`).toSorted(),
        [...finished.map((key) => `workspace ${key}`), "quarantine bad", "workspace double~1-2"].toSorted()
      )
      assert.strictEqual(plan.folders.find(({ what }) => what === "quarantine")?.bytes, 5)
      yield* Gc.apply(plan)
      assert.deepStrictEqual(readdirSync(path.join(root, "work")).toSorted(), ["double~1-3", "unfinished"])
    }).pipe(inline)
  )
})
