import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { undoMojibake } from "../src/Mojibake.ts"
import { repair } from "../src/Repair.ts"

const latin = new TextDecoder("windows-1252")
/** What a program shows that takes UTF-8 for Windows-1252. */
const garble = (text: string) => latin.decode(new TextEncoder().encode(text))
const countOf = (raw: string, rule: string, unicode: "nfc" | "nfkc" | "none" = "nfc") =>
  repair(raw, unicode).repairs.find((one) => one.rule === rule)?.count ?? 0

describe("mojibake", () => {
  it.each([
    "It’s a “test” — of quotes…",
    "café, naïve, Über, señor, Ångström",
    "100 € and £5 ± 2°",
    "学而时习之，不亦说乎",
    "Все счастливые семьи похожи",
    "Ελληνικά γράμματα",
    "plain, then an emoji’s 😀"
  ])("is undone: %s", (text) => {
    assert.notStrictEqual(garble(text), text)
    assert.strictEqual(undoMojibake(garble(text)).text, text)
  })

  it("is undone where it happened twice", () => {
    assert.strictEqual(undoMojibake(garble(garble("It’s naïve"))).text, "It’s naïve")
  })

  it("is counted by the character", () => {
    assert.strictEqual(countOf(garble("“one” and “two”"), "mojibake"), 4)
  })

  it.each([
    "l’élève très âgé",
    "il a crié « LIBERTÉ »",
    "“LIBERTÉ” et “ÉGALITÉ”",
    "À PARIS, Ça va ?",
    "naïve façade – voilà…",
    "größer als ß",
    "Â la carte",
    "SÃO PAULO",
    "学而时习之，不亦说乎？",
    "Все счастливые"
  ])("is not seen in %s", (text) => {
    assert.deepStrictEqual(undoMojibake(text), { text, repaired: 0 })
  })
})

/** 你好，世界 and more in GBK, read as Latin-1; and in UTF-8, read as GBK. */
const chinese = "你好，世界。我们都觉得很奇怪，不知道为什么会这样。"
const gbkAsLatin = Buffer.from(
  // iconv -f utf-8 -t gbk
  "c4e3bac3a3accac0bde7a1a3ced2c3c7b6bcbef5b5c3badcc6e6b9d6a3acb2bbd6aab5c0ceaacab2c3b4bbe1d5e2d1f9a1a3",
  "hex"
).toString("latin1")

describe("mojibake of Chinese", () => {
  it("is undone where GBK was read as Latin-1", () => {
    assert.notInclude(gbkAsLatin, "你")
    assert.strictEqual(repair(gbkAsLatin, "nfc").text, chinese)
    assert.strictEqual(countOf(gbkAsLatin, "mojibake"), chinese.length)
    assert.strictEqual(repair(`Title: ${gbkAsLatin} (1)`, "nfc").text, `Title: ${chinese} (1)`)
  })

  it("is undone where UTF-8 was read as GBK, if no byte was lost", () => {
    for (const text of ["你好世界我们都是中国人吧", "我们是中国人，在北京读书吧。好"]) {
      const garbled = new TextDecoder("gbk").decode(new TextEncoder().encode(text))
      assert.notInclude(garbled, "我们")
      assert.strictEqual(repair(garbled, "nfc").text, text)
    }
  })

  it("that lost its bytes counts as lost characters", () => {
    assert.strictEqual(repair("这是锟斤拷的文字", "nfc").text, "这是\uFFFD\uFFFD的文字")
  })

  it.each([
    chinese,
    "鐨字很少见，锛也是。",
    "naïve façade, très âgé, Ångström für größer",
    "¡Qué año! ¿Cómo está?"
  ])("is not seen in %s", (text) => {
    assert.deepStrictEqual(repair(text, "nfc"), { text, repairs: [], controlRatio: 0 })
  })
})

describe("a text is repaired", () => {
  it("by making every line end a line feed", () => {
    const { text, repairs } = repair("a\r\nb\rc\u2028d\fe\nf", "nfc")
    assert.strictEqual(text, "a\nb\nc\nd\ne\nf")
    assert.deepStrictEqual(repairs, [{ rule: "line-endings", count: 4 }])
  })

  it("by taking out colours and cursor movements of terminals", () => {
    const raw = "\u001B[1;32mgreen\u001B[0m and \u001B]0;title\u0007plain\u001B[2K"
    assert.strictEqual(repair(raw, "nfc").text, "green and plain")
    assert.strictEqual(countOf(raw, "ansi-codes"), 4)
  })

  it("by taking out frames of terminals, and colours with them", () => {
    const poem =
      "\u001B[32m题目:《塞上》\u001B[m\n┌──────────┐\n│ 鸣骹直上一千尺， │\n│ 天静无风声更干。 │\n└──────────┘\n碧眼胡儿三百骑，尽提金勒向云看。"
    const { text, repairs } = repair(poem, "nfc")
    assert.strictEqual(
      text,
      "题目:《塞上》\n 鸣骹直上一千尺，\n 天静无风声更干。\n碧眼胡儿三百骑，尽提金勒向云看。"
    )
    assert.deepStrictEqual(
      repairs.map(({ rule, count }) => [rule, count]),
      [
        ["ansi-codes", 2],
        ["box-drawing", 6]
      ]
    )
  })

  it("by taking out control characters, which stay in the score", () => {
    const { text, controlRatio, repairs } = repair("a\u0000b\u0007\tc\u009Fd\n9", "nfc")
    assert.strictEqual(text, "ab\tcd\n9")
    assert.deepStrictEqual(repairs, [{ rule: "control-characters", count: 3 }])
    assert.strictEqual(controlRatio, 3 / 10)
  })

  it("by taking out zero-width characters but not joiners", () => {
    assert.strictEqual(
      repair("\uFEFFa\u200Bb\u2060c\u00ADd می\u200Cخواهم 👩\u200D💻", "nfc").text,
      "abcd می\u200Cخواهم 👩\u200D💻"
    )
  })

  it("by composing characters, unless the config says otherwise", () => {
    assert.strictEqual(repair("e\u0301a\u0308", "nfc").text, "éä")
    assert.strictEqual(countOf("e\u0301a\u0308", "unicode-nfc"), 2)
    assert.strictEqual(repair("e\u0301", "none").text, "e\u0301")
  })

  it("with full-width punctuation kept by nfc and rewritten by nfkc only", () => {
    assert.strictEqual(repair("学而时习之，不亦说乎？", "nfc").text, "学而时习之，不亦说乎？")
    assert.strictEqual(repair("学而时习之，不亦说乎？", "nfkc").text, "学而时习之,不亦说乎?")
    assert.strictEqual(countOf("学而时习之，不亦说乎？ﬁne ½", "unicode-nfkc", "nfkc"), 4)
    assert.strictEqual(countOf("e\u0301，", "unicode-nfc", "nfkc"), 1)
  })

  it("once: a repaired text needs no repair", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 200 }),
        fc.constantFrom("nfc", "none"),
        (raw, unicode) => {
          const once = repair(raw, unicode).text
          assert.deepStrictEqual(repair(once, unicode), { text: once, repairs: [], controlRatio: 0 })
        }
      ),
      { numRuns: 500 }
    )
  })

  it("not at all if it is printable ASCII", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme-ascii", maxLength: 300 }), (raw) => {
        assert.deepStrictEqual(repair(raw, "nfkc"), { text: raw.trim(), repairs: [], controlRatio: 0 })
      })
    )
  })
})
