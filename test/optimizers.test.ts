// Each optimizer as TensorFlow runs it, compiled and in float32, against 200 steps of the peers.
import { assert, describe, it } from "@effect/vitest"
import { setup } from "@inkstone/tensorflow/testkit"
import { Effect } from "effect"
import { beforeAll } from "vitest"
import { cases, difference, golden } from "./support/optimizerCases.ts"
import * as CompiledOptimizer from "./support/CompiledOptimizer.ts"

beforeAll(setup, 1_800_000) // downloads the native library if it is not there

/** They differ from another case by numbers in the graph alone; `optimizerTable.ts` runs them too. */
const leftOut = new Set([
  "adamw, clipped",
  "adafactor, relative, warmed up",
  "adafactor, low threshold",
  "lion, clipped",
  "sgd, momentum, decay"
])

describe("compiled optimizers", () => {
  for (const [name, one] of Object.entries(cases).filter(([name]) => !leftOut.has(name)))
    it.live(
      `${name}: as near to the peer's float64 as the peer's own float32 is`,
      () =>
        Effect.gen(function* () {
          const expected = golden[name]
          assert.isDefined(expected)
          const found = difference(yield* CompiledOptimizer.trace(one), expected)
          assert.isBelow(found, Math.max(1e-6, 2 * expected.float32))
        }),
      60_000
    )
})
