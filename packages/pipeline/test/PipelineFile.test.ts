import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { PipelineFile, PipelineInvalid } from "../src/index.ts"

const problemsOf = (text: string) =>
  PipelineFile.parse(text, "books/first.yaml").pipe(
    Effect.flip,
    Effect.map((error) => {
      assert.instanceOf(error, PipelineInvalid)
      return error
    })
  )

const good = `
name: first
description: a test
seed: 7
nodes:
  corpus:
    uses: "./stages.ts#source"
    with: { count: 3, nested: { deep: [1, two, true, null] } }
  sum:
    uses: "./stages.ts#total"
    in: { lists: [corpus.numbers, other] }
    matrix: { size: [1, 2], name: [a] }
    seed: 3
    retries: 2
    timeoutMinutes: 0.5
    resources: { cpus: 2 }
`

describe("PipelineFile.parse", () => {
  it.effect("reads every field", () =>
    Effect.gen(function* () {
      const { origin, ...definition } = yield* PipelineFile.parse(good, "/books/first.yaml")
      assert.strictEqual(origin.directory, "/books")
      assert.deepStrictEqual(definition, {
        name: "first",
        description: "a test",
        seed: 7,
        nodes: {
          corpus: {
            uses: "./stages.ts#source",
            with: { count: 3, nested: { deep: [1, "two", true, null] } },
            in: {},
            matrix: {}
          },
          sum: {
            uses: "./stages.ts#total",
            with: {},
            in: { lists: [{ node: "corpus", output: "numbers" }, { node: "other" }] },
            matrix: { size: [1, 2], name: ["a"] },
            seed: 3,
            retries: 2,
            timeoutMinutes: 0.5,
            resources: { cpus: 2 }
          }
        }
      })
    })
  )

  it.effect("takes 1337 for a seed that is not given", () =>
    Effect.gen(function* () {
      const { seed } = yield* PipelineFile.parse("name: a\nnodes: { b: { uses: c#d } }", "x.yaml")
      assert.strictEqual(seed, 1337)
    })
  )

  it.effect("shows the line of a mistyped key, and the nearest name", () =>
    Effect.gen(function* () {
      const error = yield* problemsOf("name: a\nnodes:\n  b:\n    uses: c#d\n    wiht: { size: 3 }\n")
      assert.strictEqual(
        error.message,
        [
          'books/first.yaml:5:5: node b has no field "wiht"',
          "    5 |     wiht: { size: 3 }",
          "      |     ^",
          '    did you mean "with"?'
        ].join("\n")
      )
    })
  )

  it.effect("finds every problem, in the order of the file", () =>
    Effect.gen(function* () {
      const { problems } = yield* problemsOf(
        [
          "nmae: a", // 1
          "nodes:", // 2
          "  a.b: { uses: c#d }", // 3
          "  b: { with: 3, matrix: { size: [], kind: [x, x] } }", // 4
          "  c: { uses: c#d, in: { p: [3] }, retries: -1, resources: { cpu: 1 } }" // 5
        ].join("\n")
      )
      assert.deepStrictEqual(
        problems.map(({ line, column, problem }) => `${line}:${column} ${problem}`),
        [
          '1:1 a pipeline has no field "nmae"',
          "1:1 a pipeline needs a name",
          '3:3 "a.b" is no name for a node',
          "4:3 node b does not say which stage it uses",
          "4:14 with should be a mapping, found 3",
          "4:33 axis size needs a list of values, found an empty list",
          '4:47 axis kind lists "x" twice',
          "5:29 expected a node or node.output, found 3",
          "5:44 retries should be a whole number of at least 0, found -1",
          '5:61 resources has no field "cpu"'
        ]
      )
    })
  )

  it.effect("points at what is not YAML, and at a key that stands twice", () =>
    Effect.gen(function* () {
      const broken = yield* problemsOf("name: a\nnodes: {b: [}\n")
      assert.strictEqual(broken.problems[0]?.line, 2)
      const twice = yield* problemsOf("name: a\nnodes:\n  b: { uses: c#d }\n  b: { uses: c#d }\n")
      assert.strictEqual(twice.problems[0]?.line, 4)
      assert.include(twice.message, "unique")
    })
  )

  it.effect("says what is missing from an empty file", () =>
    Effect.gen(function* () {
      const { problems } = yield* problemsOf("")
      assert.deepStrictEqual(
        problems.map(({ problem }) => problem),
        ["a pipeline needs a name", "a pipeline needs nodes"]
      )
    })
  )

  it.effect("refuses numbers that JSON cannot say", () =>
    Effect.gen(function* () {
      const { problems } = yield* problemsOf("name: a\nnodes: { b: { uses: c#d, with: { rate: .inf } } }")
      assert.strictEqual(problems[0]?.problem, "Infinity cannot be part of a config")
    })
  )
})
