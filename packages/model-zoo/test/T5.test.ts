import { assert, describe, it } from "@effect/vitest"
import { parameterCount } from "@inkstone/graph"
import { Effect, Schema } from "effect"
import * as T5 from "../src/T5.ts"
import { folderOf, json } from "./encoders.ts"
import { assertParity } from "./textToText.ts"

describe("the published models", () => {
  for (const { architecture, name, published } of T5.family.presets.filter((preset) => preset.published))
    it.effect(`${name} has its ${published} parameters`, () =>
      Effect.gen(function* () {
        assert.strictEqual(parameterCount(yield* T5.family.network(architecture)), published)
      })
    )
  it("small presets have 0.9 and 4.9 million with 4,096 tokens", () => {
    const counts = (["nano", "mini"] as const).map((name) =>
      parameterCount(T5.build({ ...T5.presets[name], vocabSize: 4096 }))
    )
    assert.deepStrictEqual(counts, [910_720, 4_919_680])
  })
})

describe("against transformers, with a padded row", () => {
  for (const [name, clusters] of [
    ["t5", false],
    ["t5", true],
    ["t5-gated", false],
    ["t5-gated", true],
    ["t5-v1_1", false]
  ] as const)
    it.effect(`${name}: logits, loss and every gradient agree, clusters ${clusters ? "on" : "off"}`, () =>
      assertParity(T5.family, { name, clusters })
    )
  it.effect("t5-gated: the same when blocks are computed again in the backward pass", () =>
    assertParity(T5.family, { name: "t5-gated", clusters: false, rematerialize: true })
  )
})

describe("a config", () => {
  it.effect.each(["t5", "t5-gated", "t5-v1_1"])("of %s is the same after it was written and read", (name) =>
    Effect.gen(function* () {
      const { huggingFace } = T5.family
      const architecture = yield* huggingFace.read(json(folderOf(name), "config.json"))
      assert.deepStrictEqual(yield* huggingFace.read(yield* huggingFace.write(architecture)), architecture)
    })
  )
  it("is refused when distances leave no room for buckets, or the start is no token", () => {
    const decode = Schema.decodeUnknownSync(T5.Config)
    const config = { ...T5.presets.nano, vocabSize: 64 }
    assert.throws(
      () => decode({ ...config, maxDistance: 16 }),
      /maxDistance 16 is not above half of the buckets, 32/
    )
    assert.throws(() => decode({ ...config, startId: 64 }), /startId 64 is not below vocabSize 64/)
  })
})
