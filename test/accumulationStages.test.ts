// Rows of a step in parts give the training that all rows at once give, stage by stage.
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { apart, batchSize, cases, parts, train } from "./support/accumulationStages.ts"

describe("microBatchSize", () => {
  for (const [name, one] of Object.entries(cases))
    it.live(
      `changes neither losses nor weights of 20 steps of ${name}, a short last part included`,
      () =>
        Effect.gen(function* () {
          const whole = yield* train(one, batchSize, "sgd")
          assert.lengthOf(whole.losses, 20)
          // it learns: equal because nothing moved would be no equality
          assert.isBelow(whole.losses.at(-1) ?? Infinity, (whole.losses[0] ?? 0) - 0.01)
          for (const size of parts) {
            const { losses, weights } = apart(yield* train(one, size, "sgd"), whole)
            // all at once is the same program: bit for bit
            const most = size === batchSize ? 0 : 1e-6
            assert.isAtMost(losses, most, `losses, ${size} at once`)
            assert.isAtMost(weights, most, `weights, ${size} at once`)
          }
        }),
      120_000
    )
})
