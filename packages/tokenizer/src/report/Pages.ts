// The comparison of tokenizers as a page for people.
import type { Page } from "@inkstone/stage"
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

const number = (value: number, digits = 2): string =>
  Number.isFinite(value) ? value.toLocaleString("en-US", { maximumFractionDigits: digits }) : "–"
const share = (part: number, whole: number): string =>
  whole === 0 ? "–" : `${number((100 * part) / whole)} %`

const overview = ({ tokenizers }: Comparison): Page.PageTable => ({
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
): Page.PageTable => {
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

const lists = ({ examples, tokenizers }: Comparison): Page.PageTable => ({
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

const failures = ({ tokenizers }: Comparison): Page.PageTable => ({
  title: "Not given back",
  note: "Texts that decoding changes, from the first character that differs.",
  head: ["tokenizer", "document", "text", "decoded"],
  rows: tokenizers.flatMap(({ label, statistics }) =>
    statistics.failures.map(({ decoded, source, text }) => [label, source, quoted(text), quoted(decoded)])
  )
})

const about = ({ bytes, documents, documentsOfSplit, split }: Comparison): string =>
  `${number(documents)} of ${number(documentsOfSplit)} documents (${split === "all" ? "all splits" : `split ${split}`}), ${number(bytes / 1e6)} MB.`

export const pageOf = (comparison: Comparison): Page.Page => ({
  title: comparison.title,
  about: about(comparison),
  tables: [
    overview(comparison),
    byGroup(comparison, "Characters per token by script", ({ byScript }) => byScript),
    byGroup(comparison, "Characters per token by language", ({ byLang }) => byLang),
    lists(comparison),
    failures(comparison)
  ]
})
