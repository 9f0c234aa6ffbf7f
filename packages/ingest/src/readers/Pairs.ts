// Formats of parallel text: each row is a text and its translation. As documents they become one a language, all of an entry in one
// group, so that no split has a sentence on one side and its translation on the other.
import { hash } from "node:crypto"
import { longest } from "../Cuts.ts"
import { Seen } from "../Seen.ts"
import { type Format, nth, type Read } from "./Format.ts"
import { languageTag } from "./Page.ts"
import type { RowFormat, RowItem } from "./Records.ts"

/** The fields that rows of these formats have. */
export interface Pair {
  readonly [field: string]: string
  readonly source: string
  readonly target: string
  /** tags as the file has them; empty where it does not say */
  readonly sourceLang: string
  readonly targetLang: string
  /** names the entry in its file */
  readonly id: string
  /** names it in all files that translate the same text */
  readonly group: string
  readonly context: string
}

export interface PairRow {
  readonly kind: "row"
  readonly unit: string
  readonly at: number
  readonly fields: Pair
}
export type PairItem = PairRow | Exclude<RowItem, { kind: "row" }>

/** Gives each key once: the second of a name has another, so that two entries that are called the same are still two. */
export class UniqueKeys {
  readonly #seen = new Seen()
  of(key: string): string {
    const count = this.#seen.count(key)
    return count === 1 ? key : `${key}\0${count}`
  }
}

/** The same for the same text in whichever file, and short. */
export const groupOf = (...parts: ReadonlyArray<string>): string =>
  `text-${hash("sha256", parts.join("\0"), "hex").slice(0, 16)}`

/** A format that is known by its pairs. */
export const pairFormat = (
  about: Omit<Format, "read"> & {
    readonly rows: (...args: Parameters<RowFormat["rows"]>) => AsyncGenerator<ReadonlyArray<PairItem>>
  }
): RowFormat => ({
  ...about,
  read: async function* (input, config) {
    const settings = { ...config, maxChars: longest(config.cuts), paths: [] }
    let count = 0
    const keys = new UniqueKeys()
    /** the entry whose source was given last: an entry may have several translations */
    let given: string | undefined
    const documents = (row: PairItem): ReadonlyArray<Read> => {
      if (row.kind === "bad") {
        const { unit, at, problem, text } = row
        return [{ kind: "broken", ...nth(input.name, ++count), place: `${unit} ${at}`, at, problem, text }]
      }
      if (row.kind === "long") {
        const { chars: value, text } = row
        const threshold = settings.maxChars
        return [{ kind: "refused", ...nth(input.name, ++count), rule: "maxChars", value, threshold, text }]
      }
      const { source, target, sourceLang, targetLang, id, group } = row.fields
      const one = (text: string, lang: string, side: string): Read => ({
        kind: "found",
        ...nth(input.name, ++count, keys.of(`${id}\0${side}`)),
        text,
        lang: languageTag(lang),
        group
      })
      const isNew = given !== id
      given = id
      return [
        ...(isNew ? [one(source, sourceLang, "source")] : []),
        one(target, targetLang, `target ${targetLang}`)
      ]
    }
    for await (const rows of about.rows(input, settings)) yield rows.flatMap(documents)
  }
})
