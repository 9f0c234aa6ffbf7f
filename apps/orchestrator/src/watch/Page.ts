// What `inkstone watch` shows: a table of the runs and their curves, as lines that fit a terminal.
import type { Points } from "@inkstone/trainer/events/Series"
import { table } from "../Table.ts"
import * as Width from "../view/Width.ts"
import * as Words from "../view/Words.ts"
import { chart, type Curve, figure } from "./Chart.ts"
import { type Run, type Standing, standing } from "./Run.ts"

export interface PageOptions {
  readonly columns: number
  readonly rows: number
  /** since 1970 */
  readonly nowSeconds: number
  /** tags or their beginnings (`loss` for `loss/train` and `loss/validation`); empty for the usual ones */
  readonly tags: ReadonlyArray<string>
  /** Colours what has one ink; -1 is the frame. */
  readonly paint: (text: string, ink: number) => string
}

/** More curves than these cannot be told apart; the table names more. */
const CURVES = 6
const LISTED = 12
/** Lines of a small chart, and the least and the most of the large one. */
const SMALL = 8
const LARGE = [8, 18] as const
/** Two charts fit beside each other from here on. */
const SIDE_BY_SIDE = 80

const marks = { running: "▶", done: "✓", failed: "✗", silent: "■" }
const letter = (run: number): string => String.fromCodePoint("a".codePointAt(0)! + run)

const last = (run: Run, tag: string): number | undefined => run.series.tags.get(tag)?.values.at(-1)

const least = (run: Run): number =>
  (run.series.tags.get("loss/validation") ?? run.series.tags.get("loss/train"))?.values.reduce(
    (best, value) => Math.min(best, value),
    Infinity
  ) ?? Infinity

/** What is left, or why nothing is. */
const outlook = ({ secondsLeft, silentSeconds, state }: Standing): string =>
  state === "silent"
    ? `silent for ${Words.clock(silentSeconds)}`
    : state === "running"
      ? secondsLeft === undefined
        ? ""
        : `${Words.clock(secondsLeft)} left`
      : state

const cells = (run: Run, at: Standing, name: string): ReadonlyArray<string> => {
  const number = (tag: string, write: (value: number) => string = figure) => {
    const value = last(run, tag)
    return value === undefined ? "" : write(value)
  }
  const share = at.total === undefined ? "" : ` ${Math.floor((100 * at.step) / at.total)}%`
  return [
    `${marks[at.state]} ${name}`,
    `${at.step}${at.total === undefined ? "" : `/${at.total}`}${share}`,
    number("loss/train"),
    number("loss/validation"),
    run.series.tags.has("loss/validation") ? figure(least(run)) : "",
    number("learning_rate", (value) => value.toExponential(1)),
    number("tokens_per_second", (value) => Words.quantity(Math.round(value))),
    outlook(at)
  ]
}

const head = ["run", "step", "loss", "validation", "best", "rate", "tokens/s", ""]

/** The tags of each chart, the large one first. */
const charts = (
  tags: ReadonlyArray<string>,
  { asked, many }: { asked: ReadonlyArray<string>; many: boolean }
) => {
  const under = (name: string) => tags.filter((tag) => tag === name || tag.startsWith(`${name}/`))
  const measures = tags.filter((tag) => tag.endsWith("/validation") && !/^(loss|bits_per_byte)\//.test(tag))
  const usual = [...measures, "learning_rate", "tokens_per_second", "gradient_norm"]
  const groups = asked.length > 0 ? asked.map(under) : [under("loss"), ...usual.map(under)]
  // of several runs each chart has one curve a run
  return groups
    .flatMap((group) => (many ? group.map((tag) => [tag]) : [group]))
    .filter(({ length }) => length > 0)
}

const curvesOf = (runs: ReadonlyArray<Run>, tags: ReadonlyArray<string>): ReadonlyArray<Curve> =>
  runs.flatMap(({ series }, run) =>
    tags.flatMap((tag, i) => {
      const points: Points | undefined = series.tags.get(tag)
      const own = tags.length > 1 ? (tag.split("/").at(-1) ?? tag) : ""
      return points === undefined
        ? []
        : [
            {
              name: runs.length > 1 ? letter(run) : own,
              ink: runs.length > 1 ? run : i,
              steps: points.steps,
              values: points.values
            }
          ]
    })
  )

/** Lines side by side; the left ones are filled up, colours not counted. */
const beside = (left: ReadonlyArray<string>, right: ReadonlyArray<string>, columns: number) =>
  left.map((line, i) => `${Width.padPainted(line, columns)}${right[i] ?? ""}`.trimEnd())

/** Lines of the whole page. Of many runs the best are drawn, by their least validation loss. */
export const page = (all: ReadonlyArray<Run>, options: PageOptions): ReadonlyArray<string> => {
  const { columns, nowSeconds, paint, tags: asked } = options
  const runs = all.length > CURVES ? all.toSorted((a, b) => least(a) - least(b)) : all
  const drawn = runs.slice(0, CURVES)
  const many = runs.length > 1
  const listed = runs.slice(0, LISTED)
  const rows = listed.map((run, i) => {
    const named = many && i < CURVES ? `${letter(i)} ${run.name}` : run.name
    return cells(run, standing(run, nowSeconds), named)
  })
  const used = head.map(
    (name, column) => column === 0 || name === "" || rows.some((row) => row[column] !== "")
  )
  const lines = table([head, ...rows].map((row) => row.filter((_, column) => used[column])))
    .split("\n")
    .map((line, i) => {
      const ink = i < 2 ? -1 : many && i - 2 < CURVES ? i - 2 : undefined
      const fits = Width.clip(line, columns)
      return ink === undefined ? fits : paint(fits, ink)
    })
  const hidden = runs.length - listed.length
  const top = [...lines, ...(hidden > 0 ? [`… and ${hidden} more`] : []), ""]
  const tags = [...new Set(drawn.flatMap(({ series }) => [...series.tags.keys()]))].toSorted()
  return [
    ...top,
    ...drawings(drawn, charts(tags, { asked, many }), { ...options, rows: options.rows - top.length })
  ]
}

/** A large chart over the whole width and small ones below it, as many as there is room for. */
const drawings = (
  runs: ReadonlyArray<Run>,
  [large, ...small]: ReadonlyArray<ReadonlyArray<string>>,
  { columns, paint, rows }: PageOptions
): ReadonlyArray<string> => {
  if (large === undefined) return ["no numbers yet"]
  const draw = (tags: ReadonlyArray<string>, size: { readonly columns: number; readonly rows: number }) =>
    chart(curvesOf(runs, tags), { title: titleOf(tags), paint, ...size })
  const across = columns >= SIDE_BY_SIDE ? 2 : 1
  const room = Math.max(0, Math.floor((rows - LARGE[0]) / SMALL))
  const below = Math.min(room, Math.ceil(small.length / across))
  const high = Math.min(LARGE[1], Math.max(LARGE[0], rows - below * SMALL))
  const half = Math.floor(columns / across)
  const pairs = Array.from({ length: below }, (_, row) =>
    small
      .slice(row * across, (row + 1) * across)
      .map((tags) => draw(tags, { columns: half - 1, rows: SMALL }))
  )
  return [
    ...draw(large, { columns, rows: high }),
    ...pairs.flatMap(([left = [], right = []]) => beside(left, right, half))
  ]
}

/** `loss/train`, or `loss` for several below it. */
const titleOf = (tags: ReadonlyArray<string>): string =>
  tags.length === 1 ? (tags[0] ?? "") : (tags[0]?.split("/")[0] ?? "")
