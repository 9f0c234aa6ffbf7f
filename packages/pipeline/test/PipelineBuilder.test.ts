import { assert, describe, it } from "@effect/vitest"
import { Pipeline } from "../src/index.ts"
import { grade, learn } from "./fixtures/searchStages.ts"
import { add, pair, source, total } from "./fixtures/stages.ts"

// the compiler is the test: each `@ts-expect-error` is an error of its own where the line below it is allowed
describe("Pipeline.make", () => {
  const book = Pipeline.make("book", { from: import.meta.url })
  const a = book.node("a", source, {})
  const both = book.node("both", pair, { in: { left: a.numbers, right: a.numbers } })

  it("wires outputs into ports of their kind only", () => {
    book.node("fits", add, { with: { by: 1 }, in: { numbers: both.numbers } })
    // @ts-expect-error test-words do not fit a port of test-numbers
    book.node("kind", add, { with: { by: 1 }, in: { numbers: both.words } })
    // @ts-expect-error one of them is of another kind
    book.node("one-kind", total, { in: { lists: [a.numbers, both.words] } })
    // @ts-expect-error the input is missing
    book.node("missing", add, { with: { by: 1 } })
    // @ts-expect-error the stage has no such port
    book.node("extra", add, { with: { by: 1 }, in: { numbers: a.numbers, other: a.numbers } })
    // @ts-expect-error the stage has no such output
    assert.throws(() => book.node("output", add, { with: { by: 1 }, in: { numbers: a.words } }))
    // @ts-expect-error a single port takes one output
    book.node("single", add, { with: { by: 1 }, in: { numbers: [a.numbers, a.numbers] } })
    assert.deepStrictEqual(book.build().nodes["fits"]?.in, { numbers: [{ node: "both", output: "numbers" }] })
  })

  it("wires what the best trial of a search makes", () => {
    const lab = Pipeline.make("lab", { from: import.meta.url })
    const rate = { type: "choices", values: [0.1, 0.01] } as const
    const m = lab.node("m", learn, {
      search: {
        method: "grid",
        space: [{ path: "rate", distribution: rate, when: {} }],
        objective: { attribute: "loss", mode: "min" }
      }
    })
    lab.node("won", grade, { in: { score: Pipeline.best(m.score) } })
    const { nodes } = lab.build()
    assert.deepStrictEqual(nodes["won"]?.in, { score: [{ node: "m", output: "score", best: true }] })
    assert.strictEqual(nodes["m"]?.search?.method, "grid")
  })

  it("accepts configs of the stage's schema only, also as a function of the axes", () => {
    // @ts-expect-error by should be a number
    book.node("type", add, { with: { by: "1" }, in: { numbers: a.numbers } })
    // @ts-expect-error by is missing
    book.node("absent", add, { in: { numbers: a.numbers } })
    // @ts-expect-error the axis gives texts
    book.node("axis", add, { matrix: { by: ["1"] }, with: ({ by }) => ({ by }), in: { numbers: a.numbers } })
    book.node("axes", add, { matrix: { by: [1] }, with: ({ by }) => ({ by }), in: { numbers: a.numbers } })
    assert.deepStrictEqual(book.build().nodes["axes"]?.matrix, { by: [1] })
  })
})
