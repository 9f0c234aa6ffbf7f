// What the word scanners of all patterns share: they walk over valid UTF-8 with tables of code points.
import { characterClasses, space } from "./CharacterClasses.ts"

export const apostrophe = 0x27
export const blank = 0x20

/** Code point at `at`, and above the lowest 24 bits its length in bytes. */
export const pointAt = (bytes: Uint8Array, at: number): number => {
  const lead = bytes[at]!
  if (lead < 0x80) return lead | (1 << 24)
  if (lead < 0xe0) return ((lead & 0x1f) << 6) | (bytes[at + 1]! & 0x3f) | (2 << 24)
  if (lead < 0xf0)
    return ((lead & 0xf) << 12) | ((bytes[at + 1]! & 0x3f) << 6) | (bytes[at + 2]! & 0x3f) | (3 << 24)
  const high = ((lead & 7) << 18) | ((bytes[at + 1]! & 0x3f) << 12)
  return high | ((bytes[at + 2]! & 0x3f) << 6) | (bytes[at + 3]! & 0x3f) | (4 << 24)
}

/** Class of the character at `at`, and above the lowest two bits its length in bytes. */
export const characterAt = (bytes: Uint8Array, at: number): number => {
  const point = pointAt(bytes, at)
  return characterClasses[point & 0xffffff]! | ((point >> 24) << 2)
}

/** Where the run of characters of class `kind` that begins at `start` ends. */
export const runEnd = (bytes: Uint8Array, start: number, end: number, kind: number): number => {
  let at = start
  while (at < end) {
    const character = characterAt(bytes, at)
    if ((character & 3) !== kind) break
    at += character >> 2
  }
  return at
}

/** `\s+(?!\S)|\s+`: white space up to the last one before a word, or that one alone, or all of it at the end. */
export const spaceEnd = (bytes: Uint8Array, start: number, end: number): number => {
  let at = start
  let last = start
  while (at < end) {
    const character = characterAt(bytes, at)
    if ((character & 3) !== space) break
    last = at
    at += character >> 2
  }
  return at === end || last === start ? at : last
}

/** `\s*[\r\n]+|\s+(?!\S)|\s+`: white space through its last line break, if it has one. */
export const linesEnd = (bytes: Uint8Array, start: number, end: number): number => {
  for (let at = runEnd(bytes, start, end, space); at > start; at--) if (isLineBreak(bytes[at - 1]!)) return at
  return spaceEnd(bytes, start, end)
}

export const isLineBreak = (byte: number): boolean => byte === 0x0a || byte === 0x0d

/** Bytes after an apostrophe that make `s t m d re ve ll`, else 0. `fold` 0x20 ignores the case of ASCII letters. */
export const contraction = (bytes: Uint8Array, at: number, end: number, fold: 0 | 0x20): number => {
  if (at >= end) return 0
  const a = bytes[at]! | fold
  if (a === 0x73 || a === 0x74 || a === 0x6d || a === 0x64) return 1
  if (at + 1 >= end) return 0
  const b = bytes[at + 1]! | fold
  // U+017F, long s: the other case of s
  if (fold !== 0 && bytes[at] === 0xc5 && bytes[at + 1] === 0xbf) return 2
  return (a === 0x72 && b === 0x65) || (a === 0x76 && b === 0x65) || (a === 0x6c && b === 0x6c) ? 2 : 0
}

/** Up to three numbers that begin at `start`, the first of which ends at `after`. */
export const threeNumbersEnd = (bytes: Uint8Array, after: number, end: number, number: number): number => {
  let at = after
  for (let digits = 1; digits < 3 && at < end; digits++) {
    const next = characterAt(bytes, at)
    if ((next & 3) !== number) break
    at += next >> 2
  }
  return at
}
