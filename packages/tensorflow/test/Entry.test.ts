import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { Entry, RunFailed, Session } from "../src/index.ts"
import * as GraphDef from "./GraphDef.ts"

const entry = {
  inputs: {
    tokens: { node: "tokens:0", dtype: "int32", shape: ["B", "T"] },
    mask: { node: "mask:0", dtype: "bool", shape: ["B", "T"] },
    rate: { node: "rate:0", dtype: "float32", shape: [] },
    table: { node: "table:0", dtype: "float32", shape: ["T", 4] }
  },
  outputs: { loss: { node: "loss:0", dtype: "float32", shape: [] } }
} as const satisfies Entry.Entry

const given = (B: number, T: number) => ({
  tokens: { shape: [B, T], values: new Int32Array(B * T) },
  mask: { shape: [B, T], values: new Uint8Array(B * T) },
  rate: { values: Float32Array.of(0.5) },
  table: { values: new Float32Array(T * 4) }
})

const endpoint = (node: string) => ({ node, dtype: "float32", shape: ["N"] }) as const

const problem = (wrong: Readonly<Record<string, Entry.Given>>): string => {
  try {
    Entry.feeds(entry, wrong)
  } catch (error) {
    if (error instanceof RunFailed && error.reason === "feed-mismatch") return error.problem
    throw error
  }
  throw new Error("expected a mismatch")
}

const Size = Schema.Int.pipe(Schema.check(Schema.isBetween({ minimum: 1, maximum: 9 })))

describe("Entry", () => {
  it.effect.prop("shapes that are left out are those that were meant", [Size, Size], ([B, T]) =>
    Effect.sync(() => {
      const { tokens, ...rest } = given(B, T)
      const shapes = Entry.feeds(entry, { ...rest, tokens }).map((feed) => feed.shape)
      assert.deepStrictEqual(shapes, [[B, T], [B, T], [], [T, 4]])
      // with T known from the table alone, B follows from the count
      const inferred = Entry.feeds(entry, {
        ...rest,
        tokens: { values: tokens.values },
        mask: { values: rest.mask.values },
        table: { shape: [T, 4], values: rest.table.values }
      })
      assert.deepStrictEqual(
        inferred.map((feed) => feed.shape),
        shapes
      )
    })
  )

  it("names the input that does not fit, with both shapes", () => {
    const right = given(2, 3)
    assert.strictEqual(
      problem({ ...right, mask: { shape: [2, 5], values: new Uint8Array(10) } }),
      'input "mask" expects shape [B, T], got [2, 5]; input "tokens" has T = 3'
    )
    assert.strictEqual(
      problem({ ...right, table: { shape: [3, 5], values: new Float32Array(15) } }),
      'input "table" expects shape [T, 4], got [3, 5]; the program has 4 = 4'
    )
    assert.include(problem({ ...right, tokens: { shape: [6], values: new Int32Array(6) } }), "got [6]")
    assert.include(problem({ ...right, rate: { values: new Float32Array(2) } }), 'input "rate" of shape []')
    assert.include(problem({ ...right, tokens: { values: new Float32Array(6) } }), "expects int32")
    assert.include(
      problem({ ...right, tokens: { shape: [2, 3], values: new Int32Array(7) } }),
      "expects 6 values"
    )
    assert.include(problem({ ...right, extra: right.rate }), 'there is no input "extra"')
    const { mask: _, ...missing } = right
    assert.strictEqual(problem(missing), 'input "mask" is not given')
    assert.include(
      problem({ ...right, tokens: { values: new Int32Array(6) }, mask: { values: new Uint8Array(6) } }),
      "does not settle [B, T]"
    )
  })

  it.effect("a session's call gives each output under its name", () =>
    Effect.gen(function* () {
      const T = GraphDef.type("float32")
      const session = yield* Session.open(
        GraphDef.encode([
          { name: "x", op: "Placeholder", attributes: { dtype: T } },
          { name: "negative", op: "Neg", inputs: ["x"], attributes: { T } },
          { name: "square", op: "Square", inputs: ["x"], attributes: { T } }
        ])
      )
      const program = {
        inputs: { x: endpoint("x:0") },
        outputs: { square: endpoint("square:0"), negative: endpoint("negative:0") }
      }
      const { negative, square } = session.call(program, { x: { values: Float32Array.of(2, 3) } })
      assert.deepStrictEqual(square, { dtype: "float32", shape: [2], values: Float32Array.of(4, 9) })
      assert.deepStrictEqual(negative.values, Float32Array.of(-2, -3))
    })
  )
})
