import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { MemoryLacking, type RunEvent, Runner } from "../src/index.ts"
import { objects, outputOf, numbersIn, pipeline, run, statuses, temporary } from "./fixtures/lab.ts"

const nodes = (more = "") =>
  `s: { uses: "./stages.ts#source" }\nbig: { uses: "./stages.ts#huge", in: { numbers: s }${more} }`

describe("a node that its stage says cannot fit", { timeout: 120_000 }, () => {
  it.live("is refused before anything starts, with what there is and what to change", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const events: Array<RunEvent> = []
      const loaded = yield* pipeline(nodes())
      const onEvent = (event: RunEvent) => Effect.sync(() => void events.push(event))
      const error = yield* Effect.flip(Runner.run(loaded, { root, memoryBytes: 2e9, onEvent }))
      assert.instanceOf(error, MemoryLacking)
      assert.strictEqual(
        error.message,
        "big: would hold about 1.13e+6 GB, and there are 2.00 GB. Take a smaller one; or, if you know better, say resources: { memoryBytes: ... } at the node"
      )
      assert.deepStrictEqual(events, [])
      assert.deepStrictEqual(yield* objects(root), [])
    })
  )

  it.live(
    "runs where the pipeline says otherwise, where it is not wanted, and where the store has its result",
    () =>
      Effect.gen(function* () {
        const root = yield* temporary
        const only = yield* run(nodes(), { root, memoryBytes: 2e9, only: ["s"] })
        assert.deepStrictEqual(statuses(only), { s: "ran" })
        const told = yield* run(nodes(", resources: { memoryBytes: 1000000 }"), { root, memoryBytes: 2e9 })
        assert.deepStrictEqual(yield* numbersIn(root, outputOf(told, "big")), [7])
        const again = yield* run(nodes(), { root, memoryBytes: 2e9 })
        assert.deepStrictEqual(statuses(again), { s: "hit", big: "hit" })
      })
  )
})
