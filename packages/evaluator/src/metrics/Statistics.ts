// What each segment adds to the sums that a corpus score is made of, so that sentences, the corpus and resamples of it are
// scored from one pass over the text.

export interface Statistics {
  readonly segments: number
  /** numbers a segment */
  readonly width: number
  /** [segments, width], row after row */
  readonly rows: Float64Array
}

/** Makes the table; `fill` writes what one segment adds. */
export const make = (
  segments: number,
  width: number,
  fill: (segment: number, row: Float64Array) => void
): Statistics => {
  const rows = new Float64Array(segments * width)
  for (let at = 0; at < segments; at++) fill(at, rows.subarray(at * width, (at + 1) * width))
  return { segments, width, rows }
}

/** What one segment adds. */
export const row = ({ rows, width }: Statistics, segment: number): Float64Array =>
  rows.subarray(segment * width, (segment + 1) * width)

/** Sums over all segments, or over those drawn. */
export const sums = ({ rows, segments, width }: Statistics, drawn?: ArrayLike<number>): Float64Array => {
  const total = new Float64Array(width)
  const count = drawn === undefined ? segments : drawn.length
  for (let at = 0; at < count; at++) {
    const from = (drawn === undefined ? at : drawn[at]!) * width
    for (let i = 0; i < width; i++) total[i]! += rows[from + i]!
  }
  return total
}

/** The score of each segment by itself. */
export const each = (statistics: Statistics, score: (row: Float64Array) => number): Float64Array =>
  Float64Array.from({ length: statistics.segments }, (_, at) => score(row(statistics, at)))
