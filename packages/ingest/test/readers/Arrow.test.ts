import { assert, describe, it } from "@effect/vitest"
import { gzipSync } from "node:zlib"
import { flipped, golden, goldenNames, table } from "./golden.ts"
import { brief, readsOf } from "./reading.ts"

const files = [...goldenNames(".arrow"), ...goldenNames(".arrows")]

describe("Arrow data that pyarrow wrote", () => {
  it.each(files)("gives the rows that were written: %s", async (name) => {
    const reads = await readsOf(name, golden(name), { fields: { id: "id", lang: "lang" } })
    assert.deepStrictEqual(
      reads.map((one) => (one.kind === "found" ? [one.span, one.text, one.lang] : brief([one])[0])),
      table.map(({ id, text, lang }, n) =>
        text === null ? `row ${n + 1} has nothing in "text"` : [id.toString(), text, lang]
      )
    )
  })

  it.each(files)("gives what is inside of structs and lists: %s", async (name) => {
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

  it("is known by its first bytes, as file and as stream, packed or not", async () => {
    for (const name of ["file.arrow", "file.arrows"]) {
      assert.lengthOf(await readsOf("dump", golden(name)), table.length)
      assert.lengthOf(await readsOf("dump", gzipSync(golden(name))), table.length)
    }
  })

  it("without the column that is asked for says which it has", async () => {
    const config = { fields: { text: "body" } }
    assert.deepStrictEqual(brief(await readsOf("a.arrow", golden("file.arrow"), config)), [
      'schema has no column "body"; its columns are id, text, lang, score, meta, messages'
    ])
  })

  it("with a batch that is larger than allowed says how large it is", async () => {
    const limits = { wholeBytes: 100 }
    const [said] = brief(await readsOf("a.arrow", golden("file.arrow"), { limits }))
    assert.match(
      said ?? "",
      /^after row 0 cannot be read: has a batch of \d+ bytes, where at most 100 may be held$/u
    )
  })
})

describe("damaged Arrow data", () => {
  it("that is cut short gives what came before, and says that it is", async () => {
    for (const name of ["file.arrow", "file.arrows"]) {
      const whole = golden(name)
      for (const length of [1, 7, 9, 100, 1000, 3000, 6000, 8000]) {
        const reads = await readsOf("a.arrow", whole.subarray(0, length))
        assert.strictEqual(reads.at(-1)?.kind, "broken", `${name} ${length}`)
        for (const one of reads) {
          if (one.kind === "found")
            assert.include(
              table.map(({ text }) => text),
              one.text
            )
        }
      }
    }
  })

  it.each(["file.arrow", "file.arrows", "lz4.arrow", "zstd.arrow", "view.arrow"])(
    "with changed bits gives rows or something typed, and takes little memory: %s",
    async (name) => {
      for (let n = 0; n < 60; n++) {
        const reads = await readsOf(name, flipped(golden(name), n), {
          fields: n % 2 ? {} : { text: "messages" }
        })
        for (const { kind } of reads) assert.include(["found", "broken", "refused"], kind)
      }
      assert.isBelow(process.memoryUsage().rss, 2 ** 30)
    }
  )
})
