// The four Unicode forms, with what became of each character: Hugging Face's alignments count characters that were added and
// left out, so a form is worked out character by character. Marks' order and compositions are asked of the engine.
import { eachRange } from "./CodeRanges.ts"

export type Form = "NFC" | "NFD" | "NFKC" | "NFKD"

/** Characters of a run and what each does: 1 is new, 0 stands for the next one of the run, -n for that and n more. */
export interface Normalized {
  readonly codePoints: ReadonlyArray<number>
  readonly changes: ReadonlyArray<number>
}

/** Code points that got their decompositions after Unicode 12, which is what Hugging Face knows. */
const later =
  "a2n 1 n3l 4 ok 1 hun 1 q 1 bg 5 1 16 1 9 2bs 1 1 1 8 1 2 1 1f 1 1 2 12n 1 e7c 8 2f3 3 iuj 10 3sm 1q 3cu 1 22r a"

/** Marks that got their combining class after Unicode 9, which is what Hugging Face knows of those: it never moves them. */
const laterMarks =
  "1kt 1 49 9 16 a 8a 1 fx 1 72 2 al 1 1ne 1 q1 v 2 c lm 5 rap 1 iho 1 q 1 1fj 4 1t 5 8t 2 25 2 1 3 1y b 1d 4 6i 1 ju 1 1z 1 1 1 8 1 2 1 1f 1 1 2 5 3 3x 1 re 2 71 1 4 2 4 1 4c 1 2b 1 i 1 29 1 iw 1 1 2 29 1 bt 2 d0e 8 6 1 2ew 3 hx 2 m8t 1 4g 7 af 1 1p 4 e4 4 72 2 6r 1 2 1 7 2 5 1"

const pointsOf = (ranges: string): ReadonlySet<number> => {
  const points = new Set<number>()
  eachRange(ranges, (from, to) => {
    for (let at = from; at < to; at++) points.add(at)
  })
  return points
}
const laterPoints = pointsOf(later)
const laterMarkPoints = pointsOf(laterMarks)
const isLater = (codePoint: number) => laterPoints.has(codePoint)

const codePointsOf = (text: string): ReadonlyArray<number> =>
  Array.from(text, (character) => character.codePointAt(0) ?? 0)

/** Whether canonical order puts the second of two characters first. */
const isReversed = (first: number, second: number): boolean => {
  const pair = String.fromCodePoint(first, second)
  return pair.normalize("NFD") !== pair
}
const lowestClass = 0x334 // 1
const highestClass = 0x345 // 240
/** Canonical combining class 0. */
const isStarter = (codePoint: number): boolean =>
  codePoint < 0x300 ||
  laterMarkPoints.has(codePoint) ||
  (!isReversed(highestClass, codePoint) && !isReversed(codePoint, lowestClass))

/** Two characters as one, or -1. */
const composed = (first: number, second: number): number => {
  const [only, ...others] = codePointsOf(String.fromCodePoint(first, second).normalize("NFC"))
  return only === undefined || others.length > 0 || isLater(only) ? -1 : only
}

interface Piece {
  readonly codePoint: number
  readonly change: number
}

const decompose = (run: string, form: "NFD" | "NFKD"): ReadonlyArray<Piece> => {
  const pieces: Array<Piece> = []
  for (const character of run) {
    const whole = character.codePointAt(0) ?? 0
    const parts = isLater(whole) ? [whole] : codePointsOf(character.normalize(form))
    for (const [index, codePoint] of parts.entries()) {
      const piece = { codePoint, change: index === 0 ? 0 : 1 }
      // marks in canonical order: a stable insertion
      let place = pieces.length
      if (!isStarter(codePoint))
        while (
          place > 0 &&
          !isStarter(pieces[place - 1]!.codePoint) &&
          isReversed(pieces[place - 1]!.codePoint, codePoint)
        )
          place--
      pieces.splice(place, 0, piece)
    }
  }
  return pieces
}

/** Canonical composition (Unicode Standard Annex 15), which adds up the changes of what it puts together. */
const compose = (pieces: ReadonlyArray<Piece>): ReadonlyArray<Piece> => {
  const done: Array<Piece> = []
  let starter = -1
  for (const piece of pieces) {
    const { change, codePoint } = piece
    const kept = done[starter]
    if (kept !== undefined) {
      const last = done.length - 1
      const between = last > starter ? done[last]!.codePoint : undefined
      // blocked by a mark of the same class before it
      const isBlocked =
        between !== undefined &&
        (isStarter(codePoint) || (!isReversed(codePoint, between) && !isReversed(between, codePoint)))
      const whole = isBlocked ? -1 : composed(kept.codePoint, codePoint)
      if (whole >= 0) {
        done[starter] = { codePoint: whole, change: kept.change + change - 1 }
        continue
      }
    }
    done.push(piece)
    if (isStarter(codePoint)) starter = done.length - 1
  }
  return done
}

/** A run of characters in a form. Runs are cut where nothing reaches across. */
export const normalized = (run: string, form: Form): Normalized => {
  const isComposed = form === "NFC" || form === "NFKC"
  const pieces = decompose(run, form === "NFC" || form === "NFD" ? "NFD" : "NFKD")
  const done = isComposed ? compose(pieces) : pieces
  return { codePoints: done.map(({ codePoint }) => codePoint), changes: done.map(({ change }) => change) }
}
