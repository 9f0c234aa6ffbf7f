import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { StageModules } from "../../src/index.ts"
import { modules } from "../fixtures/inline.ts"
import { pipeline } from "../fixtures/lab.ts"

/** Messages about a node `m` whose search is these lines; the file begins with two lines of its own. */
const said = (search: string, rest = "") =>
  pipeline(`m:
  uses: "test#learn"
  with: { optimizer: adam }
  search: ${search}
${rest}`).pipe(
    Effect.flip,
    Effect.provideService(StageModules, modules({})),
    Effect.map(({ problems }) =>
      problems.map(
        ({ line, problem, suggestion }) => `${line}: ${problem}${suggestion === "" ? "" : `; ${suggestion}`}`
      )
    )
  )
const objective = "objective: { attribute: loss, mode: min }"

const space = (of: string) => said(`{ method: random, trials: 3, space: { rate: ${of} }, ${objective} }`)
const when = (path: string) =>
  said(
    `{ method: grid, ${objective}, space: { rate: { choices: [0.1], when: { ${path}: 8 } }, net.width: [8] } }`
  )
const by = (text: string, rest = "") =>
  said(`{ method: grid, space: { rate: [0.1] }, objective: ${text} }`, rest)

describe("a search that cannot be", () => {
  it.effect("names its method, fields and numbers", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* said("{ method: radnom, space: { rate: [0.1] } }"), [
        '6: there is no method the text "radnom"; did you mean "random"?'
      ])
      assert.deepStrictEqual(yield* said("{ method: random, space: { rate: [0.1] }, trails: 3 }"), [
        "6: a search by random needs a number of trials; add trials: 27",
        '6: a search has no field "trails"; did you mean "trials"?'
      ])
      assert.deepStrictEqual(yield* said("{ method: halving, trials: 9, space: { rate: [0.1, 0.2] } }"), [
        "6: halving needs min: how long its trials last; say halving: { min: 100, max: 900 }",
        "6: halving needs max: how long its trials last; say halving: { min: 100, max: 900 }"
      ])
      assert.deepStrictEqual(
        yield* said("{ method: grid, trials: 3, space: { rate: { uniform: [0, 1] } } }"),
        [
          "6: a grid tries all there is; remove trials, or say method: random",
          "6: a grid needs to know which values of rate to try; add points: 3, or list them"
        ]
      )
    })
  )

  it.effect("names the range that makes no sense", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* space("{ logUniform: [0, 1] }"), [
        "6: logUniform should begin above 0, found 0; logarithms have no 0"
      ])
      assert.deepStrictEqual(yield* space("{ uniform: [1, 0.5] }"), ["6: uniform: 1 is not less than 0.5"])
      assert.deepStrictEqual(yield* space("{ int: [1, 2.5] }"), [
        "6: int should be two whole numbers, found 1 and 2.5"
      ])
      assert.deepStrictEqual(yield* space("{ uniform: [0, 1], choices: [1] }"), [
        "6: rate says both uniform and choices; give one of choices, uniform, logUniform, int, logInt"
      ])
      assert.deepStrictEqual(yield* space("[0.1, 0.1]"), ["6: 0.1 is listed twice"])
    })
  )

  it.effect(
    "goes beyond what the stage takes: every trial and both ends of a range, with path and value",
    () =>
      Effect.gen(function* () {
        const ends = yield* said(`
    method: random
    trials: 2
    ${objective}
    space:
      rate: { logUniform: [0.001, 5] }
      net.width: { int: [0, 900] }`)
        assert.deepStrictEqual(
          ends.map((text) => text.replace(/: [a-zA-Z].*\(with/, ": ... (with")),
          ["11: ... (with rate = 5)", "12: ... (with net.width = 0)"]
        )
        assert.deepStrictEqual(yield* said(`{ method: grid, ${objective}, space: { net.widht: [3] } }`), [
          '6: test#learn: net.widht: is not a setting (known are width) (with net.widht = 3); did you mean "width"?'
        ])
        const [wrong = ""] = yield* said(
          `{ method: grid, ${objective}, space: { optimizer: [adam, adagrad] } }`
        )
        assert.match(wrong, /^6: test#learn: optimizer: .*\(with optimizer = "adagrad"\)/)
      })
  )

  it.effect("sets below something that is no mapping", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(
        yield* said(`{ method: grid, ${objective}, space: { optimizer.beta1: [0.9] } }`),
        [
          "6: optimizer.beta1 cannot be set: what stands above it is no mapping; write what is above it as a mapping in with"
        ]
      )
    })
  )

  it.effect("asks for a condition on what nothing sets, or only sets later", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* when("depth"), [
        "6: nothing says what depth is; set it in with, or put it further up in the space"
      ])
      assert.deepStrictEqual(yield* when("net.width"), [
        "6: net.width is not known yet; put it further up in the space"
      ])
    })
  )

  it.effect("has a space with fewer trials than it wants, or one that nobody could try", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(
        yield* said(`{ method: random, trials: 5, ${objective}, space: { rate: [0.1, 0.2] } }`),
        ["6: the space has only 2 different trials, not 5; say method: grid, or widen the space"]
      )
      const axes = ["rate: { uniform: [0, 1], points: 200 }", "net.width: { int: [1, 200] }"].join(", ")
      assert.deepStrictEqual(yield* said(`{ method: grid, ${objective}, space: { ${axes} } }`), [
        "6: the grid has more than 10000 points; take fewer, or say method: random"
      ])
    })
  )

  it.effect("ranks by what is not there, or does not say which way", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* by("{ attribute: loss }"), [
        "6: is a low or a high loss the better one?; add mode: min, or mode: max"
      ])
      assert.deepStrictEqual(yield* by("{ mode: min }"), [
        "6: which attribute of m.score ranks the trials?; add attribute: ..."
      ])
      assert.deepStrictEqual(yield* by("{ output: scroe }"), [
        '6: test#learn (node m) has no output "scroe"; did you mean "score"?'
      ])
      assert.deepStrictEqual(yield* by("{ node: elsewhere }"), [
        '6: there is no node "elsewhere"; there is m'
      ])
      const judge = 'j: { uses: "test#grade", in: { score: m.best } }'
      assert.deepStrictEqual(yield* by("{ node: j }", judge), [
        "6: j should judge each trial of m once, but does so 0 times; wire it to what m makes"
      ])
    })
  )

  it.effect("is not there where the best of it is wanted", () =>
    Effect.gen(function* () {
      const found = yield* pipeline(`
m: { uses: "test#learn" }
j: { uses: "test#grade", in: { score: m.best.score } }`).pipe(
        Effect.flip,
        Effect.provideService(StageModules, modules({}))
      )
      assert.include(found.message, 'node "m" has no best trial: it has no search')
    })
  )
})
