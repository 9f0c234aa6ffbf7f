// From the pieces of text that a page of a PDF draws, wherever it draws them, to lines in the order in which people read them.

/** A piece of text and where it stands, in points from the lower left corner. */
export interface Piece {
  readonly text: string
  readonly x: number
  readonly y: number
  readonly width: number
  /** of the font */
  readonly size: number
  /** of a typewriter: its lines are code, and stay lines */
  readonly mono: boolean
}

export interface Line {
  readonly text: string
  readonly left: number
  readonly right: number
  readonly y: number
  readonly size: number
  readonly mono: boolean
}

/** share of the font size by which a baseline may differ within a line: superscripts stand higher */
const sameLine = 0.45
/** a gap that is wider than this many font sizes is no space between words */
const wideGap = 1.6
const wordGap = 0.15
/** where the gap between two columns may be, as a share of the width of what is printed */
const gutterFrom = 0.3
const gutterTo = 0.7
/** Lines of two columns nearly fill them; those of a table do not. */
const fills = 0.6
const mostCrossing = 0.25
const leastLines = 6

export const linesOf = (pieces: ReadonlyArray<Piece>): ReadonlyArray<Line> => {
  const segments = segmentsOf(pieces)
  const gutter = gutterOf(segments)
  return gutter === undefined ? joinSegments(segments) : inColumns(segments, gutter)
}

/** Pieces on one baseline without a wide gap between them, from the top of the page down. */
const segmentsOf = (pieces: ReadonlyArray<Piece>): ReadonlyArray<Line> => {
  const rows: Array<Array<Piece>> = []
  for (const piece of pieces.toSorted((a, b) => b.y - a.y)) {
    const row = rows.at(-1)
    const last = row?.[0]
    if (
      row !== undefined &&
      last !== undefined &&
      last.y - piece.y <= sameLine * Math.max(last.size, piece.size)
    )
      row.push(piece)
    else rows.push([piece])
  }
  return rows.flatMap((row) => {
    const parts: Array<Array<Piece>> = []
    let end = Number.NEGATIVE_INFINITY
    for (const piece of row.toSorted((a, b) => a.x - b.x)) {
      if (parts.length === 0 || piece.x - end > wideGap * piece.size) parts.push([piece])
      else parts.at(-1)?.push(piece)
      end = Math.max(end, piece.x + piece.width)
    }
    return parts.map(lineOf)
  })
}

const lineOf = (pieces: ReadonlyArray<Piece>): Line => {
  let text = ""
  let right = Number.NEGATIVE_INFINITY
  let widest: Piece | undefined
  let mono = 0
  for (const piece of pieces) {
    const apart = right !== Number.NEGATIVE_INFINITY && piece.x - right > wordGap * piece.size
    if (
      apart &&
      !text.endsWith(" ") &&
      !piece.text.startsWith(" ") &&
      !(isWide(text.at(-1)) && isWide(piece.text.at(0)))
    )
      text += " "
    text += piece.text
    right = Math.max(right, piece.x + piece.width)
    if (widest === undefined || piece.width > widest.width) widest = piece
    mono += piece.mono ? piece.width : -piece.width
  }
  const first = pieces[0]
  return {
    text: text.replace(/[ \u00A0]+/gu, " ").trim(),
    left: first?.x ?? 0,
    right,
    y: widest?.y ?? 0,
    size: widest?.size ?? 0,
    mono: mono > 0
  }
}

/** Characters that are written without spaces between them. */
export const isWide = (character: string | undefined): boolean =>
  character !== undefined && /[\u2E80-\u312F\u3190-\uA4CF\uF900-\uFAFF\uFE30-\uFFEF]/u.test(character)

/** Where the gap between two columns is; undefined for a page with one. */
const gutterOf = (segments: ReadonlyArray<Line>): number | undefined => {
  const left = Math.min(...segments.map((one) => one.left))
  const right = Math.max(...segments.map((one) => one.right))
  const width = right - left
  let best: { readonly x: number; readonly crossing: number } | undefined
  for (let share = gutterFrom; share <= gutterTo; share += 0.01) {
    const x = left + share * width
    const crossing = segments.reduce((sum, one) => sum + Number(one.left < x && one.right > x), 0)
    // of equally good places the one nearest to the middle
    const better = best === undefined || crossing < best.crossing
    const nearer =
      best?.crossing === crossing && Math.abs(share - 0.5) < Math.abs((best.x - left) / width - 0.5)
    if (better || nearer) best = { x, crossing }
  }
  if (best === undefined || best.crossing > mostCrossing * segments.length) return undefined
  const { x } = best
  const before = segments.filter((one) => one.right <= x)
  const behind = segments.filter((one) => one.left >= x)
  if (Math.min(before.length, behind.length) < leastLines) return undefined
  const filled = (column: ReadonlyArray<Line>, wide: number): boolean =>
    median(column.map((one) => one.right - one.left)) >= fills * wide
  return filled(before, x - left) && filled(behind, right - x) ? x : undefined
}

const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

/** What goes over both columns parts the page; above and below it the left column comes before the right one. */
const inColumns = (segments: ReadonlyArray<Line>, gutter: number): ReadonlyArray<Line> => {
  const lines: Array<Line> = []
  let left: Array<Line> = []
  let right: Array<Line> = []
  const flush = (): void => {
    lines.push(...joinSegments(left), ...joinSegments(right))
    left = []
    right = []
  }
  for (const one of segments) {
    if (one.right <= gutter) left.push(one)
    else if (one.left >= gutter) right.push(one)
    else {
      flush()
      lines.push(one)
    }
  }
  flush()
  return lines
}

/** Parts of one line, such as the cells of a table's row. */
const joinSegments = (segments: ReadonlyArray<Line>): ReadonlyArray<Line> => {
  const lines: Array<Line> = []
  for (const one of segments) {
    const last = lines.at(-1)
    if (
      last !== undefined &&
      last.right <= one.left &&
      Math.abs(last.y - one.y) <= sameLine * Math.max(last.size, one.size)
    ) {
      const gap = last.mono ? "  " : " "
      lines[lines.length - 1] = { ...last, text: `${last.text}${gap}${one.text}`, right: one.right }
    } else if (one.text !== "") lines.push(one)
  }
  return lines
}
