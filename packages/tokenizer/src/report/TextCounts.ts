// What a text has of itself, whoever cuts it.

export interface TextCounts {
  /** UTF-8 */
  readonly bytes: number
  /** code points */
  readonly characters: number
  readonly words: number
}

/** A letter of a script without spaces is a word of its own; else letters, marks and digits that stand together are. */
const word =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}])[\p{L}\p{M}\p{N}])+/gu

export const countText = (text: string): TextCounts => {
  let words = 0
  for (const _ of text.matchAll(word)) words++
  let characters = text.length
  for (let i = 1; i < text.length; i++)
    if ((text.charCodeAt(i) & 0xfc00) === 0xdc00 && (text.charCodeAt(i - 1) & 0xfc00) === 0xd800) characters--
  return { bytes: Buffer.byteLength(text), characters, words }
}
