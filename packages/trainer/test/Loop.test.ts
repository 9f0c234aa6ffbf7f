import { assert, describe, it } from "@effect/vitest"
import type { NamedArrays } from "@inkstone/model-zoo/NamedArray"
import type { StageFailure } from "@inkstone/stage"
import { Cause, Deferred, Effect, Exit, Fiber, References } from "effect"
import * as fs from "node:fs"
import type { Learner } from "../src/Learner.ts"
import * as Loop from "../src/Loop.ts"
import * as BigramLearner from "./BigramLearner.ts"
import { noPeers, scalarsOf, temporaryFolder } from "./peers.ts"
import { contextLength, planIn, repeatable } from "./plans.ts"

const run = (plan: Loop.Plan, learner: Learner = BigramLearner.make(contextLength)) =>
  Effect.scoped(Loop.train(learner, plan)).pipe(Effect.provideService(References.MinimumLogLevel, "None"))

/** A learner that does something else at one step, before its update. */
const upsetAt = (upsetStep: number, upset: Effect.Effect<void, StageFailure>): Learner => {
  const learner = BigramLearner.make(contextLength)
  return {
    ...learner,
    train: (tokens, options) =>
      options.step === upsetStep
        ? Effect.andThen(upset, learner.train(tokens, options))
        : learner.train(tokens, options)
  }
}

const logitsOf = (weights: NamedArrays) => Buffer.from(weights.get("logits")?.bytes ?? []).toString("hex")

/** As TensorBoard holds them: [step, float32] pairs. */
const series = (steps: Float64Array, values: Float64Array) =>
  [...steps].map((step, i) => [step, Math.fround(values[i] ?? 0)])

const powerCut = Effect.die(new Error("power cut"))

describe("Loop.train", () => {
  it.live("learns what there is to learn", () =>
    Effect.gen(function* () {
      const outcome = yield* run(planIn(yield* temporaryFolder))
      const losses = outcome.steps.column("loss_nats")
      assert.strictEqual(losses.length, 60)
      assert.approximately(losses[0] ?? 0, Math.log(BigramLearner.vocabSize), 1e-6)
      assert.isBelow(outcome.standing.bestValue, 1.9)
      assert.deepStrictEqual([...outcome.evaluations.column("step")], [7, 14, 21, 28, 35, 42, 49, 56, 60])
      const [nats, bits] = [
        outcome.evaluations.last("loss_nats") ?? 0,
        outcome.evaluations.last("bits_per_byte")
      ]
      // two bytes a token
      assert.approximately(bits ?? 0, nats / Math.LN2 / 2, 1e-12)
    })
  )

  it.live("continues after a crash to the same bits, from whatever step it crashed at", () =>
    Effect.gen(function* () {
      const whole = repeatable(yield* run(planIn(yield* temporaryFolder)))
      for (const crash of [1, 9, 10, 11, 28, 29, 43, 60]) {
        const plan = planIn(yield* temporaryFolder)
        const exit = yield* Effect.exit(run(plan, upsetAt(crash, powerCut)))
        assert.isTrue(Exit.isFailure(exit))
        assert.deepStrictEqual(repeatable(yield* run(plan)), whole, `crash at step ${crash}`)
      }
    })
  )

  it.live("continues after many crashes in a row", () =>
    Effect.gen(function* () {
      const whole = repeatable(yield* run(planIn(yield* temporaryFolder)))
      const plan = planIn(yield* temporaryFolder, { checkpointEvery: 3 })
      for (const crash of [5, 4, 8, 9, 30, 31, 50]) yield* Effect.exit(run(plan, upsetAt(crash, powerCut)))
      assert.deepStrictEqual(repeatable(yield* run(plan)), whole)
    })
  )

  it.live("does not train again what is done", () =>
    Effect.gen(function* () {
      const plan = planIn(yield* temporaryFolder)
      const first = yield* run(plan)
      let updates = 0
      const learner = BigramLearner.make(contextLength)
      const counting: Learner = {
        ...learner,
        train: (tokens, options) => {
          updates += 1
          return learner.train(tokens, options)
        }
      }
      assert.deepStrictEqual(repeatable(yield* run(plan, counting)), repeatable(first))
      assert.strictEqual(updates, 0)
    })
  )

  it.live("heeds an interruption within one step and leaves a checkpoint there", () =>
    Effect.gen(function* () {
      const plan = planIn(yield* temporaryFolder)
      const reached = yield* Deferred.make<void>()
      const fiber = yield* Effect.forkChild(
        run(
          plan,
          upsetAt(33, Effect.andThen(Deferred.succeed(reached, undefined), Effect.sleep("20 millis")))
        )
      )
      yield* Deferred.await(reached)
      const exit = yield* Effect.andThen(Fiber.interrupt(fiber), Fiber.await(fiber))
      assert.isTrue(Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause))
      assert.include(fs.readdirSync(plan.checkpoints), "step-000000033.safetensors")
      const whole = repeatable(yield* run(planIn(yield* temporaryFolder)))
      assert.deepStrictEqual(repeatable(yield* run(plan)), whole)
    })
  )

  it.live("keeps two checkpoints and the best weights they refer to, nothing else", () =>
    Effect.gen(function* () {
      const plan = planIn(yield* temporaryFolder)
      yield* run(plan)
      assert.deepStrictEqual(fs.readdirSync(plan.checkpoints).toSorted(), [
        "best-000000049.safetensors",
        "best-000000060.safetensors",
        "step-000000050.safetensors",
        "step-000000060.safetensors"
      ])
    })
  )

  it.live("goes back to the checkpoint before when the newest is damaged", () =>
    Effect.gen(function* () {
      const whole = repeatable(yield* run(planIn(yield* temporaryFolder)))
      for (const [name, damage] of [
        ["step-000000030", (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
        ["step-000000030", (bytes: Buffer) => bytes.fill(7, bytes.length - 9, bytes.length - 8)],
        ["best-000000028", (bytes: Buffer) => bytes.subarray(1)]
      ] as const) {
        const plan = planIn(yield* temporaryFolder)
        yield* Effect.exit(run(plan, upsetAt(33, powerCut)))
        const file = `${plan.checkpoints}/${name}.safetensors`
        fs.writeFileSync(file, damage(fs.readFileSync(file)))
        let first: number | undefined
        const report: Loop.Plan["report"] = ({ done }) => Effect.sync(() => (first ??= done))
        assert.deepStrictEqual(repeatable(yield* run({ ...plan, report })), whole)
        assert.strictEqual(first, 21)
      }
    })
  )

  it.live("stops when patience is at its end and gives back the best weights", () =>
    Effect.gen(function* () {
      // uphill from step 21 on
      const learner = BigramLearner.make(contextLength)
      let atStep20 = ""
      const worsening: Learner = {
        ...learner,
        train: (tokens, options) =>
          Effect.gen(function* () {
            if (options.step === 21) atStep20 = logitsOf(yield* learner.weights)
            return yield* learner.train(
              tokens,
              options.step > 20 ? { ...options, learningRate: -3 } : options
            )
          })
      }
      const plan = planIn(yield* temporaryFolder, {
        stopping: { metric: "loss", mode: "min", patience: 2, minDelta: 0 },
        evaluateEvery: 10
      })
      const outcome = yield* run(plan, worsening)
      assert.strictEqual(outcome.stopReason, "early-stopped")
      assert.strictEqual(outcome.standing.bestStep, 20)
      assert.strictEqual(outcome.steps.rows, 40)
      assert.strictEqual(logitsOf(outcome.weights), atStep20)
      // without restoring, the checkpoint of that training gives the last ones
      const last = yield* run({ ...plan, restoreBest: false }, worsening)
      assert.strictEqual(last.stopReason, "early-stopped")
      assert.strictEqual(logitsOf(last.weights), logitsOf(yield* learner.weights))
      assert.notStrictEqual(logitsOf(last.weights), atStep20)
    })
  )

  it.live("says at which step it diverged and keeps the last good checkpoint", () =>
    Effect.gen(function* () {
      const plan = planIn(yield* temporaryFolder)
      const learner = BigramLearner.make(contextLength)
      const bursting: Learner = {
        ...learner,
        train: (tokens, options) =>
          Effect.map(learner.train(tokens, options), (update) =>
            options.step === 24 ? { ...update, loss: Number.NaN } : update
          )
      }
      const failure = yield* Effect.flip(run(plan, bursting))
      assert.deepStrictEqual([failure.category, failure.fact], ["data", "Diverged"])
      assert.include(failure.problem, "step 24")
      assert.include(failure.advice, "learningRate")
      assert.include(failure.advice, "step 20")
      assert.include(fs.readdirSync(plan.checkpoints), "step-000000020.safetensors")
    })
  )

  it.live("says where it cannot write", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      fs.writeFileSync(`${folder}/taken`, "")
      const failure = yield* Effect.flip(run(planIn(folder, { checkpoints: `${folder}/taken/checkpoints` })))
      assert.strictEqual(failure.category, "resource")
      assert.include(failure.problem, `${folder}/taken`)
    })
  )

  it.live.skipIf(noPeers !== "")(
    `shows each step once in TensorBoard, however often it crashed${noPeers}`,
    () =>
      Effect.gen(function* () {
        const plan = planIn(yield* temporaryFolder)
        for (const crash of [15, 27, 29, 48]) yield* Effect.exit(run(plan, upsetAt(crash, powerCut)))
        const outcome = yield* run(plan)
        const { steps, evaluations } = outcome
        const shown = scalarsOf(plan.monitor.events)
        assert.deepInclude(shown, {
          "loss/train": series(steps.column("step"), steps.column("loss_nats")),
          learning_rate: series(steps.column("step"), steps.column("learning_rate")),
          gradient_norm: series(steps.column("step"), steps.column("gradient_norm")),
          "loss/validation": series(evaluations.column("step"), evaluations.column("loss_nats"))
        })
      }),
    60_000
  )
})
