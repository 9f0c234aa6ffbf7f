// Lines of all pages to paragraphs: words that were broken at the end of a line put together, paragraphs that go on over the page.
import { isWide, type Line } from "./Lines.ts"

/** a distance to the next line that is so much larger than usual begins a paragraph */
const wider = 1.35
const otherSize = 0.12
/** in font sizes */
const indent = 0.9
const sameLeft = 1.5
/** A line that ends before this share of the column was ended by its author. */
const early = 0.75

const ligatures: Readonly<Record<string, string>> = {
  "\uFB00": "ff",
  "\uFB01": "fi",
  "\uFB02": "fl",
  "\uFB03": "ffi",
  "\uFB04": "ffl",
  "\uFB05": "st",
  "\uFB06": "st"
}

export const paragraphsOf = (pages: ReadonlyArray<ReadonlyArray<Line>>): string => {
  const words = new Set<string>()
  for (const lines of pages)
    for (const { text } of lines)
      for (const [word] of text.matchAll(/[\p{L}-]+/gu)) words.add(word.toLowerCase())
  const usual = usualGap(pages)
  const paragraphs: Array<string> = []
  let open = ""
  let before: Line | undefined
  for (const lines of pages) {
    let left = Math.min(...lines.map((line) => line.left))
    for (const line of lines) {
      if (before !== undefined && before.left > line.right) left = line.left
      const how =
        before === undefined
          ? "apart"
          : between(before, line, { usual, left, right: columnEnd(lines, before) })
      if (how === "apart") {
        if (open !== "") paragraphs.push(open)
        open = line.text
      } else open = how === "line" ? `${open}\n${line.text}` : join(open, line.text, words)
      before = line
    }
  }
  if (open !== "") paragraphs.push(open)
  return paragraphs.join("\n\n").replace(/[\uFB00-\uFB06]/gu, (one) => ligatures[one] ?? one)
}

/** The most frequent distance between two lines, as a share of the font size. */
const usualGap = (pages: ReadonlyArray<ReadonlyArray<Line>>): number => {
  const counts = new Map<number, number>()
  for (const lines of pages) {
    for (const [index, line] of lines.entries()) {
      const next = lines[index + 1]
      if (next === undefined || next.y >= line.y || line.size === 0) continue
      const gap = Math.round((10 * (line.y - next.y)) / line.size)
      counts.set(gap, (counts.get(gap) ?? 0) + 1)
    }
  }
  let best = 12
  for (const [gap, count] of counts) if (count > (counts.get(best) ?? 0)) best = gap
  return best / 10
}

/** Where the lines of the column end that a line stands in: those that begin where it does, without the few that go beyond. */
const columnEnd = (lines: ReadonlyArray<Line>, { left, right, size }: Line): number => {
  const ends = lines.filter((one) => Math.abs(one.left - left) < sameLeft * size).map((one) => one.right)
  return Math.max(right, ends.toSorted((a, b) => a - b)[Math.floor(0.8 * (ends.length - 1))] ?? right)
}

const between = (
  before: Line,
  line: Line,
  { usual, left, right }: { readonly usual: number; readonly left: number; readonly right: number }
): "apart" | "line" | "joined" => {
  if (Math.abs(before.size - line.size) > otherSize * Math.max(before.size, line.size)) return "apart"
  const down = before.y - line.y
  const overThePage = down <= 0 || down > 20 * line.size
  const ended = /[.!?:。！？：…”"』」]$/u.test(before.text)
  if (overThePage) return ended || /^[\p{Lu}\p{N}•·–—*-]/u.test(line.text) ? "apart" : "joined"
  if (!before.mono && /\p{L}[-\u2010\u00AD]$/u.test(before.text) && /^\p{Ll}/u.test(line.text))
    return "joined"
  if (down > wider * usual * line.size) return "apart"
  if (before.mono || line.mono) return "line"
  if (line.left - before.left > indent * line.size && line.left - left < 8 * line.size && ended)
    return "apart"
  const width = right - Math.min(before.left, line.left)
  return before.right - before.left < early * width ? (ended ? "apart" : "line") : "joined"
}

const join = (open: string, next: string, words: ReadonlySet<string>): string => {
  const broken = /([\p{L}]+)[-\u2010\u00AD]$/u.exec(open)
  const goesOn = /^(\p{Ll}[\p{L}]*)/u.exec(next)
  if (broken !== null && goesOn !== null) {
    const [first = "", second = ""] = [broken[1], goesOn[1]]
    const hyphenated =
      words.has(`${first}-${second}`.toLowerCase()) && !words.has(`${first}${second}`.toLowerCase())
    return hyphenated ? `${open}${next}` : `${open.slice(0, -1)}${next}`
  }
  return isWide(open.at(-1)) && isWide(next.at(0)) ? `${open}${next}` : `${open} ${next}`
}
