import { assert, describe, it } from "@effect/vitest"
import { Effect, References } from "effect"
import { spawn } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { createInterface } from "node:readline"
import * as Loop from "../src/Loop.ts"
import * as BigramLearner from "./BigramLearner.ts"
import { temporaryFolder } from "./peers.ts"
import { contextLength, planIn, repeatable } from "./plans.ts"

/** Runs `train.ts`; sends a signal once it has printed a step. Gives its last line, its last step and how it ended. */
const child = (workspace: string, kill?: { readonly signal: NodeJS.Signals; readonly at: number }) =>
  Effect.promise(async () => {
    const started = spawn(process.execPath, [path.join(import.meta.dirname, "train.ts"), workspace], {
      stdio: ["ignore", "pipe", "inherit"]
    })
    const ended = new Promise<string>((resolve) => {
      started.on("exit", (code, signal) => resolve(signal ?? String(code)))
    })
    let [last, step, first] = ["", 0, 0]
    for await (const line of createInterface({ input: started.stdout })) {
      last = line
      if (!/^\d+$/.test(line)) continue
      step = Number(line)
      first ||= step
      if (kill !== undefined && step === kill.at) started.kill(kill.signal)
    }
    return { last, first, step, ended: await ended }
  })

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
          const { ended } = yield* child(workspace, { signal: "SIGKILL", at })
          assert.strictEqual(ended, "SIGKILL")
        }
        const { last, first, ended } = yield* child(workspace)
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
        const { ended, step } = yield* child(workspace, { signal: "SIGTERM", at: 17 })
        assert.strictEqual(ended, "143")
        const file = `step-${String(step).padStart(9, "0")}.safetensors`
        assert.include(fs.readdirSync(path.join(workspace, "checkpoints")), file)
        const { last, first } = yield* child(workspace)
        assert.strictEqual(first, step + 1)
        assert.deepStrictEqual(JSON.parse(last), yield* undisturbed)
      }),
    60_000
  )
})
