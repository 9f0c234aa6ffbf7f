import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { IngestConfig } from "../src/IngestConfig.ts"

const decode = Schema.decodeUnknownSync(IngestConfig)

describe("the config", () => {
  it("needs nothing but files, and encodes with every default written out", () => {
    const encoded = Schema.encodeSync(IngestConfig)(decode({ files: ["a"] }))
    assert.deepStrictEqual(encoded.splits, { validation: 0.05, test: 0.05, salt: "inkstone" })
    assert.deepStrictEqual(decode(encoded), decode({ files: ["a"] }))
  })

  it.each([
    ["files", { files: [] }],
    ["where", { where: { name: "(" } }],
    ["group", { where: { number: { pattern: "^\\d{4}" } } }],
    ["splits", { splits: { validation: 0.6, test: 0.5 } }],
    ["auto or a label", { encoding: "no-such-encoding" }],
    ["Hanz", { cuts: { byScript: { Hanz: {} } } }],
    ["english", { cuts: { byLang: { english: {} } } }],
    ["heading", { split: { heading: "[" } }]
  ])("is refused with a word on %s", (said, wrong) => {
    assert.throws(() => decode({ files: ["a"], ...wrong }), new RegExp(said, "u"))
  })
})
