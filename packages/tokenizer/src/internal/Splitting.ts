// What becomes of the parts of a text that a pattern matches and of those between, as Hugging Face's files name it.
import { Schema } from "effect"

export const Behavior = Schema.Literals([
  "Removed",
  "Isolated",
  "MergedWithPrevious",
  "MergedWithNext",
  "Contiguous"
])
export type Behavior = typeof Behavior.Type

/** A part `[start, end)` of a text and whether the pattern matches it. */
export interface Stretch {
  readonly start: number
  readonly end: number
  readonly isMatch: boolean
}

/** The parts that stay, of stretches that cover the text in order. */
export const split = (
  stretches: ReadonlyArray<Stretch>,
  behavior: Behavior
): ReadonlyArray<{ readonly start: number; readonly end: number }> => {
  switch (behavior) {
    case "Removed":
      return stretches.filter(({ isMatch }) => !isMatch)
    case "Isolated":
      return stretches
    default:
      return merged(stretches, behavior)
  }
}

const merged = (stretches: ReadonlyArray<Stretch>, behavior: Behavior) => {
  const backwards = behavior === "MergedWithNext"
  const parts: Array<{ start: number; end: number }> = []
  let previous = false
  for (const { start, end, isMatch } of backwards ? stretches.toReversed() : stretches) {
    const last = parts.at(-1)
    const joins = behavior === "Contiguous" ? isMatch === previous : isMatch && !previous
    if (joins && last !== undefined) {
      if (backwards) last.start = start
      else last.end = end
    } else parts.push({ start, end })
    previous = isMatch
  }
  return backwards ? parts.toReversed() : parts
}

/** Stretches of a string by the matches of a global expression, in UTF-16 units; empty matches are between two stretches. */
export const stretchesOf = (text: string, expression: RegExp, invert: boolean): ReadonlyArray<Stretch> => {
  const stretches: Array<Stretch> = []
  let at = 0
  for (const found of text.matchAll(expression)) {
    const start = found.index
    const end = start + found[0].length
    if (start > at) stretches.push({ start: at, end: start, isMatch: invert })
    if (end > start) stretches.push({ start, end, isMatch: !invert })
    at = end
  }
  if (at < text.length) stretches.push({ start: at, end: text.length, isMatch: invert })
  return stretches
}
