import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Session } from "../src/index.ts"
import * as GraphDef from "./GraphDef.ts"

const float32 = { dtype: GraphDef.type("float32") }
const product = GraphDef.encode([
  { name: "a", op: "Placeholder", attributes: float32 },
  { name: "b", op: "Placeholder", attributes: float32 },
  { name: "product", op: "MatMul", inputs: ["a", "b"], attributes: { T: GraphDef.type("float32") } }
])

describe("Session", () => {
  it.effect("multiplies two matrices", () =>
    Effect.gen(function* () {
      const session = yield* Session.open(product)
      const [result] = session.run(
        [
          { node: "a:0", dtype: "float32", shape: [2, 3], values: Float32Array.of(1, 2, 3, 4, 5, 6) },
          { node: "b:0", dtype: "float32", shape: [3, 1], values: Float32Array.of(1, 10, 100) }
        ],
        ["product:0"]
      )
      assert.deepStrictEqual(result, { dtype: "float32", shape: [2, 1], values: Float32Array.of(321, 654) })
    })
  )
})
