// How text is cut into words before pieces are learned or looked up; no piece ever crosses a word. A scanner walks over
// UTF-8 bytes with a table of character classes and finds exactly the words that the regular expression finds.
import {
  apostrophe,
  blank,
  characterAt,
  contraction,
  isLineBreak,
  linesEnd,
  runEnd,
  spaceEnd,
  threeNumbersEnd
} from "./internal/ByteScan.ts"
import { wordEndO200k } from "./internal/CasedWords.ts"
import { letter, number, other, space } from "./internal/CharacterClasses.ts"

/**
 * `gpt2`: letters, numbers and the rest apart, a space before them kept. `gpt4`: also at most 3 digits in a word. `o200k`: also
 * apart where a capital follows a small letter.
 */
export const patterns = ["gpt2", "gpt4", "o200k"] as const
export type Pattern = (typeof patterns)[number]

/** The regular expressions as GPT-2, GPT-4 (cl100k) and GPT-4o publish them; Hugging Face files carry the others as text. */
export const expressions: Readonly<Record<Pattern, string>> = {
  gpt2: String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`,
  gpt4: String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  o200k: [
    String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?`,
    String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?`,
    String.raw`\p{N}{1,3}`,
    String.raw` ?[^\s\p{L}\p{N}]+[\r\n/]*`,
    String.raw`\s*[\r\n]+`,
    String.raw`\s+(?!\S)`,
    String.raw`\s+`
  ].join("|")
}

/** Where the word that begins at `start` ends; bytes must be valid UTF-8 and `start < end`. */
export type WordEnd = (bytes: Uint8Array, start: number, end: number) => number

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
  if (kind === number) return threeNumbersEnd(bytes, after, end, number)
  if (after < end && !isLineBreak(first) && (characterAt(bytes, after) & 3) === letter)
    return runEnd(bytes, after, end, letter)
  const isRest =
    kind === other || (first === blank && after < end && (characterAt(bytes, after) & 3) === other)
  if (!isRest) return linesEnd(bytes, start, end)
  let at = runEnd(bytes, after, end, other)
  while (at < end && isLineBreak(bytes[at]!)) at++
  return at
}

const wordEnds: Readonly<Record<Pattern, WordEnd>> = {
  gpt2: wordEndGpt2,
  gpt4: wordEndGpt4,
  o200k: wordEndO200k
}

export const wordEnd = (pattern: Pattern): WordEnd => wordEnds[pattern]
