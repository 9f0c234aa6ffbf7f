// Classes of characters that tokenizers for translation split at, as bits, so that a rule is two masks.

export const chinese = 1
export const punctuation = 2
export const notNumber = 4
export const symbol = 8
const known = 16

/** What sacreBLEU's `zh` takes as Chinese, from tokenizer_zh.py. Two of its ranges were meant as U+20000 to U+2A6D6 and U+2F800 to
 * U+2FA1D but are written with four digits, which makes them U+2001 to U+2A6D and U+2F81 to U+2FA1: quotes and dashes of
 * general punctuation are units, rare characters are not. */
const ranges: ReadonlyArray<readonly [number, number]> = [
  [0x2001, 0x2a6d],
  [0x2e80, 0x2fdf],
  [0x2ff0, 0x303f],
  [0x3100, 0x312f],
  [0x31a0, 0x31bf],
  [0x31c0, 0x31ef],
  [0x3200, 0x33ff],
  [0x3400, 0x4db5],
  [0x4e00, 0x9fbb],
  [0xf900, 0xfa2d],
  [0xfa30, 0xfa6a],
  [0xfa70, 0xfad9],
  [0xfe10, 0xfe1f],
  [0xfe30, 0xfe4f],
  [0xff00, 0xffef]
]

const classify = (code: number): number => {
  const character = String.fromCodePoint(code)
  let bits = known
  if (ranges.some(([from, to]) => code >= from && code <= to)) bits |= chinese
  if (/\p{P}/u.test(character)) bits |= punctuation
  if (/\P{N}/u.test(character)) bits |= notNumber
  if (/\p{S}/u.test(character)) bits |= symbol
  return bits
}

/** Filled as characters are seen; virtual memory until then. */
const table = new Uint8Array(0x110000)

export const classes = (code: number): number => {
  const bits = table[code]!
  return bits === 0 ? (table[code] = classify(code)) : bits
}
