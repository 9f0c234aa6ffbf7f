// Every problem of a config is named at once, with the place and what was probably meant.
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { Config } from "../src/index.ts"

const stage = {
  name: "test#stage",
  config: Schema.Struct({
    vocabSize: Schema.Int.pipe(
      Schema.check(Schema.isGreaterThan(255)),
      Schema.withDecodingDefault(Effect.succeed(4096))
    ),
    preset: Schema.Literals(["nano", "micro"]),
    optimizer: Schema.Struct({
      learningRate: Schema.Finite.pipe(Schema.withDecodingDefault(Effect.succeed(3e-4)))
    }).pipe(Schema.withDecodingDefault(Effect.succeed({}))),
    files: Schema.optionalKey(Schema.Array(Schema.String))
  })
}
const problems = (given: unknown) => Effect.map(Effect.flip(Config.decode(stage, given)), (e) => e.problems)

describe("Config.decode", () => {
  it.effect("fills in defaults and gives the canonical form with them", () =>
    Effect.gen(function* () {
      const decoded = yield* Config.decode(stage, { preset: "nano" })
      assert.deepStrictEqual(decoded.value, {
        vocabSize: 4096,
        preset: "nano",
        optimizer: { learningRate: 3e-4 }
      })
      assert.strictEqual(
        decoded.canonical,
        `{"optimizer":{"learningRate":0.0003},"preset":"nano","vocabSize":4096}`
      )
      assert.deepStrictEqual(decoded.encoded, JSON.parse(decoded.canonical))
    })
  )

  it.effect(
    "has one canonical form for a config with its defaults left out, written out, or in another order",
    () =>
      Effect.gen(function* () {
        const spellings = [
          { preset: "nano", vocabSize: 4096 },
          { vocabSize: 4096, optimizer: {}, preset: "nano" },
          { preset: "nano", optimizer: { learningRate: 0.0003 } }
        ]
        const forms = yield* Effect.forEach(spellings, (one) => Config.decode(stage, one))
        assert.strictEqual(new Set(forms.map(({ canonical }) => canonical)).size, 1)
        const again = yield* Config.decode(stage, forms[0]?.encoded)
        assert.strictEqual(again.canonical, forms[0]?.canonical)
      })
  )

  it.effect("names an unknown key, the known ones and the nearest", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* problems({ preset: "nano", vocabsize: 300 }), [
        {
          path: "vocabsize",
          problem: "is not a setting (known are vocabSize, preset, optimizer, files)",
          suggestion: "vocabSize"
        }
      ])
      const [inner] = yield* problems({ preset: "nano", optimizer: { learning_rate: 1 } })
      assert.strictEqual(inner?.path, "optimizer.learning_rate")
      assert.strictEqual(inner?.suggestion, "learningRate")
      const [far] = yield* problems({ preset: "nano", colour: "red" })
      assert.strictEqual(far?.suggestion, "")
    })
  )

  it.effect("names the value that was probably meant", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* problems({ preset: "nanno" }), [
        { path: "preset", problem: `expected "nano" | "micro", got "nanno"`, suggestion: "nano" }
      ])
    })
  )

  it.effect("puts what a rule over several fields says at the field it names", () =>
    Effect.gen(function* () {
      const Ruled = Schema.Struct({ low: Schema.Int, high: Schema.Int }).check(
        Schema.makeFilter(({ high, low }) =>
          low <= high ? true : { path: ["low"], issue: `low ${low} is above high ${high}` }
        )
      )
      const found = yield* Effect.flip(
        Config.decode({ name: "test#ruled", config: Ruled }, { low: 3, high: 2 })
      )
      assert.deepStrictEqual(found.problems, [
        { path: "low", problem: "low 3 is above high 2", suggestion: "" }
      ])
    })
  )
  it.effect("lists all problems, each with its path", () =>
    Effect.gen(function* () {
      const found = yield* problems({ vocabSize: 3, optimizer: { learningRate: "x" }, files: ["a", 1], x: 1 })
      assert.deepStrictEqual(
        found.map(({ path }) => path).toSorted(),
        ["files.1", "optimizer.learningRate", "preset", "vocabSize", "x"].toSorted()
      )
      const error = yield* Effect.flip(Config.decode(stage, { vocabSize: "many" }))
      assert.strictEqual(
        error.message,
        `test#stage: vocabSize: expected number, got "many"; preset: is missing`
      )
    })
  )

  it.effect("takes nothing for an empty config, and refuses what is not one", () =>
    Effect.gen(function* () {
      const empty = { name: "test#none", config: Schema.Struct({}) }
      for (const given of [undefined, null, {}]) {
        assert.strictEqual((yield* Config.decode(empty, given)).canonical, "{}")
      }
      const error = yield* Effect.flip(Config.decode(empty, 5))
      assert.match(error.message, /test#none: config: expected settings by name, got 5/)
      const stray = yield* Effect.flip(Config.decode(empty, { size: 1 }))
      assert.match(stray.message, /size: is not a setting \(there are no settings here\)/)
    })
  )
})

describe("Config.jsonSchema", () => {
  it("lists the settings and allows no others", () => {
    const { schema } = Config.jsonSchema(stage)
    assert.deepInclude(schema, { type: "object", required: ["preset"], additionalProperties: false })
    assert.hasAllKeys(schema["properties"], ["vocabSize", "preset", "optimizer", "files"])
  })
})
