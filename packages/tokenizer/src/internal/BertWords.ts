// Where BERT's parts let nothing reach across: white space, punctuation and Chinese characters.
import { characterFlags, isChinese, isPunctuation, isRemoved, isSpace } from "./CharacterFlags.ts"
import { codePointAt, lengthOf } from "./Utf8.ts"

export const inWord = 0
export const blank = 1
export const alone = 2

/** What each character of the first plane is; beyond it, all are in words. */
export const bertKinds = (chineseCharacters: boolean): Uint8Array => {
  const flags = characterFlags()
  const stands = isPunctuation | (chineseCharacters ? isChinese : 0)
  return Uint8Array.from({ length: 0x10000 }, (_, codePoint) => {
    const flag = flags[codePoint]!
    if ((flag & isRemoved) !== 0) return inWord
    if ((flag & isSpace) !== 0) return blank
    return (flag & stands) === 0 ? inWord : alone
  })
}

/** Where the run of characters in words that begins at `start` ends. */
export const bertWordEnd = (kinds: Uint8Array, bytes: Uint8Array, start: number, end: number): number => {
  let at = start
  while (at < end) {
    const lead = bytes[at]!
    if (lead < 0x80) {
      if (kinds[lead] !== inWord) break
      at++
      continue
    }
    const codePoint = codePointAt(bytes, at)
    if (codePoint < 0x10000 && kinds[codePoint] !== inWord) break
    at += lengthOf(lead)
  }
  return at
}
