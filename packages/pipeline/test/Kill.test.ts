import { type ChildProcess, spawn } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import path from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Records, type RunEvent } from "../src/index.ts"
import { objects, outputOf, pipeline, run, statuses, temporary } from "./fixtures/lab.ts"

const driver = fileURLToPath(new URL("fixtures/drive.ts", import.meta.url))
const steps = 60
const nodes = `
a: { uses: "./stages.ts#slow", with: { steps: ${steps}, stepMillis: 25 } }
b: { uses: "./stages.ts#add", with: { by: 1 }, in: { numbers: a } }`
const text = `name: test\nnodes:\n${nodes.replaceAll(/^/gm, "  ")}`

interface Driven {
  readonly child: ChildProcess
  readonly events: Array<RunEvent>
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>
}

const drive = (root: string): Driven => {
  const child = spawn(process.execPath, [driver, root, text], { stdio: ["ignore", "pipe", "inherit"] })
  const events: Array<RunEvent> = []
  if (child.stdout !== null) createInterface(child.stdout).on("line", (line) => events.push(JSON.parse(line)))
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.on("close", (code, signal) => resolve({ code, signal }))
  })
  return { child, events, ended }
}

/** Until some steps are done and there is something to lose. */
const underWay = (driven: Driven) =>
  Effect.gen(function* () {
    while (!driven.events.some((event) => event.type === "progress" && event.progress.done >= 5)) {
      assert.isNull(driven.child.exitCode)
      yield* Effect.sleep(20)
    }
    const started = driven.events.find((event) => event.type === "node-started")
    return path.join(rootOf(driven), "work", started?.type === "node-started" ? started.key : "")
  })

const rootOf = ({ child }: Driven): string => child.spawnargs.at(-2) ?? ""

const workerOf = (workspace: string): number =>
  JSON.parse(readFileSync(path.join(workspace, "worker.json"), "utf8")).pid

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const gone = Effect.fnUntraced(function* (pid: number) {
  while (isAlive(pid)) yield* Effect.sleep(20)
})

/** A run after the accident goes on where it stopped, and ends as one that nothing happened to. */
const endsUndisturbed = Effect.fnUntraced(function* (root: string, workspace: string) {
  const undisturbed = yield* run(nodes, { root: yield* temporary })
  const after = yield* run(nodes, { root })
  assert.deepStrictEqual(statuses(after), { a: "ran", b: "ran" })
  assert.deepStrictEqual(outputOf(after, "b"), outputOf(undisturbed, "b"))
  const begun = [...readFileSync(path.join(workspace, "log.txt"), "utf8").matchAll(/starts at step (\d+)/g)]
  assert.lengthOf(begun, 2)
  assert.isAtLeast(Number(begun[1]?.[1]), 5)
})

describe("a run that is", { timeout: 120_000 }, () => {
  it.live("interrupted by SIGINT stops cleanly, and the next one goes on", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const driven = drive(root)
      const workspace = yield* underWay(driven)
      const worker = workerOf(workspace)
      driven.child.kill("SIGINT")
      const { code } = yield* Effect.promise(() => driven.ended)
      assert.strictEqual(code, 130)
      assert.isFalse(isAlive(worker))
      const last = driven.events.at(-1)
      assert.isTrue(last?.type === "run-finished" && last.result.status === "cancelled")
      assert.isTrue(existsSync(path.join(workspace, "stopped.txt")))
      assert.deepStrictEqual(
        (yield* Records.list(root)).map(({ node, status }) => ({ node, status })),
        [{ node: "a", status: "cancelled" }]
      )
      assert.isEmpty(yield* objects(root))
      yield* endsUndisturbed(root, workspace)
    })
  )

  it.live("killed outright leaves no worker behind, and the next one goes on", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const driven = drive(root)
      const workspace = yield* underWay(driven)
      const worker = workerOf(workspace)
      driven.child.kill("SIGKILL")
      yield* Effect.promise(() => driven.ended)
      yield* gone(worker)
      assert.isTrue(existsSync(path.join(workspace, "stopped.txt")), "the worker stopped by itself")
      assert.isEmpty(yield* objects(root))
      yield* endsUndisturbed(root, workspace)
    })
  )

  it.live("started again while the worker of a killed one still stops waits for it", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const driven = drive(root)
      const workspace = yield* underWay(driven)
      driven.child.kill("SIGKILL")
      yield* Effect.promise(() => driven.ended)
      yield* endsUndisturbed(root, workspace)
    })
  )

  it.live("robbed of its worker fails as crashed, and the next one goes on", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const driven = drive(root)
      const workspace = yield* underWay(driven)
      process.kill(workerOf(workspace), "SIGKILL")
      yield* Effect.promise(() => driven.ended)
      const last = driven.events.at(-1)
      if (last?.type !== "run-finished") return assert.fail("no summary")
      assert.deepStrictEqual(
        last.result.nodes.map(({ status }) => status),
        ["failed", "blocked"]
      )
      assert.strictEqual(last.result.nodes[0]?.failure?.category, "crashed")
      assert.include(last.result.nodes[0]?.failure?.problem, "SIGKILL")
      yield* endsUndisturbed(root, workspace)
    })
  )

  it.live("done is all hits for the next one", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const { code } = yield* Effect.promise(() => drive(root).ended)
      assert.strictEqual(code, 0)
      assert.deepStrictEqual(statuses(yield* run(yield* pipeline(nodes), { root })), { a: "hit", b: "hit" })
    })
  )
})
