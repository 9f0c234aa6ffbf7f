import { assert, describe, it } from "@effect/vitest"
import * as NamedArray from "@inkstone/model-zoo/NamedArray"
import { Deferred, Effect, Exit, Fiber, References } from "effect"
import * as fs from "node:fs"
import { windowOf } from "../src/Feed.ts"
import * as Guard from "../src/Guard.ts"
import type { Learner } from "../src/Learner.ts"
import * as Loop from "../src/Loop.ts"
import * as BigramLearner from "./BigramLearner.ts"
import { temporaryFolder } from "./peers.ts"
import { contextLength, planIn, repeatable } from "./plans.ts"

const rules = { spike: 0, rollbacks: 2, rateFactor: 0.5 }

const run = (plan: Loop.Plan, learner: Learner) =>
  Effect.scoped(Loop.train(learner, plan)).pipe(Effect.provideService(References.MinimumLogLevel, "None"))

/** The tokens of the batches that were drawn at some steps, as text. */
const batchesAt = ({ train }: Loop.Plan, steps: ReadonlyArray<number>) =>
  new Set(
    steps.flatMap((step) =>
      [...windowOf(train, train.draw(step), 4)].map(({ batch }) => batch.inputs["tokens"]?.values.join())
    )
  )

/** A learner whose weights become NaN on some batches, and which dies at a step once. */
const poisoned = (plan: Loop.Plan, steps: ReadonlyArray<number>, dies?: { at: number }) => {
  const learner = BigramLearner.make(contextLength)
  const poison = batchesAt(plan, steps)
  const broken = new Map([
    ["logits", NamedArray.of("logits", "float32", new Float32Array(144).fill(Number.NaN), [12, 12])]
  ])
  let [updates, seen] = [0, 0]
  const train: Learner["train"] = (window, options) =>
    Effect.gen(function* () {
      updates += 1
      if (dies?.at === options.step) {
        dies.at = -1
        return yield* Effect.die(new Error("power cut"))
      }
      const update = yield* learner.train(window, options)
      if (!window.some(({ inputs }) => poison.has(inputs["tokens"]?.values.join()))) return update
      seen += 1
      yield* learner.restore(broken)
      return { ...update, loss: Number.NaN }
    })
  return { learner: { ...learner, train }, count: () => ({ updates, seen }) }
}

/** Losses near 2.1. */
const losses = (count: number) => Float64Array.from({ length: count }, (_, i) => 2 + (i % 3) / 10)
const wrong = (loss: number, gradientNorm: number, spike: number, before = 50) =>
  Guard.wrong({ loss, gradientNorm }, losses(before), { spike })

describe("Guard.wrong", () => {
  it("takes what is no number, and a loss far above the usual", () => {
    assert.include(wrong(Number.NaN, 1, 0), "the loss")
    assert.include(wrong(Infinity, 1, 0), "the loss")
    assert.include(wrong(2, Number.NaN, 0), "the gradient")
    assert.isUndefined(wrong(1e9, 1, 0))
    assert.isUndefined(wrong(4.1, 1, 2))
    assert.include(wrong(4.3, 1, 2), "more than 2 times the usual 2.10")
    // the first steps of a training fall too fast to say what is usual
    assert.isUndefined(wrong(4.3, 1, 2, 19))
  })
})

describe("Guard.batchOf", () => {
  it("leaves out what was skipped, from the step behind the rollback on", () => {
    const detours = [
      { afterStep: 10, skipped: 3 },
      { afterStep: 20, skipped: 2 }
    ]
    assert.deepStrictEqual(
      [10, 11, 20, 21].map((step) => Guard.batchOf(step, detours)),
      [10, 14, 23, 26]
    )
    assert.deepStrictEqual(
      [10, 11, 21].map((step) => Guard.rateShare(step, detours, rules)),
      [1, 0.5, 0.25]
    )
  })
})

describe("a training that meets a bad batch", () => {
  it.live("goes back to the last checkpoint, past the batch, at half the rate", () =>
    Effect.gen(function* () {
      const plan = planIn(yield* temporaryFolder, { guard: rules })
      const { count, learner } = poisoned(plan, [24])
      const outcome = yield* run(plan, learner)
      assert.deepStrictEqual(outcome.detours, [{ afterStep: 20, skipped: 4 }])
      // 24 and then 40 more, from step 21 to step 60
      assert.deepStrictEqual(count(), { updates: 64, seen: 1 })
      assert.strictEqual(outcome.steps.rows, 60)
      assert.isTrue(outcome.steps.column("loss_nats").every(Number.isFinite))
      const rates = outcome.steps.column("learning_rate")
      assert.approximately((rates[20] ?? 0) / (rates[19] ?? 1), 0.5, 0.02)
      assert.isBelow(outcome.standing.bestValue, 2)
    })
  )

  it.live("begins again where no checkpoint was left yet", () =>
    Effect.gen(function* () {
      const plan = planIn(yield* temporaryFolder, { guard: rules })
      const outcome = yield* run(plan, poisoned(plan, [3]).learner)
      assert.deepStrictEqual(outcome.detours, [{ afterStep: 0, skipped: 3 }])
      assert.strictEqual(outcome.steps.rows, 60)
    })
  )

  it.live("ends with the same bits if it was interrupted before, within or behind the detour", () =>
    Effect.gen(function* () {
      const whole = planIn(yield* temporaryFolder, { guard: rules })
      const expected = repeatable(yield* run(whole, poisoned(whole, [24, 47]).learner))
      assert.strictEqual(expected.detours.length, 2)
      for (const at of [19, 21, 23, 24, 33, 43, 58]) {
        const plan = planIn(yield* temporaryFolder, { guard: rules })
        const cut = yield* Effect.exit(run(plan, poisoned(plan, [24, 47], { at }).learner))
        assert.isTrue(Exit.isFailure(cut))
        assert.deepStrictEqual(repeatable(yield* run(plan, poisoned(plan, [24, 47]).learner)), expected)
      }
    })
  )

  it.live("goes back to a regular checkpoint, not to one that an interruption left", () =>
    Effect.gen(function* () {
      const whole = planIn(yield* temporaryFolder, { guard: rules })
      const expected = repeatable(yield* run(whole, poisoned(whole, [24]).learner))
      const plan = planIn(yield* temporaryFolder, { guard: rules })
      const reached = yield* Deferred.make<void>()
      const report: Loop.Plan["report"] = ({ done }) =>
        done === 22
          ? Effect.andThen(Deferred.succeed(reached, undefined), Effect.sleep("20 millis"))
          : Effect.void
      const fiber = yield* Effect.forkChild(run({ ...plan, report }, poisoned(plan, [24]).learner))
      yield* Effect.andThen(Deferred.await(reached), Fiber.interrupt(fiber))
      assert.include(fs.readdirSync(plan.checkpoints), "step-000000022.safetensors")
      assert.deepStrictEqual(repeatable(yield* run(plan, poisoned(plan, [24]).learner)), expected)
    })
  )

  it.live("gives up when it happens again and again, and says what to change", () =>
    Effect.gen(function* () {
      const plan = planIn(yield* temporaryFolder, { guard: rules })
      const all = Array.from({ length: 40 }, (_, i) => 24 + i)
      const failure = yield* Effect.flip(run(plan, poisoned(plan, all).learner))
      assert.deepStrictEqual([failure.category, failure.fact], ["data", "Diverged"])
      assert.include(failure.problem, "for the 3. time")
      assert.include(failure.advice, "learningRate")
      assert.include(failure.advice, "checkpoint of step 20")
    })
  )
})
