// Curves over steps, with both axes, as lines of text.
import * as Width from "../view/Width.ts"
import { Canvas } from "./Canvas.ts"

export interface Curve {
  /** what stands behind its end */
  readonly name: string
  /** which colour */
  readonly ink: number
  /** in the order of the steps; equally many of both */
  readonly steps: ReadonlyArray<number>
  readonly values: ReadonlyArray<number>
}

export interface ChartOptions {
  readonly title: string
  /** of the whole, characters */
  readonly columns: number
  readonly rows: number
  /** Colours what has one ink; -1 is the frame. */
  readonly paint: (text: string, ink: number) => string
}

/** Four digits, small and large ones as powers: 3.214, 0.08312, 3.0e-4, 12300, 1.2e+7 */
export const figure = (value: number): string => {
  const size = Math.abs(value)
  if (value === 0) return "0"
  if (size < 1e-3 || size >= 1e6) return value.toExponential(1)
  return size >= 1000 ? String(Math.round(value)) : value.toPrecision(4)
}

interface Range {
  readonly least: number
  readonly most: number
}

/** Of finite numbers; never without width. */
const rangeOf = (numbers: ReadonlyArray<number>): Range => {
  let [least, most] = [Infinity, -Infinity]
  for (const number of numbers) {
    if (!Number.isFinite(number)) continue
    if (number < least) least = number
    if (number > most) most = number
  }
  if (least > most) return { least: 0, most: 1 }
  const margin = least === most ? Math.abs(least) * 0.05 || 1 : 0
  return { least: least - margin, most: most + margin }
}

/** Where a number lies on `dots` dots of a range. */
const place = (number: number, { least, most }: Range, dots: number): number =>
  Math.round(((number - least) / (most - least)) * (dots - 1))

/** Means of what falls on one dot from left to right: thousands of steps become a line that can be read. */
const thinned = ({ steps, values }: Curve, range: Range, dots: number) => {
  const sums = new Float64Array(dots)
  const counts = new Uint32Array(dots)
  for (const [i, step] of steps.entries()) {
    const value = values[i]!
    if (!Number.isFinite(value)) continue
    const x = place(step, range, dots)
    sums[x]! += value
    counts[x]! += 1
  }
  return Array.from(counts, (count, x) => [x, sums[x]! / count] as const).filter((_, x) => counts[x]! > 0)
}

/** Free rows for the names at the right, each as near as can be to where its curve ends. */
const seats = (ends: ReadonlyArray<number>, rows: number): ReadonlyArray<number | undefined> => {
  const taken = new Set<number>()
  return ends.map((end) => {
    for (let away = 0; away < rows; away += 1)
      for (const row of [end + away, end - away])
        if (row >= 0 && row < rows && !taken.has(row)) {
          taken.add(row)
          return row
        }
    return undefined
  })
}

/** Exactly `rows` lines of at most `columns` characters: a title, the curves, the steps. */
export const chart = (curves: ReadonlyArray<Curve>, options: ChartOptions): ReadonlyArray<string> => {
  const { columns, paint, rows, title } = options
  const seen = curves.filter(({ values }) => values.some((value) => Number.isFinite(value)))
  const high = Math.max(1, rows - 3)
  const along = rangeOf(seen.flatMap(({ steps }) => [steps[0] ?? 0, steps.at(-1) ?? 0]))
  const names = seen.map(({ name, values }) => ` ${name} ${figure(values.at(-1)!)}`)
  const right = Math.min(Math.floor(columns / 3), Math.max(0, ...names.map(Width.of)))
  // the widest label is known only when the range is, and the range only when the width is: room for 8
  const left = 9
  const canvas = new Canvas(Math.max(2, columns - left - 1 - right), high)
  const points = seen.map((curve) => thinned(curve, along, canvas.width))
  const range = rangeOf(points.flatMap((each) => each.map(([, value]) => value)))
  const y = (value: number) => canvas.height - 1 - place(value, range, canvas.height)
  for (const [i, each] of points.entries())
    for (const [j, [x, value]] of each.entries()) {
      const [before, level] = each[j - 1] ?? [x, value]
      canvas.line([before, y(level)], [x, y(value)], seen[i]!.ink)
    }
  const rowOf = seats(
    points.map((each) => y(each.at(-1)?.[1] ?? 0) >> 2),
    high
  )
  const labels = new Map([
    [0, figure(range.most)],
    [high - 1, figure(range.least)],
    ...(high > 6
      ? [[high >> 1, figure(range.most - ((high >> 1) / (high - 1)) * (range.most - range.least))] as const]
      : [])
  ])
  const drawn = canvas.lines(paint).map((line, row) => {
    const label = labels.get(row)
    const at = rowOf.indexOf(row)
    const name = at < 0 ? "" : paint(Width.clip(names[at]!, right), seen[at]!.ink)
    const axis = `${(label ?? "").padStart(left - 1)} ${label === undefined ? "│" : "┤"}`
    return `${paint(axis, -1)}${line}${name}`
  })
  const first = String(along.least)
  const last = String(along.most)
  const gap = " ".repeat(Math.max(1, canvas.columns - first.length - last.length))
  const steps = seen.length === 0 ? "nothing yet" : `${first}${gap}${last}`
  return [
    Width.clip(title, columns),
    ...drawn,
    paint(`${" ".repeat(left)}└${"─".repeat(canvas.columns)}`, -1),
    paint(`${" ".repeat(left + 1)}${steps}`, -1)
  ]
}
