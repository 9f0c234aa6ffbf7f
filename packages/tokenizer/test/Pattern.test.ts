import { assert, describe, it } from "@effect/vitest"
import { characterClasses, letter, number, other, space } from "../src/internal/CharacterClasses.ts"
import { type Pattern, patterns, wordEnd } from "../src/Pattern.ts"
import * as Reference from "./Reference.ts"
import { mixedText } from "./texts.ts"

const scan = (text: string, pattern: Pattern): ReadonlyArray<string> => {
  const bytes = Buffer.from(text)
  const ends = wordEnd(pattern)
  const found: Array<string> = []
  for (let start = 0; start < bytes.length;) {
    const end = ends(bytes, start, bytes.length)
    found.push(bytes.toString("utf8", start, end))
    start = end
  }
  return found
}

describe.each(patterns)("the %s scanner", (pattern) => {
  it.prop(
    "finds the words that the published expression finds",
    [mixedText],
    ([text]) => assert.deepStrictEqual(scan(text, pattern), [...Reference.words(text, pattern)]),
    { arbitrary: { runs: 2000 } }
  )
})

describe("the gpt2 scanner", () => {
  it("keeps one space before a word and leaves the others as a word", () => {
    assert.deepStrictEqual(scan("a  b\n c  ", "gpt2"), ["a", " ", " b", "\n", " c", "  "])
  })
  it("cuts contractions and punctuation", () => {
    assert.deepStrictEqual(scan("they're 'so'", "gpt2"), ["they", "'re", " '", "so", "'"])
  })
})

describe("the gpt4 scanner", () => {
  it("puts at most three digits into a word", () => {
    assert.deepStrictEqual(scan("in 12345", "gpt4"), ["in", " ", "123", "45"])
  })
})

const classOf = (point: number) => {
  const character = String.fromCodePoint(point)
  if (/\p{L}/u.test(character)) return letter
  if (/\p{N}/u.test(character)) return number
  return /\p{White_Space}/u.test(character) ? space : other
}

const count = (code: number) => characterClasses.reduce((sum, known) => sum + (known === code ? 1 : 0), 0)

describe("character classes", () => {
  it("are those of the engine, but for letters and numbers younger than Unicode 16", () => {
    const wrong: Array<number> = []
    for (let point = 0; point < 0x110000; point++) {
      const known = characterClasses[point]!
      const isYounger = known === other && point > 0x870
      if (known !== classOf(point) && !isYounger) wrong.push(point)
    }
    assert.deepStrictEqual(wrong, [])
  })
  it("know as many letters and numbers as Unicode 16 has", () => {
    // general categories L* and N* of DerivedGeneralCategory-16.0.0
    assert.deepStrictEqual([count(letter), count(number), count(space)], [141_028, 1_911, 25])
  })
})
