// Tables that a stage shows to people: the same words as Markdown and as a page of HTML that needs nothing beside it.

export interface PageTable {
  readonly title: string
  /** a sentence or two before the table; "" for none */
  readonly note: string
  readonly head: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<string>>
}

export interface Page {
  readonly title: string
  /** what this is about, in a sentence or two */
  readonly about: string
  /** those without rows are left out */
  readonly tables: ReadonlyArray<PageTable>
}

const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll(/[\n\r]/g, " ")
const line = (cells: ReadonlyArray<string>) => `| ${cells.map(cell).join(" | ")} |`
const shown = ({ tables }: Page) => tables.filter(({ rows }) => rows.length > 0)

/** As GitHub shows it. */
export const markdown = (page: Page): string => {
  const sections = shown(page).map(({ head, note, rows, title }) =>
    [
      `## ${title}`,
      ...(note === "" ? [] : [note]),
      [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n")
    ].join("\n\n")
  )
  return `${[`# ${page.title}`, page.about, ...sections].join("\n\n")}\n`
}

const style = `body { margin: 0 auto; max-width: 1100px; padding: 32px 20px; font: 16px/1.5 system-ui, "Noto Sans", "Noto Sans CJK SC", sans-serif; color: #1f1d1a; background: #faf8f3 }
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; background: #fff }
th, td { text-align: left; padding: 5px 10px; border-bottom: 1px solid #e4dfd3; vertical-align: top; overflow-wrap: anywhere }
p { color: #6b665d } section { overflow-x: auto }
@media (prefers-color-scheme: dark) { body { background: #171614; color: #ece7dc } table { background: #201f1c } th, td { border-color: #35322c } p { color: #a39c8d } }`

const escape = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")

export const html = (page: Page): string => {
  const row = (cells: ReadonlyArray<string>, tag: string) =>
    `<tr>${cells.map((text) => `<${tag}>${escape(text)}</${tag}>`).join("")}</tr>`
  const sections = shown(page).map(
    ({ head, note, rows, title }) =>
      `<section><h2>${escape(title)}</h2>${note === "" ? "" : `<p>${escape(note)}</p>`}<table><thead>${row(head, "th")}</thead><tbody>${rows.map((cells) => row(cells, "td")).join("")}</tbody></table></section>`
  )
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(page.title)}</title><style>${style}</style></head><body>
<h1>${escape(page.title)}</h1><p>${escape(page.about)}</p>
${sections.join("\n")}
</body></html>
`
}
