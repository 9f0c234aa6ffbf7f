// Texts of every script, with what the cutting into words turns on: contractions, digits, white space of all kinds.
import { Schema } from "effect"
import * as Arbitrary from "effect/Arbitrary"

const characters = [
  "abcdeSTMDrvl'’\"-.,!?<|>0123456789 ",
  " \t\n\r\u000b\u0085\u00a0\u2003\u2028\u3000\ufeff\u200b\u0000\u007f",
  "éßøñİıſKÅΩλжЯёאבשلامপ্রকাதமிთქახაមខ្ញុំဗမာไทยລາວ",
  "字文山水的一不龘〇々ひらカナ한국어각㎏½²Ⅷ٣४",
  "𝔘𝟘𐍈𐤀𠀀𪚥🏽👍👩‍👩‍👧😀"
].flatMap((line) => Array.from(line))

const fragments = [
  ...characters,
  "'s",
  "'t",
  "'re",
  "'ve",
  "'ll",
  "'S",
  "'RE",
  "e\u0301",
  "the ",
  " of",
  "nation",
  "  ",
  "\n\n",
  "\r\n",
  "<|endoftext|>"
]

/** Fragments in any order: short failures after shrinking. */
export const mixedText = Arbitrary.map(
  Arbitrary.array(Arbitrary.schema(Schema.Literals(fragments)), { maxLength: 60 }),
  (parts) => parts.join("")
)

/** Any UTF-16 at all, unpaired surrogates included. */
export const anyText = Arbitrary.map(
  Arbitrary.array(Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 0xffff })))),
  (units) => String.fromCharCode(...units)
)

/** Pseudo-random integers below `n`, the same on every run (mulberry32). */
export const integers = (seed: number) => {
  let state = seed
  return (n: number): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * n)
  }
}

/** Code points of all planes that hold letters, some ASCII and white space between them. */
export const randomText = (next: (n: number) => number): string => {
  const planes = [0x80, 0x800, 0x3000, 0xd800, 0x20000, 0x110000]
  let text = ""
  for (let i = next(40); i >= 0; i--) {
    const below = planes[next(planes.length)]!
    const point = next(below)
    const isSurrogate = point >= 0xd800 && point < 0xe000
    text +=
      next(3) === 0 ? fragments[next(fragments.length)]! : String.fromCodePoint(isSurrogate ? 0x4e00 : point)
  }
  return text
}
