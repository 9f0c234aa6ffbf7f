// Files of several chunks: what lies across the border of two, in the middle of a character, a quote or a tag, is read like the rest.
import { gzipSync } from "node:zlib"
import { assert, it } from "@effect/vitest"
import { readsOf } from "./reading.ts"

const count = 9000
const texts = Array.from(
  { length: count },
  (_, n) => `第${n}篇：“学而时习之”, he said\nand went on; ${"墨".repeat(n % 50)}.`
)
const json = texts.map((text) => JSON.stringify({ text }))
const escaped = (text: string) => text.replaceAll("&", "&amp;")

const files: Readonly<Record<string, string>> = {
  "a.jsonl": `${json.join("\n")}\n`,
  "a.json": `[\n${json.join(",\n")}\n]`,
  "a.csv": `n,text\r\n${texts.map((text, n) => `${n},"${text}"`).join("\r\n")}`,
  "a.tsv": `n\ttext\n${texts.map((text, n) => `${n}\t"${text}"`).join("\n")}\n`
}
const pairs: Readonly<Record<string, string>> = {
  "a.po": texts
    .map(
      (text, n) =>
        `msgid "message ${n}"\nmsgstr ""\n${text
          .split("\n")
          .map((line) => `"${line}"`)
          .join("\n")}\n`
    )
    .join("\n"),
  "a.tmx": `<tmx><header srclang="en"/><body>${texts
    .map(
      (text, n) =>
        `<tu><tuv xml:lang="en"><seg>message ${n}</seg></tuv><tuv xml:lang="zh"><seg>${escaped(text)}</seg></tuv></tu>`
    )
    .join("\n")}</body></tmx>`
}

it.each(Object.keys(files))("records across the borders of chunks are whole: %s", async (name) => {
  const content = files[name] ?? ""
  assert.isAbove(Buffer.byteLength(content), 2 ** 20)
  for (const bytes of [Buffer.from(content), gzipSync(content)]) {
    const reads = await readsOf(name, bytes)
    assert.deepStrictEqual(
      reads.map((one) => (one.kind === "found" ? one.text : one)),
      texts
    )
  }
})

it.each(Object.keys(pairs))(
  "texts and translations across the borders of chunks are whole: %s",
  async (name) => {
    const content = pairs[name] ?? ""
    assert.isAbove(Buffer.byteLength(content), 2 ** 20)
    const reads = await readsOf(name, content)
    const expected = texts.flatMap((text, n) => [
      `message ${n}`,
      name === "a.po" ? text.replace("\n", "") : text
    ])
    assert.deepStrictEqual(
      reads.map((one) => (one.kind === "found" ? one.text : one)),
      expected
    )
  }
)
