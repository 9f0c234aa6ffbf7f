// How text is cut into words before pieces are learned or looked up; no piece ever crosses a word. A scanner walks over
// UTF-8 bytes with a table of character classes and finds exactly the words that the regular expression finds.
import { characterClasses, letter, number, other, space } from "./internal/CharacterClasses.ts"

/** `gpt2`: letters, numbers and the rest apart, a space before them kept. `gpt4`: also at most 3 digits in a word. */
export const patterns = ["gpt2", "gpt4"] as const
export type Pattern = (typeof patterns)[number]

/** The regular expressions as GPT-2 and GPT-4 (cl100k) publish them; Hugging Face files carry the second as text. */
export const expressions: Readonly<Record<Pattern, string>> = {
  gpt2: String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`,
  gpt4: String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
}

/** Where the word that begins at `start` ends; bytes must be valid UTF-8 and `start < end`. */
export type WordEnd = (bytes: Uint8Array, start: number, end: number) => number

export const wordEnd = (pattern: Pattern): WordEnd => (pattern === "gpt2" ? wordEndGpt2 : wordEndGpt4)

const apostrophe = 0x27
const blank = 0x20

/** Class of the character at `at`, and above the lowest two bits its length in bytes. */
const characterAt = (bytes: Uint8Array, at: number): number => {
  const lead = bytes[at]!
  if (lead < 0x80) return characterClasses[lead]! | (1 << 2)
  if (lead < 0xe0) return characterClasses[((lead & 0x1f) << 6) | (bytes[at + 1]! & 0x3f)]! | (2 << 2)
  if (lead < 0xf0) {
    const point = ((lead & 0xf) << 12) | ((bytes[at + 1]! & 0x3f) << 6) | (bytes[at + 2]! & 0x3f)
    return characterClasses[point]! | (3 << 2)
  }
  const high = ((lead & 7) << 18) | ((bytes[at + 1]! & 0x3f) << 12)
  return characterClasses[high | ((bytes[at + 2]! & 0x3f) << 6) | (bytes[at + 3]! & 0x3f)]! | (4 << 2)
}

const runEnd = (bytes: Uint8Array, start: number, end: number, kind: number): number => {
  let at = start
  while (at < end) {
    const character = characterAt(bytes, at)
    if ((character & 3) !== kind) break
    at += character >> 2
  }
  return at
}

/** `\s+(?!\S)|\s+`: white space up to the last one before a word, or that one alone, or all of it at the end. */
const spaceEnd = (bytes: Uint8Array, start: number, end: number): number => {
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

const wordEndGpt2: WordEnd = (bytes, start, end) => {
  const first = bytes[start]!
  if (first === apostrophe) {
    const length = contraction(bytes, start + 1, end, 0)
    if (length > 0) return start + 1 + length
  }
  let at = start
  let character = characterAt(bytes, at)
  if (first === blank && at + 1 < end) {
    const next = characterAt(bytes, at + 1)
    if ((next & 3) !== space) {
      character = next
      at++
    }
  }
  const kind = character & 3
  return kind === space ? spaceEnd(bytes, start, end) : runEnd(bytes, at + (character >> 2), end, kind)
}

/** Bytes after an apostrophe that make `s t m d re ve ll`, else 0. `fold` 0x20 ignores the case of ASCII letters. */
const contraction = (bytes: Uint8Array, at: number, end: number, fold: 0 | 0x20): number => {
  if (at >= end) return 0
  const a = bytes[at]! | fold
  if (a === 0x73 || a === 0x74 || a === 0x6d || a === 0x64) return 1
  if (at + 1 >= end) return 0
  const b = bytes[at + 1]! | fold
  // U+017F, long s: the other case of s
  if (fold !== 0 && bytes[at] === 0xc5 && bytes[at + 1] === 0xbf) return 2
  return (a === 0x72 && b === 0x65) || (a === 0x76 && b === 0x65) || (a === 0x6c && b === 0x6c) ? 2 : 0
}

const isLineBreak = (byte: number | undefined) => byte === 0x0a || byte === 0x0d

const wordEndGpt4: WordEnd = (bytes, start, end) => {
  const first = bytes[start]!
  if (first === apostrophe) {
    const length = contraction(bytes, start + 1, end, 0x20)
    if (length > 0) return start + 1 + length
  }
  const character = characterAt(bytes, start)
  const kind = character & 3
  const after = start + (character >> 2)
  if (kind === letter) return runEnd(bytes, after, end, letter)
  if (kind === number) {
    let at = after
    for (let digits = 1; digits < 3 && at < end; digits++) {
      const next = characterAt(bytes, at)
      if ((next & 3) !== number) break
      at += next >> 2
    }
    return at
  }
  if (after < end && !isLineBreak(first) && (characterAt(bytes, after) & 3) === letter)
    return runEnd(bytes, after, end, letter)
  const isRest =
    kind === other || (first === blank && after < end && (characterAt(bytes, after) & 3) === other)
  if (isRest) {
    let at = runEnd(bytes, after, end, other)
    while (at < end && isLineBreak(bytes[at])) at++
    return at
  }
  // white space: through the last line break of the run if it has one
  const runStop = runEnd(bytes, start, end, space)
  for (let at = runStop; at > start; at--) if (isLineBreak(bytes[at - 1])) return at
  return spaceEnd(bytes, start, end)
}
