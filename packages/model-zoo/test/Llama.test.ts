import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as Llama from "../src/Llama.ts"
import { modelContract } from "../src/testkit.ts"
import { assertParity } from "./causal.ts"
import { folderOf, json } from "./encoders.ts"

const tiny: Llama.Config = {
  vocabSize: 64,
  contextLength: 16,
  layers: 2,
  heads: 4,
  keyHeads: 2,
  channels: 16,
  innerChannels: 24,
  rotaryBase: 100,
  normEpsilon: 1e-5,
  tied: false
}

modelContract(Llama.family, [{ name: "two heads of queries to one of keys", architecture: tiny }])

describe("against transformers, with a padded row", () => {
  for (const clusters of [false, true])
    it.effect(`logits, loss and every gradient agree, clusters ${clusters ? "on" : "off"}`, () =>
      assertParity(Llama.family, { name: "llama", clusters })
    )
})

describe("a config", () => {
  it.effect("is the same after it was written and read", () =>
    Effect.gen(function* () {
      const { huggingFace } = Llama.family
      const architecture = yield* huggingFace.read(json(folderOf("llama"), "config.json"))
      assert.deepStrictEqual(yield* huggingFace.read(yield* huggingFace.write(architecture)), architecture)
    })
  )
  it("is refused when heads of keys do not divide heads", () => {
    assert.throws(
      () => Schema.decodeUnknownSync(Llama.Config)({ ...tiny, keyHeads: 3 }),
      /heads 4 are no multiple of keyHeads 3/
    )
  })
})
