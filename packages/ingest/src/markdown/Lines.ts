// Lines of Markdown without their markers. Code is left as it is.
import { plainInline } from "./Inline.ts"

const fence = /^\s{0,12}(`{3,}|~{3,})/u
const definition = /^ {0,3}\[([^\][]{1,300})\]:\s+\S+/u
const footnote = /^ {0,3}\[\^[^\][\s]{1,100}\]:[ \t]+/u
const underline = /^ {0,3}(?:=+|-{2,})[ \t]*$/u
const rule = /^ {0,3}(?:(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$/u
const quote = /^ {0,3}(?:>[ \t]?)+/u
const listItem = /^\s*(?:[-*+]|\d{1,9}[.)])\s/u
const indented = /^(?: {4}|\t)/u
const delimiterRow = /^[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/u
/** a tag of HTML whose end comes on one of the next lines */
const openTag = /<\/?[a-z][a-z0-9-]*(?:\s[^<>]*)?$/iu
const mostTagLines = 20
const unshown = /^<(script|style)\b/iu

/** Code blocks keep their text as it is; everything else loses its markers. */
export const plainLines = (markdown: string): string => {
  const lines = markdown.split(/\r\n|\n|\r/u)
  const labels = new Set(lines.flatMap((line) => definition.exec(line)?.[1]?.toLowerCase() ?? []))
  const out: Array<string> = []
  // links and emphasis may go over the lines of a paragraph, so its markers are taken out of all of them together
  let paragraph: Array<string> = []
  const flush = (): void => {
    if (paragraph.length > 0) out.push(plainInline(paragraph.join("\n"), labels))
    paragraph = []
  }
  const verbatim = (line: string): void => {
    flush()
    out.push(line)
  }
  const above = (): string => paragraph.at(-1) ?? out.at(-1) ?? ""
  const markup = new Markup()
  let open: string | undefined
  let inList = false
  for (const [index, line] of lines.entries()) {
    const marker = markup.isOpen ? undefined : fence.exec(line)?.[1]
    if (open !== undefined) {
      if (marker?.startsWith(open) === true && line.trim() === marker) open = undefined
      else verbatim(line)
      continue
    }
    if (marker !== undefined) {
      open = marker
      continue
    }
    if (!markup.isOpen && !inList && indented.test(line) && above().trim() === "") {
      verbatim(line)
      continue
    }
    if (line.trim() !== "" && !indented.test(line))
      inList = listItem.test(line) || (inList && /^\s/u.test(line))
    const shown = markup.strip(line, lines.slice(index + 1, index + mostTagLines))
    if (shown === undefined || isMarker(shown, { above: above(), labels })) continue
    const bare = shown.replace(quote, "").replace(footnote, "")
    const text = cells(headingText(bare))
    if (text.trim() === "") verbatim(text)
    else {
      if (text !== bare || listItem.test(bare)) flush()
      paragraph.push(text)
      if (text !== bare) flush()
    }
  }
  flush()
  return out.join("\n")
}

/** Lines that are all marker: definitions of links, rules, lines under headings and table heads. */
const isMarker = (
  line: string,
  { above, labels }: { readonly above: string; readonly labels: ReadonlySet<string> }
): boolean => {
  if (labels.size > 0 && definition.test(line) && !footnote.test(line)) return true
  if (rule.test(line)) return true
  const isBelowText = above.trim() !== ""
  // `---` below a line makes it a heading; below a blank line it is a rule
  if (underline.test(line) && (line.includes("-") || isBelowText)) return true
  return isBelowText && line.includes("|") && delimiterRow.test(line)
}

const headingText = (line: string): string => {
  const marker = /^ {0,3}#{1,6}(?=[ \t]|$)/u.exec(line)?.[0]
  if (marker === undefined) return line
  const text = line.slice(marker.length).trim()
  // `## Title ##` and `## Title {#id .class}`
  const end = text.slice(-300)
  const closing = /(?:^|[ \t])#+$/u.exec(end) ?? /[ \t]\{[#.:][^{}]*\}$/u.exec(end)
  return closing === null ? text : text.slice(0, text.length - closing[0].length).trimEnd()
}

/** `| a | b |` as a page's table reads: `a | b`. */
const cells = (line: string): string => {
  const text = line.trim()
  return text.length > 2 && text.startsWith("|") && text.endsWith("|") ? text.slice(1, -1).trim() : line
}

/** HTML that goes over several lines: comments, tags, scripts. */
class Markup {
  /** what ends it */
  #end: string | undefined

  get isOpen(): boolean {
    return this.#end !== undefined
  }

  /** What of the line is shown; undefined where nothing is left of one that had something. */
  strip(line: string, next: ReadonlyArray<string>): string | undefined {
    if (this.#end === undefined && !line.includes("<")) return line
    let shown = ""
    let at = 0
    while (at < line.length) {
      if (this.#end !== undefined) {
        const end = line.toLowerCase().indexOf(this.#end, at)
        if (end === -1) return shown.trim() === "" ? undefined : shown
        at = end + this.#end.length
        this.#end = undefined
        continue
      }
      const { from, end } = begins(line, at)
      shown += line.slice(at, from)
      this.#end = end
      at = from
    }
    const tag = this.#end === undefined ? openTag.exec(shown.slice(-2000)) : null
    // only where the end is near: a `<` in running text is no tag
    if (tag !== null && next.some((one) => /^[^<]*>/u.test(one))) {
      this.#end = ">"
      shown = shown.slice(0, shown.length - tag[0].length)
    }
    return shown.trim() === "" && line.trim() !== "" ? undefined : shown
  }
}

/** Where the next part begins that is not shown; the end of the line if there is none. A line has few of them. */
const begins = (line: string, at: number): { readonly from: number; readonly end: string | undefined } => {
  for (let from = line.indexOf("<", at); from !== -1; from = line.indexOf("<", from + 1)) {
    if (line.startsWith("<!--", from)) return { from, end: "-->" }
    const name = unshown.exec(line.slice(from, from + 10))?.[1]
    if (name !== undefined) return { from, end: `</${name.toLowerCase()}>` }
  }
  return { from: line.length, end: undefined }
}
