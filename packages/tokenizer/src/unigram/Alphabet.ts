// The characters that get pieces, and the counted runs written in them.
import { growBytes, growFloat64, growInt32 } from "../internal/Grow.ts"
import type { WordTable } from "../internal/WordTable.ts"
import type { CountedRuns } from "./Lattice.ts"
import { codePoint, characterBytes } from "./Runs.ts"
import type { RunText } from "./Seeds.ts"

export interface DroppedCharacter {
  readonly character: string
  readonly count: number
}

export interface Alphabet {
  /** code points, ascending */
  readonly points: Int32Array
  /** characters of the text that get no piece, frequent ones first */
  readonly dropped: ReadonlyArray<DroppedCharacter>
}

/** The most frequent characters until they make up `coverage` of the text, at most `most`; equally frequent ones by code point. */
export const chooseAlphabet = (
  counts: Float64Array,
  { coverage, most }: { readonly coverage: number; readonly most: number }
): Alphabet => {
  const points: Array<number> = []
  let total = 0
  for (let point = 0; point < counts.length; point++) {
    if (counts[point] === 0) continue
    points.push(point)
    total += counts[point]!
  }
  points.sort((a, b) => counts[b]! - counts[a]! || a - b)
  let covered = 0
  let kept = 0
  while (kept < Math.min(points.length, most) && covered < coverage * total)
    covered += counts[points[kept++]!]!
  return {
    points: Int32Array.from(points.slice(0, kept)).toSorted(),
    dropped: points
      .slice(kept)
      .map((point) => ({ character: String.fromCodePoint(point), count: counts[point]! }))
  }
}

/** The runs as characters for the seeds and as bytes for the lattice; a character without a piece cuts its run in two. */
export const writeRuns = (
  runs: WordTable,
  runCounts: Float64Array,
  alphabet: Alphabet
): { readonly text: Omit<RunText, "characterCounts">; readonly counted: CountedRuns } => {
  const numberOf = new Int32Array(0x110000)
  for (const [n, point] of alphabet.points.entries()) numberOf[point] = n + 1
  let text = new Int32Array(1 << 12)
  let owners = new Int32Array(1 << 12)
  let bytes = new Uint8Array(1 << 12)
  let starts = new Int32Array(1 << 10)
  let counts = new Float64Array(1 << 10)
  let [length, end, size] = [0, 0, 0]
  const cut = (run: number): void => {
    if (end === starts[size]!) return
    text[length] = 0
    owners[length++] = run
    counts[size++] = runCounts[run]!
    starts[size] = end
  }
  for (let run = 0; run < runs.size; run++) {
    const stop = runs.starts[run + 1]!
    const most = stop - runs.starts[run]!
    text = room(text, length + 2 * most, growInt32)
    owners = room(owners, length + 2 * most, growInt32)
    bytes = room(bytes, end + most, growBytes)
    starts = room(starts, size + most + 1, growInt32)
    counts = room(counts, size + most + 1, growFloat64)
    for (let at = runs.starts[run]!; at < stop;) {
      const next = at + characterBytes(runs.bytes[at]!)
      const number = numberOf[codePoint(runs.bytes, at)]!
      if (number === 0) cut(run)
      else {
        text[length] = number
        owners[length++] = run
        for (let i = at; i < next; i++) bytes[end++] = runs.bytes[i]!
      }
      at = next
    }
    cut(run)
  }
  return {
    text: {
      text: text.slice(0, length),
      countAt: (position) => runCounts[owners[position]!]!,
      alphabet: alphabet.points
    },
    counted: {
      strings: { bytes: bytes.slice(0, end), starts: starts.slice(0, size + 1) },
      counts: counts.slice(0, size)
    }
  }
}

const room = <A extends { readonly length: number }>(
  array: A,
  length: number,
  grow: (from: A, length: number) => A
): A => (length <= array.length ? array : grow(array, length))
