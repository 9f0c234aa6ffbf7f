// One pass over a text counts what most rules need.
import { classes, classOf, classOfSupplementary, kinds, scripts } from "./Characters.ts"

const han = scripts.indexOf("Hani")

export interface Profile {
  /** code points */
  readonly chars: number
  /** in UTF-8 */
  readonly bytes: number
  readonly letters: number
  readonly digits: number
  readonly spaces: number
  readonly controls: number
  /** U+FFFD and lone halves of surrogate pairs */
  readonly replacements: number
  /** runs of characters between white space */
  readonly words: number
  /** in UTF-16 units */
  readonly longestLine: number
  readonly han: number
  /** letters by script, in the order of `scripts` */
  readonly byScript: Uint32Array
}

// Units are copied out of the string in pieces: reading a typed array is twice as fast as charCodeAt.
const pieceUnits = 2 ** 14
const units = new Uint16Array(pieceUnits)
const unitBytes = Buffer.from(units.buffer)

export const profile = (text: string): Profile => {
  const table = classes()
  const histogram = new Uint32Array(256)
  let pairs = 0
  let words = 0
  let afterSpace = 1
  for (let from = 0; from < text.length; from += pieceUnits) {
    const n = unitBytes.write(text.slice(from, from + pieceUnits), "utf16le") / 2
    for (let i = 0; i < n; i++) {
      const unit = units[i] ?? 0
      let at = table[unit] ?? 0
      if (unit >= 0xd800 && unit < 0xe000) {
        const codePoint = text.codePointAt(from + i) ?? 0
        if (codePoint > 0xffff) {
          // the high half of a pair; the low half comes next, perhaps in the next piece
          pairs++
          continue
        }
        const before = from + i === 0 ? 0 : (text.codePointAt(from + i - 1) ?? 0)
        if (before > 0xffff) at = classOfSupplementary(before)
      }
      histogram[at] = (histogram[at] ?? 0) + 1
      // no branch here: where words end cannot be predicted
      const space = Number(at >> 5 === kinds.space)
      words += afterSpace & (space ^ 1)
      afterSpace = space
    }
  }
  const total = (kind: number): number => {
    let sum = 0
    for (let script = 0; script < 32; script++) sum += histogram[classOf(kind, script)] ?? 0
    return sum
  }
  return {
    chars: text.length - pairs,
    bytes: Buffer.byteLength(text),
    words,
    longestLine: longestLine(text),
    letters: total(kinds.letter),
    digits: total(kinds.digit),
    spaces: total(kinds.space),
    controls: total(kinds.control),
    replacements: total(kinds.replacement),
    han: histogram[classOf(kinds.letter, han)] ?? 0,
    byScript: histogram.slice(classOf(kinds.letter, 0), classOf(kinds.letter, scripts.length))
  }
}

const longestLine = (text: string): number => {
  let longest = 0
  let from = 0
  for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", from)) {
    if (end - from > longest) longest = end - from
    from = end + 1
  }
  return Math.max(longest, text.length - from)
}
