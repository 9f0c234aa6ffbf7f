// Cuts text for training into runs that no piece crosses: words, which begin with `▁`, and within them ideographs, other
// letters and the rest apart. SentencePiece learns under the same rule (`split_by_unicode_script`). Because the runs are
// independent of each other, counting each different one once gives the same result as reading the text, and text without
// spaces comes in runs as short as words: from one sign of punctuation to the next.

/** A space as pieces spell it. */
export const meta = "▁"
const metaPoint = 0x2581

/** Longer runs are cut between characters; at 16 characters a piece, few pieces are lost. */
const longestRun = 32

/** Class of each code point once asked: 0 not asked yet. */
const classes = new Uint8Array(0x110000)
const joins = 1
const ideograph = 2
const letter = 3
const rest = 4

const ask = (point: number): number => {
  const character = String.fromCodePoint(point)
  if (point === metaPoint || /[\p{M}\u200c\u200d]/u.test(character)) return joins
  // the long vowel mark and the iteration marks belong to kana and Han, whatever script they are listed under
  if (/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}ー々〆]/u.test(character))
    return ideograph
  return /\p{L}/u.test(character) ? letter : rest
}

export interface RunOptions {
  /** may a piece hold letters and punctuation, or Han and Latin, together? */
  readonly mixed: boolean
}

/** Called for each run `bytes[start .. end)`. */
export type OnRun = (bytes: Uint8Array, start: number, end: number) => void

/** Called for each code point. */
export type OnCharacter = (point: number) => void

/** Valid UTF-8 in, runs and characters out, in order. */
export const forEachRun = (
  bytes: Uint8Array,
  end: number,
  { mixed, onCharacter, onRun }: RunOptions & { readonly onRun: OnRun; readonly onCharacter: OnCharacter }
): void => {
  let start = 0
  let characters = 0
  let kind = joins
  for (let at = 0; at < end;) {
    const next = at + characterBytes(bytes[at]!)
    const point = codePoint(bytes, at)
    onCharacter(point)
    const own = (classes[point] ||= ask(point))
    const isCut =
      point === metaPoint ||
      characters === longestRun ||
      (!mixed && own !== joins && kind !== joins && own !== kind)
    if (isCut && at > start) {
      onRun(bytes, start, at)
      start = at
      characters = 0
      kind = joins
    }
    if (own !== joins) kind = own
    characters++
    at = next
  }
  if (end > start) onRun(bytes, start, end)
}

/** Bytes of the UTF-8 character that begins with this one. */
export const characterBytes = (lead: number): number =>
  lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4

/** The character at a place of valid UTF-8. */
export const codePoint = (bytes: Uint8Array, at: number): number => {
  const lead = bytes[at]!
  if (lead < 0x80) return lead
  if (lead < 0xe0) return ((lead & 0x1f) << 6) | (bytes[at + 1]! & 0x3f)
  if (lead < 0xf0) return ((lead & 0xf) << 12) | ((bytes[at + 1]! & 0x3f) << 6) | (bytes[at + 2]! & 0x3f)
  const high = ((lead & 7) << 18) | ((bytes[at + 1]! & 0x3f) << 12)
  return high | ((bytes[at + 2]! & 0x3f) << 6) | (bytes[at + 3]! & 0x3f)
}
