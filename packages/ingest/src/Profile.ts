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

export const profile = (text: string): Profile => {
  const table = classes()
  const histogram = new Uint32Array(256)
  let bytes = 0
  let chars = 0
  let words = 0
  let longestLine = 0
  let lineStart = 0
  let afterSpace = true
  const { length } = text
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i)
    let at = table[unit] ?? 0
    if (unit < 0x80) {
      bytes++
      if (unit === 10) {
        if (i - lineStart > longestLine) longestLine = i - lineStart
        lineStart = i + 1
      }
    } else if (unit < 0x800) bytes += 2
    else if (unit >= 0xd800 && unit < 0xdc00 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      bytes += 4
      at = classOfSupplementary(text.codePointAt(i) ?? 0)
      i++
    } else bytes += 3
    chars++
    histogram[at] = (histogram[at] ?? 0) + 1
    const space = at >> 5 === kinds.space
    if (afterSpace && !space) words++
    afterSpace = space
  }
  if (length - lineStart > longestLine) longestLine = length - lineStart
  const total = (kind: number): number => {
    let sum = 0
    for (let script = 0; script < 32; script++) sum += histogram[classOf(kind, script)] ?? 0
    return sum
  }
  return {
    chars,
    bytes,
    words,
    longestLine,
    letters: total(kinds.letter),
    digits: total(kinds.digit),
    spaces: total(kinds.space),
    controls: total(kinds.control),
    replacements: total(kinds.replacement),
    han: histogram[classOf(kinds.letter, han)] ?? 0,
    byScript: histogram.slice(classOf(kinds.letter, 0), classOf(kinds.letter, scripts.length))
  }
}
