import { assert, describe, it } from "@effect/vitest"
import { flipped, golden, goldenNames, table } from "./golden.ts"
import { brief, readsOf } from "./reading.ts"

const files = goldenNames(".parquet")
const isNested = (name: string) => !name.startsWith("delta")

describe("a Parquet file that pyarrow wrote", () => {
  it.each(files)("gives the rows that were written: %s", async (name) => {
    const reads = await readsOf(name, golden(name), { fields: { id: "id", lang: "lang" } })
    assert.deepStrictEqual(
      reads.map((one) => (one.kind === "found" ? [one.span, one.text, one.lang] : brief([one])[0])),
      table.map(({ id, text, lang }, n) =>
        text === null ? `row ${n + 1} has nothing in "text"` : [id.toString(), text, lang]
      )
    )
  })

  it.each(files.filter(isNested))("gives what is inside of structs and lists: %s", async (name) => {
    const config = { fields: { text: "messages", group: "meta.book", title: "meta.tags.1" } }
    const reads = await readsOf(name, golden(name), config)
    assert.deepStrictEqual(
      reads.map((one) => one.kind === "found" && [one.text, one.group, one.title]),
      table.map(({ meta, messages }) => [
        messages.map(({ role, content }) => `${role}: ${content}`).join("\n\n"),
        meta.book,
        meta.tags[1]
      ])
    )
  })

  it("is known by its first bytes", async () => {
    assert.lengthOf(await readsOf("dump", golden("snappy.parquet")), table.length)
  })

  it("may be packed as a whole", async () => {
    const { gzipSync } = await import("node:zlib")
    assert.lengthOf(await readsOf("a.parquet.gz", gzipSync(golden("snappy.parquet"))), table.length)
  })

  it("without the column that is asked for says which it has", async () => {
    assert.deepStrictEqual(
      brief(await readsOf("a.parquet", golden("zstd.parquet"), { fields: { text: "body" } })),
      ['schema has no column "body"; its columns are id, text, lang, score, meta, messages']
    )
  })

  it("that is larger than allowed where it has to be held is refused", async () => {
    const limits = { wholeBytes: 100 }
    assert.deepStrictEqual(brief(await readsOf("a.parquet", golden("plain.parquet"), { limits })), [
      "too-big-to-hold"
    ])
  })
})

describe("a damaged Parquet file", () => {
  it("that is cut short is named as damaged", async () => {
    const whole = golden("snappy.parquet")
    for (const length of [0, 3, 4, 8, 11, 12, 500, whole.length - 9, whole.length - 1]) {
      const [read, ...more] = await readsOf("a.parquet", whole.subarray(0, length))
      assert.deepStrictEqual([read?.kind, more.length], ["broken", 0])
    }
  })

  it.each(["none.parquet", "snappy.parquet", "v2.parquet", "delta_byte_array.parquet"])(
    "with changed bits gives rows or something typed, and takes little memory: %s",
    async (name) => {
      const whole = golden(name)
      const fields = isNested(name) ? [{}, { text: "messages" }] : [{}]
      for (const n of Array.from({ length: 50 }, (_, i) => i)) {
        for (const one of fields) {
          for (const { kind } of await readsOf(name, flipped(whole, n), { fields: one })) {
            assert.include(["found", "broken", "refused"], kind)
          }
        }
      }
      assert.isBelow(process.memoryUsage().rss, 2 ** 30)
    }
  )
})
