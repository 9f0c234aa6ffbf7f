// Rewrites a text character by character, with nothing done where nothing changes.
import type { AlignedText } from "../AlignedText.ts"
import { codePointAt, lengthOf } from "./Utf8.ts"

/** Keeps the characters for which `keep` holds. */
export const filter = (text: AlignedText, keep: (codePoint: number) => boolean): void =>
  eachChange(
    text,
    (codePoint) => !keep(codePoint),
    () => undefined
  )

/** Puts another character for each for which `map` gives one. */
export const map = (text: AlignedText, mapped: (codePoint: number) => number): void =>
  eachChange(
    text,
    (codePoint) => mapped(codePoint) !== codePoint,
    (codePoint, at) => text.put(mapped(codePoint), at)
  )

/** Calls `write`, which puts something else, for the characters that change, and keeps the others. */
export const eachChange = (
  text: AlignedText,
  changes: (codePoint: number) => boolean,
  write: (codePoint: number, at: number) => void
): void => {
  const { bytes, length } = text
  let kept = -1
  for (let at = 0; at < length;) {
    const codePoint = codePointAt(bytes, at)
    const next = at + lengthOf(bytes[at]!)
    if (changes(codePoint)) {
      if (kept < 0) {
        text.begin()
        kept = 0
      }
      text.keep(kept, at)
      write(codePoint, at)
      kept = next
    }
    at = next
  }
  if (kept < 0) return
  text.keep(kept, length)
  text.end()
}
