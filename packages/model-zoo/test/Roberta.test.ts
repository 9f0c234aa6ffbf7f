import { assert, describe, it } from "@effect/vitest"
import { parameterCount } from "@inkstone/graph"
import { Effect } from "effect"
import * as Roberta from "../src/Roberta.ts"
import { assertParity } from "./encoders.ts"

describe("the published models", () => {
  for (const { counted, name, published } of Roberta.family.presets.filter((preset) => preset.published))
    it.effect(`${name} has its ${published} parameters`, () =>
      Effect.gen(function* () {
        assert.strictEqual(parameterCount(yield* Roberta.family.network(counted)), published)
      })
    )
})

describe("against transformers, with a padded row", () => {
  for (const clusters of [false, true])
    it.effect(`logits, loss and every gradient agree, clusters ${clusters ? "on" : "off"}`, () =>
      assertParity(Roberta.family, { name: "roberta", clusters })
    )
})
