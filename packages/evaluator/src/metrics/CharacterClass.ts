// Classes of characters that tokenizers for translation split at, as bits, so that a rule is two masks.

export const west = 1
export const stop = 2
export const digit = 4
export const notDigit = 8
export const dash = 16
export const chinese = 32
export const punctuation = 64
export const notNumber = 128
export const symbol = 256
const known = 512

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
  // [\{-\~\[-\` -\&\(-\+\:-\@\/] of tokenizer_re.py
  if (/[{-~[-` -&(-+:-@/]/.test(character)) bits |= west
  if (character === "." || character === ",") bits |= stop
  bits |= code >= 0x30 && code <= 0x39 ? digit : notDigit
  if (character === "-") bits |= dash
  if (ranges.some(([from, to]) => code >= from && code <= to)) bits |= chinese
  if (/\p{P}/u.test(character)) bits |= punctuation
  if (/\P{N}/u.test(character)) bits |= notNumber
  if (/\p{S}/u.test(character)) bits |= symbol
  return bits
}

/** Filled as characters are seen; virtual memory until then. */
const table = new Uint16Array(0x110000)

export const classes = (code: number): number => {
  const bits = table[code]!
  return bits === 0 ? (table[code] = classify(code)) : bits
}
