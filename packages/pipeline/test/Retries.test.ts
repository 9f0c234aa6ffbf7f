import path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { StageFailure } from "@inkstone/stage"
import { Effect } from "effect"
import type { RunEvent } from "../src/index.ts"
import * as Retries from "../src/internal/Retries.ts"
import { numbersIn, outputOf, run, temporary } from "./fixtures/lab.ts"

const failure = (fact: string, category: StageFailure["category"] = "crashed") =>
  new StageFailure({ category, fact, problem: "it died", advice: "Look" })
const killed = failure("ProcessKilled")

/** What follows attempts that got so far, each ended by the same failure. */
const after = (
  reached: ReadonlyArray<number>,
  rules: Partial<Retries.Rules>,
  how: StageFailure = killed
): ReturnType<typeof Retries.judge> => {
  const all = { node: "gpt", asked: undefined, goesOn: true, delayMillis: 10, ...rules }
  let tried: Retries.Tried = { attempts: 0, stalled: 0, done: 0 }
  for (const [i, done] of reached.entries()) {
    const next = Retries.judge(tried, { failure: how, done }, all)
    if (next instanceof StageFailure || i === reached.length - 1) return next
    tried = next.tried
  }
  throw new Error("no attempts")
}
const delayOf = (next: ReturnType<typeof after>) =>
  next instanceof StageFailure ? next.fact : next.delayMillis

describe("Retries.judge", () => {
  it("lets a stage that goes on try again as long as it gets further", () => {
    assert.strictEqual(delayOf(after([100], {})), 10)
    assert.strictEqual(delayOf(after([100, 200, 300, 400, 500], {})), 10)
    assert.strictEqual(delayOf(after([100, 100], {})), 20)
    assert.strictEqual(delayOf(after([100, 100, 200], {})), 10)
    assert.strictEqual(
      delayOf(
        after(
          Array.from({ length: 100 }, (_, i) => i + 1),
          {}
        )
      ),
      "NoProgress"
    )
  })

  it("names a death that repeats at the same place", () => {
    const stuck = after([100, 200, 200, 200], {})
    assert(stuck instanceof StageFailure)
    assert.deepStrictEqual([stuck.fact, stuck.category, stuck.advice], ["NoProgress", "crashed", "Look"])
    assert.include(stuck.problem, "gpt died 3 times in a row and never got past 200 (ProcessKilled): it died")
    const early = after([0, 0, 0], {}, failure("OutOfMemory", "resource"))
    assert(early instanceof StageFailure)
    assert.include(early.problem, "without a checkpoint (OutOfMemory)")
  })

  it("leaves alone what the stage itself found wrong, and stages that would start anew", () => {
    assert.strictEqual(delayOf(after([100], {}, failure("Defect"))), "Defect")
    assert.strictEqual(delayOf(after([100], {}, failure("StorageFailed", "resource"))), "StorageFailed")
    assert.strictEqual(delayOf(after([0], { goesOn: false })), "ProcessKilled")
  })

  it("does what was asked for where something was", () => {
    assert.strictEqual(delayOf(after([100], { asked: 0 })), "ProcessKilled")
    assert.strictEqual(delayOf(after([0, 0], { asked: 2, goesOn: false })), 20)
    assert.strictEqual(delayOf(after([0, 0, 0], { asked: 2, goesOn: false })), "ProcessKilled")
    assert.strictEqual(delayOf(after([0], { asked: 2 }, failure("Diverged", "data"))), "Diverged")
  })
})

const retries = (events: ReadonlyArray<RunEvent>) =>
  events.flatMap((event) => (event.type === "node-retrying" ? [event.failure.fact] : []))

// real processes: slow on a busy machine
describe("a node that goes on from what it left", { timeout: 60_000 }, () => {
  it.live("outlives kill -9 and SIGTERM of its process without being asked to", () =>
    Effect.gen(function* () {
      const root = path.join(yield* temporary, "store")
      const dying = `a: { uses: "./resumable.ts#dying", with: { deaths: [SIGKILL, SIGTERM, SIGKILL] } }`
      const ran = yield* run(dying, { root })
      assert.deepStrictEqual(retries(ran.events), ["ProcessKilled", "ProcessTerminated", "ProcessKilled"])
      assert.deepStrictEqual(yield* numbersIn(root, outputOf(ran, "a")), [0, 1, 2, 3])
    })
  )

  it.live("is given up when it dies at the same place again and again", () =>
    Effect.gen(function* () {
      const root = path.join(yield* temporary, "store")
      const stuck = `a: { uses: "./resumable.ts#dying", with: { deaths: [SIGKILL], stuck: true } }`
      const ran = yield* run(stuck, { root })
      const [node] = ran.result.nodes
      assert.strictEqual(node?.attempts, 3)
      assert.strictEqual(node?.failure?.fact, "NoProgress")
      assert.include(node?.failure?.problem, "3 times in a row")
    })
  )
})
