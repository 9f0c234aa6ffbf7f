import { assert, describe, it } from "@effect/vitest"
import { parameterCount } from "@inkstone/graph"
import { Effect } from "effect"
import * as DistilBert from "../src/DistilBert.ts"
import { assertParity } from "./encoders.ts"

describe("the published models", () => {
  for (const { counted, name, published } of DistilBert.family.presets.filter((preset) => preset.published))
    it.effect(`${name} has its ${published} parameters`, () =>
      Effect.gen(function* () {
        assert.strictEqual(parameterCount(yield* DistilBert.family.network(counted)), published)
      })
    )
})

describe("against transformers, with a padded row", () => {
  for (const clusters of [false, true])
    it.effect(`logits, loss and every gradient agree, clusters ${clusters ? "on" : "off"}`, () =>
      assertParity(DistilBert.family, { name: "distilbert", clusters })
    )
})
