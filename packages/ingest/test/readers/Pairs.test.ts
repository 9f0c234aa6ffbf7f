import { gzipSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import type { Read } from "../../src/readers/Format.ts"
import { PoEntries, type PoEntry } from "../../src/readers/PoEntries.ts"
import { flipped, golden } from "./golden.ts"
import { brief, readsOf } from "./reading.ts"

const said = (reads: ReadonlyArray<Read>) =>
  reads.map((one) => (one.kind === "found" ? [one.lang, one.text] : brief([one])[0]))
const spans = (reads: ReadonlyArray<Read>) => reads.map(({ span }) => span)
const groups = (reads: ReadonlyArray<Read>) =>
  reads.map((one) => (one.kind === "found" ? one.group : undefined))

describe("a PO file", () => {
  const messages: Array<Array<string | undefined>> = [
    [undefined, "A box of inks"],
    ["zh", "一盒墨"],
    [undefined, "%d brushes are wet"],
    ["zh", "%d 支笔是湿的"],
    [undefined, "Open"],
    ["zh", "打开"],
    [undefined, "Open"],
    ["zh", "开着的"],
    [undefined, 'The file "%s"\tcould not be\nsaved: \\disk …'],
    ["zh", "文件“%s”\t不能\n保存：\\disk"]
  ]
  const name = "messages.zh_CN.po"

  it("gives each message and its translation, in the charset of its header", async () => {
    assert.deepStrictEqual(said(await readsOf(name, golden(name))), messages)
  })

  it("gives what is fuzzy or obsolete if it is wanted", async () => {
    const po = { fuzzy: true, obsolete: true }
    assert.deepStrictEqual(said(await readsOf(name, golden(name), { po })).slice(messages.length), [
      [undefined, "Close the lid"],
      ["zh", "关上盒子"],
      [undefined, "Old and gone"],
      ["zh", "旧的，没了"]
    ])
  })

  it("keeps a message and its translation in one group, and every message in its own", async () => {
    const all = groups(await readsOf(name, golden(name)))
    assert.strictEqual(new Set(all).size, 5)
    for (let n = 0; n < all.length; n += 2) assert.strictEqual(all[n], all[n + 1])
    const other = 'msgid ""\nmsgstr "Language: de\\n"\n\nmsgid "A box of inks"\nmsgstr "Ein Tuschkasten"\n'
    const [first] = groups(await readsOf("de.po", other))
    assert.strictEqual(first, all[0])
  })

  it("has ids that do not change when a message is inserted before them", async () => {
    const text = 'msgid "one"\nmsgstr "eins"\n'
    const before = spans(await readsOf("a.po", text))
    assert.deepStrictEqual(
      spans(await readsOf("a.po", `msgid "none"\nmsgstr "kein"\n\n${text}`)).slice(2),
      before
    )
  })

  it("is known by its beginning, packed or not", async () => {
    for (const content of [golden(name), gzipSync(golden(name))]) {
      assert.lengthOf(await readsOf("dump", content), messages.length)
    }
  })

  it("names what is wrong by line, and goes on behind it", async () => {
    const text = [
      'msgid "one"',
      'msgstr "eins"',
      "",
      'msgid "two"',
      "",
      'msgid "three"',
      'msgstr "drei',
      "",
      'msgid "four"',
      'msgstr "vier"',
      "",
      'msgstr "of what?"',
      "",
      'msgid "five"',
      'msgid "five"',
      'msgstr "fünf"'
    ].join("\n")
    assert.deepStrictEqual(brief(await readsOf("a.po", text)), [
      "one",
      "eins",
      "line 6 has two of msgid",
      "four",
      "vier",
      "line 12 has no msgid",
      "line 15 has two of msgid"
    ])
  })

  it("holds no more of an entry than allowed", () => {
    const entries = new PoEntries(100)
    const done: Array<PoEntry> = []
    const lines = [
      'msgid "long"',
      'msgstr ""',
      ...Array.from({ length: 50 }, () => '"ten chars."'),
      "",
      'msgid "x"',
      'msgstr "y"'
    ]
    for (const [n, text] of lines.entries()) {
      const entry = entries.push(text, n + 1)
      if (entry !== undefined) done.push(entry)
    }
    assert.strictEqual(done[0]?.tooLong, 504)
    assert.isAtMost(done[0]?.translations[0]?.length ?? 0, 100)
    assert.deepStrictEqual(entries.end()?.translations, ["y"])
  })
})

const twoTongues = (text: string) =>
  `<tu tuid="1"><tuv xml:lang="en"><seg>${text}</seg></tuv><tuv xml:lang="de"><seg>x</seg></tuv></tu>`

describe("a TMX file", () => {
  const name = "memory.tmx"
  it("gives each text beside its translations, without the codes of other programs", async () => {
    assert.deepStrictEqual(said(await readsOf(name, golden(name))), [
      ["en", "Grind the ink slowly & well."],
      ["zh", "慢慢地、好好地磨墨。"],
      ["de", "Reibe die Tusche langsam & gut."],
      ["zh", "先有水。"],
      ["en", "Water comes first."],
      "unit 3 has text in 1 language, where two are needed"
    ])
  })

  it("keeps all languages of a unit in one group", async () => {
    const [a, b, c, d, e] = groups(await readsOf(name, golden(name)))
    assert.deepStrictEqual([a, a, d], [b, c, e])
    assert.notStrictEqual(a, d)
  })

  it("has ids of its own for units that are called the same", async () => {
    const text = `<tmx><header srclang="en"/><body>${twoTongues("a")}${twoTongues("b")}</body></tmx>`
    const all = await readsOf("a.tmx", text)
    assert.strictEqual(new Set(spans(all)).size, all.length)
  })

  it("expands no entity that it defines itself", async () => {
    const bomb = `<?xml version="1.0"?><!DOCTYPE tmx [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">
      <!ENTITY f SYSTEM "file:///etc/hostname">]><tmx><header srclang="en"/><body><tu>
      <tuv xml:lang="en"><seg>x &b; &f;</seg></tuv><tuv xml:lang="de"><seg>y</seg></tuv></tu></body></tmx>`
    assert.deepStrictEqual(said(await readsOf("a.tmx", bomb)), [
      ["en", "x &b; &f;"],
      ["de", "y"]
    ])
  })

  it("that is cut short gives the units before, and says that it is", async () => {
    const whole = golden(name)
    for (let length = 120; length < whole.length - 10; length += 97) {
      const reads = await readsOf(name, whole.subarray(0, length))
      assert.strictEqual(reads.at(-1)?.kind, "broken", `${length}`)
    }
  })
})

it.each(["messages.zh_CN.po", "memory.tmx"])(
  "with changed bits gives documents or something typed: %s",
  async (name) => {
    for (let n = 0; n < 100; n++) {
      for (const { kind } of await readsOf(name, flipped(golden(name), n))) {
        assert.include(["found", "broken", "refused"], kind)
      }
    }
  }
)
