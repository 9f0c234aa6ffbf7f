// Cuts words at characters of some kind.
import type { Cut } from "../Words.ts"
import { characterFlags } from "./CharacterFlags.ts"
import { type Behavior, split, type Stretch } from "./Splitting.ts"
import { codePointAt, lengthOf } from "./Utf8.ts"

/** Characters with a flag end words and are left out, or are words of one character. */
export const cutAt = (flag: number, behavior: "Removed" | "Isolated"): Cut => {
  const keepsThem = behavior === "Isolated"
  return (words, bytes, start, end) => {
    const flags = characterFlags()
    let from = start
    for (let at = start; at < end;) {
      const next = at + lengthOf(bytes[at]!)
      if ((flags[codePointAt(bytes, at)]! & flag) !== 0) {
        words.keep(from, at)
        if (keepsThem) words.keep(at, next)
        from = next
      }
      at = next
    }
    words.keep(from, end)
  }
}

/** As `cutAt` for any test and behavior; each character that matches is a match of its own. */
export const cutWhere =
  (isMatch: (codePoint: number) => boolean, behavior: Behavior): Cut =>
  (words, bytes, start, end) => {
    const stretches: Array<Stretch> = []
    let from = start
    for (let at = start; at < end;) {
      const next = at + lengthOf(bytes[at]!)
      if (isMatch(codePointAt(bytes, at))) {
        if (from < at) stretches.push({ start: from, end: at, isMatch: false })
        stretches.push({ start: at, end: next, isMatch: true })
        from = next
      }
      at = next
    }
    if (from < end) stretches.push({ start: from, end, isMatch: false })
    for (const part of split(stretches, behavior)) words.keep(part.start, part.end)
  }
