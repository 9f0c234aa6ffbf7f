import { assert, describe, it } from "@effect/vitest"
import { Effect, References } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Loop from "../src/Loop.ts"
import * as BigramLearner from "./BigramLearner.ts"
import { child } from "./children.ts"
import { temporaryFolder } from "./peers.ts"
import { contextLength, planIn, repeatable } from "./plans.ts"

const undisturbed = Effect.gen(function* () {
  const plan = planIn(yield* temporaryFolder)
  return repeatable(yield* Effect.scoped(Loop.train(BigramLearner.make(contextLength), plan)))
}).pipe(Effect.provideService(References.MinimumLogLevel, "None"))

describe("a training that is killed", () => {
  it.live(
    "ends with the same bits after kill -9 at any moment, in another process",
    () =>
      Effect.gen(function* () {
        const workspace = yield* temporaryFolder
        for (const at of [2, 11, 21, 36, 55]) {
          const { ended } = yield* child("train.ts", [workspace], { signal: "SIGKILL", at })
          assert.strictEqual(ended, "SIGKILL")
        }
        const { last, first, ended } = yield* child("train.ts", [workspace])
        assert.strictEqual(ended, "0")
        assert.isAtLeast(first, 49)
        assert.deepStrictEqual(JSON.parse(last), yield* undisturbed)
      }),
    60_000
  )

  it.live(
    "stops on SIGTERM within a step, leaves a checkpoint of that step and goes on from it",
    () =>
      Effect.gen(function* () {
        const workspace = yield* temporaryFolder
        const { ended, step } = yield* child("train.ts", [workspace], { signal: "SIGTERM", at: 17 })
        assert.strictEqual(ended, "143")
        const file = `step-${String(step).padStart(9, "0")}.safetensors`
        assert.include(fs.readdirSync(path.join(workspace, "checkpoints")), file)
        const { last, first } = yield* child("train.ts", [workspace])
        assert.strictEqual(first, step + 1)
        assert.deepStrictEqual(JSON.parse(last), yield* undisturbed)
      }),
    60_000
  )
})
