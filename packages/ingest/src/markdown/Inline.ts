// Markers within a paragraph of Markdown: emphasis, links, images, code, escapes, tags. Each pattern stops at what begins it again, so that
// a long line costs no more than its length.
import { parseFragment } from "parse5"
import { textOf } from "../html/Parse.ts"

const linkText = String.raw`((?:[^\][]|\[[^\][]{0,300}\])*)`
const target = String.raw`\(\s*(?:<[^<>]{0,2000}>|[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:\s+(?:"[^"]{0,500}"|'[^']{0,500}'))?\s*\)`

// Order matters: an image inside a link is gone before the link is looked at.
const inline: ReadonlyArray<readonly [RegExp, string]> = [
  [new RegExp(String.raw`!\[${linkText}\](?:${target}|\[[^\][]{0,300}\])`, "gu"), "$1"],
  [/\[\^[^\][\s]{1,100}\]/gu, ""],
  [new RegExp(String.raw`\[${linkText}\](?:${target}|\[[^\][]{0,300}\])`, "gu"), "$1"],
  [/<((?:https?|mailto):[^\s<>]+)>/gu, "$1"],
  [/[ \t]?<br\s{0,9}\/?>[ \t]?/giu, " "],
  [/<\/?[a-zA-Z][a-zA-Z0-9-]*(?:\s[^<>]*)?\/?>/gu, ""],
  [/(\*\*\*|\*\*|\*|~~)(?=\S)([^*~\n]+?)(?<=\S)\1/gu, "$2"],
  [/(?<![\p{L}\p{N}_])(__|_)(?=\S)([^_\n]+?)(?<=\S)\1(?![\p{L}\p{N}_])/gu, "$2"]
]

// Code and escaped characters are no markup; while markers are taken out, a number between two U+FFFC stands for them.
const stand = "\uFFFC"
const standIn = /\uFFFC(\d+)\uFFFC/gu
const escaped = /\\([!-/:-@[-`{-~])|\uFFFC/gu
const entity = /&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});/gu
const marked = /[`*_~[\]<>\\&!\uFFFC]/u

/** `labels`: names of the links that the file defines, in lower case. */
export const plainInline = (line: string, labels: ReadonlySet<string>): string => {
  if (!marked.test(line)) return line
  const verbatim: Array<string> = []
  const keep = (text: string): string => `${stand}${verbatim.push(text) - 1}${stand}`
  let text = ""
  for (const part of codeSpans(line)) {
    text += part.code ? keep(part.text) : part.text.replace(escaped, (all, one?: string) => keep(one ?? all))
  }
  for (const [pattern, by] of inline) text = text.replace(pattern, by)
  if (labels.size > 0) {
    text = text.replace(/\[([^\][]{1,300})\]/gu, (all, label: string) =>
      labels.has(label.toLowerCase()) ? label : all
    )
  }
  // a backslash at the end of a line breaks it
  return text
    .replace(/\\$/gmu, "")
    .replace(entity, decode)
    .replace(standIn, (_, index: string) => verbatim[Number(index)] ?? "")
}

const known = new Map<string, string>()
const decode = (name: string): string => {
  const before = known.get(name)
  if (before !== undefined) return before
  const text = textOf(parseFragment(name))
  // HTML takes `&nothing;` for `&not` and more; a name of its own stands for two characters at most
  const decoded = text.length > 4 ? name : text
  // numbers may name a million characters
  if (known.size < 5000) known.set(name, decoded)
  return decoded
}

interface Part {
  readonly text: string
  readonly code: boolean
}

/** A span of code begins with some backticks and ends with as many. */
const codeSpans = (line: string): ReadonlyArray<Part> => {
  if (!line.includes("`")) return [{ text: line, code: false }]
  const runs = [...line.matchAll(/`+/gu)].map(({ index, 0: { length } }) => ({ index, length }))
  // for each run the next one of its length, found from the end
  const nextOf = new Map<number, number>()
  const last = new Map<number, number>()
  for (let i = runs.length - 1; i >= 0; i--) {
    const length = runs[i]?.length ?? 0
    const next = last.get(length)
    if (next !== undefined) nextOf.set(i, next)
    last.set(length, i)
  }
  const parts: Array<Part> = []
  let from = 0
  for (let i = 0; i < runs.length; i++) {
    const end = nextOf.get(i)
    const [start, stop] = [runs[i], end === undefined ? undefined : runs[end]]
    if (start === undefined || stop === undefined || end === undefined || line[start.index - 1] === "\\")
      continue
    parts.push({ text: line.slice(from, start.index), code: false })
    parts.push({ text: trimmed(line.slice(start.index + start.length, stop.index)), code: true })
    from = stop.index + stop.length
    i = end
  }
  parts.push({ text: line.slice(from), code: false })
  return parts
}

/** One space at each end is there so that the code may begin or end with a backtick. */
const trimmed = (code: string): string =>
  code.startsWith(" ") && code.endsWith(" ") && code.trim() !== "" ? code.slice(1, -1) : code
