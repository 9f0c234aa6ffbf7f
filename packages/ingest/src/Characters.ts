// What each character is: its kind and its script in one byte, looked up by UTF-16 unit.

/** ISO 15924 names of the scripts told apart; index 0 stands for all characters that belong to no one script. */
export const scripts = [
  "Zyyy",
  "Latn",
  "Hani",
  "Hira",
  "Kana",
  "Hang",
  "Cyrl",
  "Grek",
  "Arab",
  "Hebr",
  "Deva",
  "Thai",
  "Geor",
  "Armn",
  "Beng",
  "Taml",
  "Telu",
  "Ethi",
  "Khmr",
  "Laoo",
  "Mymr",
  "Tibt",
  "Mong",
  "Bopo"
] as const
export type Script = (typeof scripts)[number]

export const kinds = { other: 0, letter: 1, digit: 2, space: 3, control: 4, replacement: 5 } as const

/** Low 5 bits: index into `scripts`; high 3 bits: one of `kinds`. */
export const classOf = (kind: number, script: number): number => (kind << 5) | script

const han = scripts.indexOf("Hani")
const hanLetter = /^[\p{Script=Han}&&\p{L}]$/v
const letter = /^[\p{L}\p{M}]$/u
const digit = /^\p{Nd}$/u

let table: Uint8Array | undefined

/** Class of every UTF-16 unit. Made at the first call (20 ms), not when the module loads. */
export const classes = (): Uint8Array => (table ??= build())

/** Class of a character beyond the Basic Multilingual Plane; of the scripts there only Han is told apart. */
export const classOfSupplementary = (codePoint: number): number => {
  const character = String.fromCodePoint(codePoint)
  if (hanLetter.test(character)) return classOf(kinds.letter, han)
  if (letter.test(character)) return classOf(kinds.letter, 0)
  return digit.test(character) ? classOf(kinds.digit, 0) : 0
}

const build = (): Uint8Array => {
  const made = new Uint8Array(0x1_0000)
  const all: Array<string> = []
  // halves of surrogate pairs are no characters of their own
  for (let unit = 0; unit < 0x1_0000; unit++) {
    all.push(unit >= 0xd800 && unit < 0xe000 ? "\0" : String.fromCharCode(unit))
  }
  const plane = all.join("")
  const fill = (pattern: RegExp, change: (before: number) => number): void => {
    for (const { index, 0: run } of plane.matchAll(pattern)) {
      for (let unit = index; unit < index + run.length; unit++) made[unit] = change(made[unit] ?? 0)
    }
  }
  for (const [index, script] of scripts.entries()) {
    if (index > 0) fill(new RegExp(`\\p{Script=${script}}+`, "gu"), () => index)
  }
  // vowel signs are marks, and as much part of a word as letters are
  fill(/[\p{L}\p{M}]+/gu, (script) => classOf(kinds.letter, script))
  fill(/\p{Nd}+/gu, (before) => classOf(kinds.digit, before & 31))
  fill(/\p{Cc}+/gu, () => classOf(kinds.control, 0))
  fill(/\s+/gu, () => classOf(kinds.space, 0))
  made[0xfffd] = classOf(kinds.replacement, 0)
  made.fill(classOf(kinds.replacement, 0), 0xd800, 0xe000) // only lone ones are looked up
  return made
}
