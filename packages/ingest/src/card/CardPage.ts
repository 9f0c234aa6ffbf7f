// The card in words.
import type { Page } from "@inkstone/stage"
import type { Amount, Contents } from "./Contents.ts"
import type { Funnel } from "./Funnel.ts"
import type { ScoreMedians } from "./ScoreMedians.ts"

export interface Card {
  readonly title: string
  readonly description: string
  readonly licence: string
  readonly documents: number
  readonly bytes: number
  readonly contents: Contents
  /** by the first part of a source's name */
  readonly sources: ReadonlyArray<Amount>
  readonly funnel: Funnel
  readonly scores: ScoreMedians
}

const count = (value: number): string => value.toLocaleString("en-US")
const size = (bytes: number): string => {
  const [unit, name] = bytes < 1e5 ? [1e3, "kB"] : [1e6, "MB"]
  return `${(bytes / unit).toLocaleString("en-US", { maximumFractionDigits: 2 })} ${name}`
}
const figure = (value: number): string =>
  Number.isNaN(value) ? "–" : value.toLocaleString("en-US", { maximumSignificantDigits: 4 })
const share = (part: number, whole: number): string =>
  whole === 0 ? "–" : `${((100 * part) / whole).toFixed(part < whole / 1000 ? 2 : 1)} %`

const amounts = (title: string, note: string, list: ReadonlyArray<Amount>, whole: number) => ({
  title,
  note,
  head: ["", "documents", "text", "share"],
  rows: list.map(({ bytes, documents, name }) => [
    name === "" ? "unknown" : name,
    count(documents),
    size(bytes),
    share(bytes, whole)
  ])
})

const shownSources = 30

export const pageOf = (card: Card): Page.Page => {
  const { bytes, contents, documents, funnel, scores, sources } = card
  const said = [
    card.description === "" ? "" : `${card.description.replace(/\.$/u, "")}.`,
    `${count(documents)} documents, ${size(bytes)}.`,
    card.licence === "" ? "" : `Licence: ${card.licence}`
  ]
  return {
    title: card.title,
    about: said.filter((part) => part !== "").join(" "),
    tables: [
      amounts("Splits", "", contents.by("split"), bytes),
      amounts("Languages", "", contents.by("lang"), bytes),
      amounts(
        "Scripts",
        "ISO 15924: Hans and Hant are simplified and traditional Chinese.",
        contents.by("script"),
        bytes
      ),
      amounts(
        "Licences",
        "As the documents themselves say; the licence of the whole stands above.",
        contents.by("licence"),
        bytes
      ),
      amounts(
        "Sources",
        sources.length > shownSources ? `The ${shownSources} largest of ${count(sources.length)}.` : "",
        sources.slice(0, shownSources),
        bytes
      ),
      {
        title: "Funnel",
        note: "Documents that each step read and kept. A document can be repaired in several ways, and be dropped all the same.",
        head: ["step", "read", "kept", "dropped", "repairs"],
        rows: funnel.steps.map(({ kept, read, repaired, step }) => [
          step,
          count(read),
          count(kept),
          `${count(read - kept)} (${share(read - kept, read)})`,
          count(Object.values(repaired).reduce((sum, one) => sum + one, 0))
        ])
      },
      {
        title: "Rules",
        note: "Documents that each rule dropped or repaired.",
        head: ["step", "what", "rule", "documents", "of those read"],
        rows: Array.from(rowsOf(funnel), ({ action, documents, read, rule, step }) => [
          step,
          action,
          rule,
          count(documents),
          share(documents, read)
        ])
      },
      {
        title: "Examples",
        note: "The first documents of each rule, with the value and the threshold it did not meet.",
        head: ["step", "what", "rule", "source", "value", "threshold", "text"],
        rows: funnel.examples.map((one) => [
          one.step,
          one.action,
          one.rule,
          one.source,
          figure(one.value),
          figure(one.threshold),
          one.excerpt
        ])
      },
      {
        title: "What the rules measured",
        note: "The middle value over kept and over dropped documents.",
        head: ["rule", "language", "kept", "dropped"],
        rows: scores
          .medians()
          .map(({ dropped, kept, lang, rule }) => [rule, lang, figure(kept), figure(dropped)])
      }
    ]
  }
}

function* rowsOf(funnel: Funnel) {
  const rows = funnel.rows()
  for (const [row, step] of rows.step.entries())
    yield {
      step,
      action: rows.action[row] ?? "",
      rule: rows.rule[row] ?? "",
      documents: rows.documents[row] ?? 0,
      read: rows.read[row] ?? 0
    }
}

/** The lines that Hugging Face's hub reads at the top of a dataset's README. */
export const frontMatter = ({ contents, documents, licence, title }: Card): string => {
  const sizes = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8]
  const names = ["n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "10M<n<100M", "100M<n<1B"]
  const category = names[sizes.filter((border) => documents >= border).length] ?? ""
  const languages = contents.by("lang").flatMap(({ name }) => (name === "und" || name === "" ? [] : [name]))
  return [
    "---",
    `pretty_name: ${JSON.stringify(title)}`,
    ...(languages.length === 0 ? [] : ["language:", ...languages.map((lang) => `- ${lang}`)]),
    `license: other`,
    `license_name: ${JSON.stringify(licence === "" ? "unknown" : licence)}`,
    "size_categories:",
    `- ${category}`,
    "---",
    ""
  ].join("\n")
}
