import { assert, describe, it } from "@effect/vitest"
import * as NamedArray from "@inkstone/model-zoo/NamedArray"
import { Effect, Logger, References } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Checkpoint from "../src/Checkpoint.ts"
import * as Checkpoints from "../src/Checkpoints.ts"
import * as Container from "../src/Container.ts"
import * as ContainerFile from "../src/ContainerFile.ts"
import * as TokenWindows from "../src/feeds/TokenWindows.ts"
import { Log, stepColumns } from "../src/History.ts"
import * as Loop from "../src/Loop.ts"
import * as BigramLearner from "./BigramLearner.ts"
import { temporaryFolder } from "./peers.ts"
import { contextLength, planIn, repeatable } from "./plans.ts"

const policy = { every: 10, keepLast: 2, keepBest: 1, mode: "min", restoreBest: true } as const

const standpoint = (step: number, bestStep?: number) => ({
  step,
  standing: bestStep === undefined ? undefined : { bestStep, bestValue: 1, reference: 1, stale: 0 },
  cost: { trainMs: 0, evaluateMs: 0, checkpointMs: 0 },
  steps: new Log(stepColumns),
  evaluations: new Log<string>(["step", "loss_nats"]),
  samples: [],
  detours: []
})
const weights = (value: number) =>
  Effect.sync(() => new Map([["w", NamedArray.of("w", "float32", Float32Array.of(value))]]))
const valueOf = (arrays: NamedArray.NamedArrays | undefined) =>
  NamedArray.view(arrays?.get("w"), "float32")?.[0]

/** Names without zeros and ending: `step-10`. */
const filesIn = (folder: string) =>
  fs
    .readdirSync(folder)
    .map((name) => name.replace(/-0*(\d+)\.safetensors$/, "-$1"))
    .toSorted()

/** What was warned of while the effect ran. */
const warnings = <A, E, R>(effect: Effect.Effect<A, E, R>) => {
  const said: Array<string> = []
  const logger = Logger.make(({ logLevel, message }) => {
    if (logLevel === "Warn") said.push([message].flat().join(" "))
  })
  return Effect.map(Effect.provide(effect, Logger.layer([logger])), (value) => ({ value, said }))
}

describe("Checkpoints", () => {
  it.live("keeps the last k, the newest regular one, and the best k that any of them refers to", () =>
    Effect.gen(function* () {
      const folder = path.join(yield* temporaryFolder, "here")
      const open = Checkpoints.open({ ...policy, folder, keepBest: 2 })
      const checkpoints = yield* open
      for (const [step, value] of [
        [8, 5],
        [12, 3],
        [14, 4],
        [20, 6],
        [21, 2],
        [22, 1]
      ] as const) {
        yield* checkpoints.judged({ step, value }, weights(value))
        if (step !== 14) yield* checkpoints.save(standpoint(step), weights(step))
      }
      yield* checkpoints.settled
      // 20 is the regular one, and at its time 12 and 14 were the best
      assert.deepStrictEqual(filesIn(folder), [
        "best-12",
        "best-14",
        "best-21",
        "best-22",
        "step-20",
        "step-21",
        "step-22"
      ])
      assert.strictEqual(valueOf(yield* checkpoints.best(14)), 4)
      const regular = yield* checkpoints.newest("regular")
      assert.deepStrictEqual([regular?.step, valueOf(regular?.learner)], [20, 20])
      const again = yield* open
      const newest = yield* again.newest("any")
      assert.deepStrictEqual(newest?.bests, [
        { step: 22, value: 1 },
        { step: 21, value: 2 }
      ])
      // worse than both: nothing is written
      yield* again.judged({ step: 23, value: 3 }, Effect.die(new Error("not asked for")))
    })
  )

  it.live("ranks by what is better, and the earlier one among equals", () =>
    Effect.gen(function* () {
      const folder = path.join(yield* temporaryFolder, "here")
      const checkpoints = yield* Checkpoints.open({ ...policy, folder, mode: "max" })
      for (const [step, value] of [
        [1, 0.5],
        [2, 0.7],
        [3, 0.7],
        [4, 0.6]
      ] as const)
        yield* checkpoints.judged({ step, value }, weights(value))
      yield* checkpoints.settled
      assert.deepStrictEqual(filesIn(folder), ["best-2"])
    })
  )

  it.live("puts aside what has another format or is of another training, and says so", () =>
    Effect.gen(function* () {
      const folder = path.join(yield* temporaryFolder, "here")
      fs.mkdirSync(folder)
      const put = (step: number, contents: Container.Contents) =>
        ContainerFile.write(
          path.join(folder, `step-00000000${step}.safetensors`),
          Container.prepare(contents)
        )
      const whole = { ...standpoint(0), bests: [], learner: yield* weights(1) }
      put(7, { text: `{"format":"inkstone-checkpoint-1","step":7}`, arrays: new Map() })
      put(8, Checkpoint.encode({ ...whole, step: 8 }, "elsewhere"))
      fs.writeFileSync(path.join(folder, "step-000000009.safetensors.77.partial"), "half of one")
      const { said, value } = yield* warnings(
        Effect.flatMap(Checkpoints.open({ ...policy, folder }), (opened) => opened.newest("any"))
      )
      assert.isUndefined(value)
      assert.lengthOf(said, 2)
      assert.match(
        said.find((text) => /step-0*7/.test(text)) ?? "",
        /format inkstone-checkpoint-1.*put aside/
      )
      assert.match(said.find((text) => /step-0*8/.test(text)) ?? "", /another training \(elsewhere\)/)
      assert.deepStrictEqual(fs.readdirSync(folder).toSorted(), [
        "step-000000007.safetensors.aside",
        "step-000000008.safetensors.aside"
      ])
    })
  )

  it.live("says where the next attempt would go on, by the beginning of a file alone", () =>
    Effect.gen(function* () {
      const workspace = yield* temporaryFolder
      assert.isUndefined(yield* Checkpoints.lastIn(workspace))
      const folder = path.join(workspace, "checkpoints", "here")
      yield* Effect.scoped(
        Effect.gen(function* () {
          const checkpoints = yield* Checkpoints.open({ ...policy, folder })
          yield* checkpoints.save(standpoint(30), weights(1))
          yield* checkpoints.save(standpoint(31), weights(1))
        })
      )
      assert.strictEqual(yield* Checkpoints.lastIn(workspace), 31)
      fs.truncateSync(path.join(folder, "step-000000031.safetensors"), 40)
      const last = Checkpoints.lastIn(workspace)
      assert.strictEqual(yield* Effect.provideService(last, References.MinimumLogLevel, "None"), 30)
    })
  )

  it.live("goes on from step 1,000,000,000 without walking over the steps before", () =>
    Effect.gen(function* () {
      const far = 1_000_000_000
      const plan = planIn(yield* temporaryFolder, { evaluateEvery: far, restoreBest: false })
      const schedule = { ...plan.schedule, steps: far + 3 }
      const learner = BigramLearner.make(contextLength)
      yield* Effect.scoped(
        Effect.gen(function* () {
          const checkpoints = yield* Checkpoints.open({ ...policy, folder: plan.checkpoints })
          const { evaluations } = { evaluations: new Log<string>(["step", "loss_nats", "bits_per_byte"]) }
          evaluations.append({ step: far, loss_nats: 2, bits_per_byte: 1 })
          yield* checkpoints.save({ ...standpoint(far), evaluations }, learner.state)
        })
      )
      // the steps before would take hours
      const outcome = yield* Effect.scoped(Loop.train(learner, { ...plan, schedule })).pipe(
        Effect.provideService(References.MinimumLogLevel, "None")
      )
      assert.deepStrictEqual([...outcome.steps.column("step")], [far + 1, far + 2, far + 3])
      const drawn = TokenWindows.train(
        { ids: BigramLearner.corpus(1), contextLength },
        { batchSize: 4, seed: 99 }
      ).draw(far + 1)
      assert.lengthOf(drawn.places, 4)
      assert.isAbove(drawn.epochs[0] ?? 0, 20_000_000)
      assert.strictEqual(repeatable(outcome).stopReason, "finished")
    })
  )
})
