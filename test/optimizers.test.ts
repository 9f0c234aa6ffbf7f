// Each optimizer as TensorFlow runs it, compiled and in float32, against 200 steps of the peers.
import { assert, describe, it } from "@effect/vitest"
import { setup } from "@inkstone/tensorflow/testkit"
import { Effect } from "effect"
import { beforeAll } from "vitest"
import { cases, difference, golden } from "../packages/graph/test/optimizerCases.ts"
import * as CompiledOptimizer from "./support/CompiledOptimizer.ts"

beforeAll(setup, 1_800_000) // downloads the native library if it is not there

describe("compiled optimizers", () => {
  for (const [name, one] of Object.entries(cases))
    it.live(`${name}: as near to the peer's float64 as the peer's own float32 is`, () =>
      Effect.gen(function* () {
        const expected = golden[name]
        assert.isDefined(expected)
        const found = difference(yield* CompiledOptimizer.trace(one), expected)
        assert.isBelow(found, Math.max(1e-6, 2 * expected.float32))
      })
    )
})
