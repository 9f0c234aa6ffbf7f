import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { readFileSync } from "node:fs"
import { bucketOf } from "../src/blocks/RelativePositions.ts"

const Tables = Schema.Array(
  Schema.Struct({
    bidirectional: Schema.Boolean,
    buckets: Schema.Int,
    maxDistance: Schema.Int,
    most: Schema.Int,
    bucketOf: Schema.Array(Schema.Int)
  })
)
const tables = Schema.decodeSync(Schema.fromJsonString(Tables))(
  readFileSync(new URL("golden/t5-buckets.json", import.meta.url), "utf8")
)

describe("relative positions", () => {
  for (const { bucketOf: theirs, most, ...layout } of tables)
    it(`have the buckets of transformers: ${JSON.stringify(layout)}`, () => {
      assert.strictEqual(theirs.length, 2 * most + 1)
      assert.deepStrictEqual(
        theirs.map((_, at) => bucketOf(at - most, layout)),
        theirs
      )
    })
  it("to the right are all the nearest where they cannot be seen", () => {
    const layout = { bidirectional: false, buckets: 32, maxDistance: 128 }
    assert.deepStrictEqual(
      [0, 1, 7, 1000].map((offset) => bucketOf(offset, layout)),
      [0, 0, 0, 0]
    )
    assert.strictEqual(bucketOf(-1_000_000, layout), 31)
  })
})
