// Which marks end a sentence, close a quotation or are no words, looked up by UTF-16 unit.

/** Bits of the table. */
export const marks = {
  /** what datatrove counts as no word (utils/text.py, PUNCTUATION and TERMINAL_PUNCTUATION) */
  punctuation: 1,
  /** Unicode's Sentence_Terminal */
  terminal: 2,
  /** quotes and brackets that may stand behind the end of a sentence */
  closer: 4,
  /** ends a sentence without a space behind it */
  wide: 8,
  /** a letter, digit or low line */
  word: 16,
  /** a word of its own: Han characters and kana */
  single: 32,
  letter: 64,
  space: 128
} as const

const ascii = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
const beyondAscii = "«´»–—’“”„…∶━►、。〈〉《》「」【】！％（），．：；？～"
const closers = "\"'”’»)]}」』）】》〉〕］"
const wide = "。！？…｡"
/** Khmer signs that datatrove has and Unicode has not */
const more = "៖៙៚"

let table: Uint8Array | undefined

/** Made at the first call. */
export const markTable = (): Uint8Array => (table ??= build())

const build = (): Uint8Array => {
  const made = new Uint8Array(0x1_0000)
  const add = (unit: number, bit: number): void => {
    made[unit] = (made[unit] ?? 0) | bit
  }
  const kinds: ReadonlyArray<readonly [pattern: RegExp, bits: number]> = [
    [/\p{Sentence_Terminal}/u, marks.terminal | marks.punctuation],
    [/[\p{L}\p{M}\p{Nd}_]/u, marks.word],
    [/[\p{L}\p{M}]/u, marks.letter],
    [/\s/u, marks.space],
    [/[[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]&&[\p{L}\p{M}]]/v, marks.single]
  ]
  for (let unit = 0; unit < 0x1_0000; unit++) {
    if (unit >= 0xd800 && unit < 0xe000) continue
    const character = String.fromCharCode(unit)
    for (const [pattern, bits] of kinds) if (pattern.test(character)) add(unit, bits)
  }
  const lists: ReadonlyArray<readonly [characters: string, bits: number]> = [
    [ascii + beyondAscii, marks.punctuation],
    [closers, marks.closer],
    [wide, marks.wide],
    [more, marks.terminal | marks.punctuation]
  ]
  for (const [characters, bits] of lists) {
    for (const character of characters) add(character.charCodeAt(0), bits)
  }
  return made
}
