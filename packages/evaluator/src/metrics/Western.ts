// The rules for western languages of mteval-v13a, which the tokenizers 13a and zh share. sacreBLEU has four regular expressions
// (sacrebleu/tokenizers/tokenizer_re.py), one after another; here they are one pass:
//   1. [{-~[-` -&(-+:-@/] is a word of its own.
//   2. ([^0-9])([.,]) -> "\1 \2 ": matches do not overlap, so in a run of stops they come in pairs.
//   3. ([.,])([^0-9]) -> " \1 \2": by then no stop touches another.
//   4. ([0-9])(-) -> "\1 \2 "
import { classes, chinese } from "./CharacterClass.ts"
import type { Codes } from "./Codes.ts"

const other = 0
const alone = 1
const stop = 2
const digit = 3
const dash = 4

const ascii = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code)
  if (/[{-~[-` -&(-+:-@/]/.test(character)) return alone
  if (character === "." || character === ",") return stop
  if (character === "-") return dash
  return code >= 0x30 && code <= 0x39 ? digit : other
})

const space = 0x20
const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39

export interface Western {
  /** as if there were a space before and after the text */
  readonly padded: boolean
  /** Chinese characters are words of their own */
  readonly units: boolean
}

/** Writes `from` with white space between its words. */
export const western = (from: Codes, to: Codes, { padded, units }: Western): void => {
  to.clear(3 * from.length)
  const [read, write] = [from.points, to.points]
  const end = from.length
  let length = 0
  for (let at = 0; at < end; at++) {
    const code = read[at]!
    const kind = code < 128 ? ascii[code]! : units && (classes(code) & chinese) !== 0 ? alone : other
    if (kind === other || kind === digit) write[length++] = code
    else if (kind === stop) {
      let last = at
      while (last + 1 < end && read[last + 1]! < 128 && ascii[read[last + 1]!] === stop) last++
      // rule 2 pairs each stop with what is before it, beginning after a digit (or nothing) with the second stop
      const free = at > 0 ? !isDigit(read[at - 1]!) : padded
      const paired = (last - at + 1) % 2 === (free ? 1 : 0)
      const parted = paired || (last + 1 < end ? !isDigit(read[last + 1]!) : padded)
      const several = last > at
      for (; at <= last; at++) {
        if (at < last || several || parted) write[length++] = space
        write[length++] = read[at]!
      }
      at--
      if (parted) write[length++] = space
    } else if (kind === alone || (at > 0 && isDigit(read[at - 1]!))) {
      write[length++] = space
      write[length++] = code
      write[length++] = space
    } else write[length++] = code
  }
  to.length = length
}
