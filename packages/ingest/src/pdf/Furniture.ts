// Running heads and feet, and page numbers: what stands at the edge of most pages and belongs to none.
import type { Line } from "./Lines.ts"

/** in font sizes: a second line of a head stands close to the first */
const near = 2
const leastPages = 3
/** left and right pages have different heads, and chapters begin without one */
const mostPages = 0.3
const numbered = 0.4
const longestHead = 120

type Edge = "top" | "bottom"
interface At {
  readonly page: number
  readonly index: number
  readonly edge: Edge
  readonly line: Line
}

export const withoutFurniture = (
  pages: ReadonlyArray<ReadonlyArray<Line>>
): ReadonlyArray<ReadonlyArray<Line>> => {
  if (pages.length < leastPages) return pages
  const edges = pages.flatMap((lines, page) => edgesOf(lines, page))
  const gone = new Set<Line>()
  const repeated = new Map<string, Array<At>>()
  for (const at of edges) {
    const key = `${at.edge}\0${at.line.text.replace(/\d+|\b[ivxlc]+\b/giu, "#")}`
    repeated.set(key, [...(repeated.get(key) ?? []), at])
  }
  for (const all of repeated.values()) {
    const onPages = new Set(all.map((at) => at.page)).size
    if (onPages >= Math.max(leastPages, mostPages * pages.length)) for (const { line } of all) gone.add(line)
  }
  for (const { line } of numberedLines(edges, pages.length)) gone.add(line)
  return pages.map((lines) => lines.filter((line) => !gone.has(line)))
}

const edgesOf = (lines: ReadonlyArray<Line>, page: number): ReadonlyArray<At> => {
  // by where they stand, not by where they are read
  const sorted = [...lines.entries()].toSorted(([, a], [, b]) => b.y - a.y)
  const at = (edge: Edge, some: ReadonlyArray<readonly [number, Line]>): ReadonlyArray<At> =>
    some
      .filter(([, line], n) => n === 0 || isNear(some[0]?.[1], line))
      .filter(([, line]) => line.text.length <= longestHead)
      .map(([index, line]) => ({ page, index, edge, line }))
  return [...at("top", sorted.slice(0, 2)), ...at("bottom", sorted.slice(2).toReversed().slice(0, 2))]
}

const isNear = (first: Line | undefined, second: Line): boolean =>
  first !== undefined && Math.abs(first.y - second.y) <= near * second.size

/** Lines with a number at one end that grows by one from page to page: heads that name the chapter differ, their numbers do not lie. */
const numberedLines = (edges: ReadonlyArray<At>, pages: number): ReadonlyArray<At> => {
  const byOffset = new Map<string, Array<At>>()
  for (const at of edges) {
    for (const number of numbersAt(at.line.text)) {
      const key = `${at.edge}\0${number - at.page}`
      byOffset.set(key, [...(byOffset.get(key) ?? []), at])
    }
  }
  const best = [...byOffset.values()].toSorted((a, b) => b.length - a.length)
  return best.filter((all) => all.length >= Math.max(leastPages, numbered * pages)).flat()
}

const numbersAt = (text: string): ReadonlyArray<number> => {
  const first = /^\D{0,3}(\d{1,5})\b/u.exec(text)?.[1]
  const last = /(?<!\d)(\d{1,5})\D{0,3}$/u.exec(text)?.[1]
  return [...new Set([first, last].filter((one) => one !== undefined).map(Number))]
}
