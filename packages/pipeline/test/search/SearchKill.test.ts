import { type ChildProcess, spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import path from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Executor, Planner, Records, type RunEvent } from "../../src/index.ts"
import { executor } from "../fixtures/inline.ts"
import { pipeline, run, temporary } from "../fixtures/lab.ts"

const driver = fileURLToPath(new URL("../fixtures/drive.ts", import.meta.url))
const slow = `
m:
  uses: "./searchStages.ts#learn"
  with: { stepMillis: 20, breaksAbove: 0.5 }
  search:
    method: halving
    trials: 4
    seed: 3
    space: { rate: { logUniform: [1.0e-4, 1] } }
    objective: { attribute: loss, mode: min }
    halving: { min: 4, max: 16, factor: 2 }
won: { uses: "./searchStages.ts#count", in: { scores: m.best } }`

/** Starts it in a process group of its own and kills that whole, once `enough` trials are done. */
const killedAfter = (root: string, enough: number) =>
  Effect.promise(
    () =>
      new Promise<void>((resolve) => {
        const text = `name: test\nnodes:\n${slow.replaceAll(/^/gm, "  ")}`
        const child: ChildProcess = spawn(process.execPath, [driver, root, text], {
          stdio: ["ignore", "pipe", "inherit"],
          detached: true
        })
        let done = 0
        child.on("close", () => resolve())
        if (child.stdout === null) return
        createInterface(child.stdout).on("line", (line) => {
          const event: RunEvent = JSON.parse(line)
          const isTrial = event.type === "node-finished" && event.result.id.startsWith("m[")
          if (isTrial && event.result.status === "ran") done += 1
          if (done >= enough && child.pid !== undefined && child.exitCode === null)
            process.kill(-child.pid, "SIGKILL")
        })
      })
  )

const finished = (root: string) =>
  Effect.map(Records.list(root), (records) => records.filter(({ status }) => status === "done"))

describe("a search that is killed with all its processes", { timeout: 120_000 }, () => {
  it.live("goes on: what was finished does not run again, and the ranking is the same", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      yield* killedAfter(root, 3)
      const before = yield* finished(root)
      assert.isAtLeast(before.length, 3)
      const after = yield* run(slow, { root })
      assert.strictEqual(after.result.status, "done")
      const keys = (yield* finished(root)).map(({ key }) => key)
      assert.strictEqual(new Set(keys).size, keys.length)
      for (const { key } of before) {
        const starts = readFileSync(path.join(root, "work", key, "starts.txt"), "utf8")
        assert.strictEqual(starts, "x", "started once")
      }
      const elsewhere = yield* temporary
      // in this process, which is quicker
      const undisturbed = yield* run(slow, { root: elsewhere }).pipe(
        Effect.provideService(Executor, executor([]))
      )
      const best = ({ result }: typeof after) => result.nodes.find(({ id }) => id === "m[best]")?.outputs
      assert.deepStrictEqual(best(after), best(undisturbed))
      const made = yield* pipeline(slow)
      const here = yield* Planner.plan(made, { root })
      const there = yield* Planner.plan(made, { root: elsewhere })
      assert.deepStrictEqual(here.searches, there.searches)
    })
  )
})
