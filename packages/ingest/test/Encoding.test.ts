import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { decide } from "../src/Encoding.ts"
import { survey } from "../src/readers/Survey.ts"

async function* inChunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += 2 ** 20) yield bytes.subarray(from, from + 2 ** 20)
}
const decideFor = async (bytes: Uint8Array, options: Partial<Parameters<typeof decide>[1]> = {}) => {
  return decide(await survey(inChunks(bytes)), { wanted: "auto", ...options })
}
const encodingOf = async (bytes: Uint8Array, options: Partial<Parameters<typeof decide>[1]> = {}) => {
  const decision = await decideFor(bytes, options)
  return "encoding" in decision ? decision.encoding : decision.rule
}
const golden = join(import.meta.dirname, "golden", "encodings")
const goldenFiles = readdirSync(golden).filter((name) => name.endsWith(".txt"))

describe("an encoding is found", () => {
  it.each(goldenFiles)("and gives back the text that Python encoded: %s", async (name) => {
    const bytes = readFileSync(join(golden, name))
    const text = new TextDecoder(await encodingOf(bytes)).decode(bytes)
    const [language] = name.split(".")
    assert.strictEqual(text, readFileSync(join(golden, `${language}.utf-8.txt`), "utf8"))
  })

  it.each(goldenFiles)("and stays the same for a text a hundred times as long: %s", async (name) => {
    const bytes = readFileSync(join(golden, name))
    const long = Buffer.concat(Array.from({ length: 100 }, () => bytes))
    assert.strictEqual(await encodingOf(long), await encodingOf(bytes))
  })

  it.each([
    ["utf-8", [0xef, 0xbb, 0xbf, 0x61]],
    ["utf-16le", [0xff, 0xfe, 0x2d, 0x4e]],
    ["utf-16be", [0xfe, 0xff, 0x4e, 0x2d]],
    ["gb18030", [0x84, 0x31, 0x95, 0x33, 0xd6, 0xd0]]
  ])("by the byte order mark of %s", async (encoding, bytes) => {
    assert.strictEqual(await encodingOf(Uint8Array.from(bytes)), encoding)
  })

  it("as UTF-8 where a character lies across two chunks of the file", async () => {
    assert.strictEqual(await encodingOf(Buffer.from(`${"a".repeat(2 ** 20 - 1)}中文`)), "utf-8")
  })

  it("as UTF-8 where a few of its bytes are bad", async () => {
    const text = Buffer.from("学而时习之，不亦说乎？".repeat(10))
    assert.strictEqual(await encodingOf(Buffer.concat([text, Uint8Array.of(0xff), text])), "utf-8")
  })

  it("far behind a long beginning in ASCII", async () => {
    const french = readFileSync(join(golden, "french.windows-1252.txt"))
    assert.strictEqual(
      await encodingOf(Buffer.concat([Buffer.from("a line of ASCII\n".repeat(100_000)), french])),
      "windows-1252"
    )
  })

  it("by the declaration of a page", async () => {
    // too short to be told from anything else
    const page = Buffer.concat([Buffer.from('<meta charset="big5"><p>'), Uint8Array.of(0xa4, 0xa4)])
    assert.strictEqual(await encodingOf(page, { declaration: /charset="(\w+)"/u }), "big5")
  })

  it("as the config names it, whatever the bytes look like", async () => {
    assert.strictEqual(await encodingOf(Buffer.from("中文"), { wanted: "GBK" }), "gbk")
  })
})

describe("what is no text", () => {
  it("is refused by its share of control bytes", async () => {
    const decision = await decideFor(Uint8Array.from({ length: 10_000 }, (_, i) => (i * 7919) % 256))
    assert.deepStrictEqual({ ...decision, value: 0 }, { rule: "binary", value: 0, threshold: 0.01 })
    assert.isAbove("value" in decision ? decision.value : 0, 0.05)
  })

  it("is refused even if the config names an encoding", async () => {
    assert.strictEqual(await encodingOf(new Uint8Array(100), { wanted: "gb18030" }), "binary")
  })

  it("is refused when nothing makes text of it", async () => {
    const bytes = Uint8Array.from({ length: 2000 }, (_, i) => 128 + ((i * 37) % 128))
    assert.strictEqual(await encodingOf(bytes), "unknown-encoding")
  })

  it("does not include a text with one stray control byte", async () => {
    assert.strictEqual(await encodingOf(Buffer.from(`${"some words ".repeat(20)}\0`)), "utf-8")
  })

  it("does not include an empty file", async () => {
    assert.strictEqual(await encodingOf(new Uint8Array()), "utf-8")
  })
})
