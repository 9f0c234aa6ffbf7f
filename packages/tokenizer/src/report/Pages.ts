// The comparison of tokenizers as a page for people: the same words as HTML and as Markdown.
import type { Statistics, Tally } from "./Statistics.ts"

export interface Compared {
  readonly label: string
  readonly statistics: Statistics
}

export interface Comparison {
  readonly title: string
  readonly split: string
  /** read of those there are */
  readonly documents: number
  readonly documentsOfSplit: number
  readonly bytes: number
  readonly tokenizers: ReadonlyArray<Compared>
  /** pieces shown of each list */
  readonly examples: number
}

interface Table {
  readonly title: string
  readonly note: string
  readonly head: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<string>>
}

const number = (value: number, digits = 2): string =>
  Number.isFinite(value) ? value.toLocaleString("en-US", { maximumFractionDigits: digits }) : "–"
const share = (part: number, whole: number): string =>
  whole === 0 ? "–" : `${number((100 * part) / whole)} %`

const overview = ({ tokenizers }: Comparison): Table => ({
  title: "Side by side",
  note: "More bytes per token means fewer steps for the same text. A word is a run of letters and digits, or one character of a script without spaces.",
  head: ["tokenizer", "type", "pieces", "bytes per token", "characters per token", "tokens per word", "single bytes", "broken characters", "unknown", "dead pieces", "not given back"], // prettier-ignore
  rows: tokenizers.map(({ label, statistics }) => {
    const { all, pieces, tokenizer } = statistics
    const dead = statistics.dead().length
    return [
      label,
      tokenizer.type,
      number(tokenizer.vocabSize),
      number(all.bytes / all.tokens),
      number(all.characters / all.tokens),
      number(all.tokens / all.words),
      share(all.singleByte, all.tokens),
      share(all.partial, all.tokens),
      share(all.unknown, all.tokens),
      `${number(dead)} (${share(dead, pieces)})`,
      `${number(all.roundTripFailures)} of ${number(all.documents)}`
    ]
  })
})

/** Characters per token of each script or language, a column a tokenizer. */
const byGroup = (
  { tokenizers }: Comparison,
  title: string,
  groups: (statistics: Statistics) => ReadonlyMap<string, Tally>
): Table => {
  const [first] = tokenizers
  const names = first === undefined ? [] : [...groups(first.statistics)]
  const largestFirst = names.toSorted(([a, x], [b, y]) => y.bytes - x.bytes || (a < b ? -1 : 1))
  return {
    title,
    note: "",
    head: ["", "characters", ...tokenizers.map(({ label }) => label)],
    rows: largestFirst.map(([name, { characters }]) => [
      name,
      number(characters),
      ...tokenizers.map(({ statistics }) => number(characters / (groups(statistics).get(name)?.tokens ?? 0)))
    ])
  }
}

const quoted = (text: string) => JSON.stringify(text)

const lists = ({ examples, tokenizers }: Comparison): Table => ({
  title: "Pieces",
  note: "Dead pieces are those that no document uses; the first of them are shown.",
  head: ["tokenizer", "longest", "most used", "dead"],
  rows: tokenizers.map(({ label, statistics }) => {
    const shown = (pieces: ReadonlyArray<{ readonly piece: string }>) =>
      pieces
        .slice(0, examples)
        .map(({ piece }) => quoted(piece))
        .join(" ")
    return [
      label,
      shown(statistics.longest(examples)),
      shown(statistics.mostUsed(examples)),
      shown(statistics.dead())
    ]
  })
})

const failures = ({ tokenizers }: Comparison): Table => ({
  title: "Not given back",
  note: "Texts that decoding changes, from the first character that differs.",
  head: ["tokenizer", "document", "text", "decoded"],
  rows: tokenizers.flatMap(({ label, statistics }) =>
    statistics.failures.map(({ decoded, source, text }) => [label, source, quoted(text), quoted(decoded)])
  )
})

const tables = (comparison: Comparison): ReadonlyArray<Table> =>
  [
    overview(comparison),
    byGroup(comparison, "Characters per token by script", ({ byScript }) => byScript),
    byGroup(comparison, "Characters per token by language", ({ byLang }) => byLang),
    lists(comparison),
    failures(comparison)
  ].filter(({ rows }) => rows.length > 0)

const about = ({ bytes, documents, documentsOfSplit, split }: Comparison): string =>
  `${number(documents)} of ${number(documentsOfSplit)} documents (${split === "all" ? "all splits" : `split ${split}`}), ${number(bytes / 1e6)} MB.`

const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll(/[\n\r]/g, " ")

const line = (cells: ReadonlyArray<string>) => `| ${cells.map(cell).join(" | ")} |`

export const markdown = (comparison: Comparison): string => {
  const sections = tables(comparison).map(({ head, note, rows, title }) =>
    [
      `## ${title}`,
      ...(note === "" ? [] : [note]),
      [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n")
    ].join("\n\n")
  )
  return `${[`# ${comparison.title}`, about(comparison), ...sections].join("\n\n")}\n`
}

const style = `body { margin: 0 auto; max-width: 1100px; padding: 32px 20px; font: 16px/1.5 system-ui, "Noto Sans", "Noto Sans CJK SC", sans-serif; color: #1f1d1a; background: #faf8f3 }
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; background: #fff }
th, td { text-align: left; padding: 5px 10px; border-bottom: 1px solid #e4dfd3; vertical-align: top; overflow-wrap: anywhere }
p { color: #6b665d } section { overflow-x: auto }
@media (prefers-color-scheme: dark) { body { background: #171614; color: #ece7dc } table { background: #201f1c } th, td { border-color: #35322c } p { color: #a39c8d } }`

const escape = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")

export const html = (comparison: Comparison): string => {
  const row = (cells: ReadonlyArray<string>, tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${escape(cell)}</${tag}>`).join("")}</tr>`
  const sections = tables(comparison).map(
    ({ head, note, rows, title }) =>
      `<section><h2>${escape(title)}</h2>${note === "" ? "" : `<p>${escape(note)}</p>`}<table><thead>${row(head, "th")}</thead><tbody>${rows.map((cells) => row(cells, "td")).join("")}</tbody></table></section>`
  )
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(comparison.title)}</title><style>${style}</style></head><body>
<h1>${escape(comparison.title)}</h1><p>${escape(about(comparison))}</p>
${sections.join("\n")}
</body></html>
`
}
