// The words of o200k: a change from small letters to capitals begins a new one, and contractions stay with their word.
import {
  apostrophe,
  blank,
  characterAt,
  contraction,
  isLineBreak,
  linesEnd,
  pointAt,
  runEnd,
  threeNumbersEnd
} from "./ByteScan.ts"
import { characterCases as cases, closes, opens } from "./CharacterCases.ts"
import { letter, number, other } from "./CharacterClasses.ts"

const slash = 0x2f

/** Where a word by o200k's expression ends; the regular expression's backtracking is spelled out. */
export const wordEndO200k = (bytes: Uint8Array, start: number, end: number): number => {
  const first = characterAt(bytes, start)
  const kind = first & 3
  const after = start + (first >> 2)
  if (kind === number) return threeNumbersEnd(bytes, after, end, number)
  if (kind === letter) return wordEnd(bytes, start, end, false)
  // a mark can be the character before a word, or else its first letter; capitals alone come last
  const isMark = (cases[pointAt(bytes, start) & 0xffffff]! & closes) !== 0
  if (!isLineBreak(bytes[start]!)) {
    const stop = after < end ? wordEnd(bytes, after, end, isMark) : -1
    if (stop >= 0) return stop
  }
  if (isMark) return wordEnd(bytes, start, end, false)
  const isRest =
    kind === other || (bytes[start] === blank && after < end && (characterAt(bytes, after) & 3) === other)
  if (!isRest) return linesEnd(bytes, start, end)
  let at = runEnd(bytes, after, end, other)
  while (at < end && (isLineBreak(bytes[at]!) || bytes[at] === slash)) at++
  return at
}

/**
 * `[U]*[L]+(contraction)?|[U]+[L]*(contraction)?` at `start`, where U are characters that open a word and L those that close
 * it; -1 if there is none. Where no small letter follows the first part, it gives back what comes after the last
 * character that may close. `mustClose`: the first alternative only.
 */
const wordEnd = (bytes: Uint8Array, start: number, end: number, mustClose: boolean): number => {
  let at = start
  let closed = -1
  while (at < end) {
    const point = pointAt(bytes, at)
    const its = cases[point & 0xffffff]!
    if ((its & opens) === 0) break
    at += point >> 24
    if ((its & closes) !== 0) closed = at
  }
  let stop = at
  while (stop < end) {
    const point = pointAt(bytes, stop)
    if ((cases[point & 0xffffff]! & closes) === 0) break
    stop += point >> 24
  }
  if (stop === at) {
    if (closed >= 0) stop = closed
    else if (mustClose || stop === start) return -1
  }
  if (stop < end && bytes[stop] === apostrophe) {
    const length = contraction(bytes, stop + 1, end, 0x20)
    if (length > 0) return stop + 1 + length
  }
  return stop
}
