// What is looked for: the n-grams of evaluation items. And what was found of each.
import { Shingles, Units } from "../deduplicate/Shingles.ts"
import { NgramTable } from "./NgramTable.ts"

export interface ItemSettings {
  /** units of an n-gram: words, or characters of scripts without spaces */
  readonly wordNgrams: number
  readonly charNgrams: number
  /** an item with fewer units than an n-gram is looked for as a whole, if it has at least so many */
  readonly minWords: number
  readonly minChars: number
}

export interface Item {
  readonly set: string
  readonly id: string
  readonly units: number
  readonly ngrams: number
  readonly untested: boolean
}

interface NewItem {
  readonly set: string
  readonly id: string
  /** `spaced`: its script has spaces between words */
  readonly texts: ReadonlyArray<{ readonly text: string; readonly spaced: boolean | undefined }>
}

/** An item in a document: its n-grams there, and where they begin and end, in UTF-16 units. */
export interface Match {
  readonly item: number
  ngrams: number
  from: number
  to: number
}

export interface Findings {
  readonly matches: ReadonlyArray<Match>
  /** of n-grams, merged where they overlap */
  readonly spans: ReadonlyArray<readonly [from: number, to: number]>
}

export class EvaluationItems {
  readonly items: Array<Item> = []
  readonly #settings: ItemSettings
  readonly #table = new NgramTable()
  /** lengths of the n-grams in the table */
  readonly #lengths = new Set<number>()
  readonly #units = new Units()
  readonly #shingles = new Shingles("plain")
  #found = new Uint8Array(0)
  #documents = new Uint32Array(0)

  constructor(settings: ItemSettings) {
    this.#settings = settings
  }

  /**
   * All items are added before the first document is searched. An item has one text or more, each looked for by itself: as n-grams, or
   * as a whole where it is shorter. A text without a known script is one of characters if most of its units are.
   */
  add({ id, set, texts }: NewItem): void {
    let [units, ngrams] = [0, 0]
    let untested = true
    for (const { text, spaced } of texts) {
      this.#read(text)
      const { aloneCount, wordCount } = this.#shingles
      units += wordCount
      const n = this.#lengthFor(wordCount, spaced ?? 2 * aloneCount <= wordCount)
      if (n === 0) continue
      untested = false
      this.#lengths.add(n)
      const count = this.#shingles.rollTwice(n)
      const { ngrams: lows, others: highs } = this.#shingles
      for (let i = 0; i < count; i++) {
        if (this.#table.add(lows[i]!, highs[i]!, this.items.length)) ngrams++
      }
    }
    this.items.push({ set, id, units, ngrams, untested })
  }

  /** Units of the n-grams of a text of so many units; 0 where it is too short to be looked for. */
  #lengthFor(units: number, spaced: boolean): number {
    const { charNgrams, minChars, minWords, wordNgrams } = this.#settings
    const [usual, least] = spaced ? [wordNgrams, minWords] : [charNgrams, minChars]
    const n = Math.min(usual, units)
    return n < Math.min(usual, least) ? 0 : n
  }

  /** Which items a document has parts of. An item with the document's own id is the document itself. */
  search(id: string, text: string): Findings {
    if (this.#found.length === 0) {
      this.#found = new Uint8Array(this.#table.postings + 1)
      this.#documents = new Uint32Array(this.items.length)
    }
    const matches = new Map<number, Match>()
    const spans: Array<[number, number]> = []
    this.#read(text)
    const { ends, starts } = this.#shingles
    for (const n of this.#lengths) {
      const count = this.#shingles.rollTwice(n)
      const { ngrams: lows, others: highs } = this.#shingles
      for (let i = 0; i < count; i++) {
        const first = this.#table.look(lows[i]!, highs[i]!)
        if (first === 0) continue
        const [from, to] = [starts[i]!, ends[i + n - 1]!]
        if (this.#enter(first, { id, from, to, matches })) spans.push([from, to])
      }
    }
    for (const item of matches.keys()) this.#documents[item] = this.#documents[item]! + 1
    return { matches: [...matches.values()], spans: merged(spans) }
  }

  /** Distinct n-grams of each item that some document has, and the number of such documents. */
  found(): { readonly ngrams: Uint32Array; readonly documents: Uint32Array } {
    const ngrams = new Uint32Array(this.items.length)
    for (let posting = 1; posting < this.#found.length; posting++) {
      if (this.#found[posting] === 0) continue
      const item = this.#table.itemOf(posting)
      ngrams[item] = ngrams[item]! + 1
    }
    return { ngrams, documents: this.#documents.slice(0, this.items.length) }
  }

  /** True if any item but the document itself has the n-gram. */
  #enter(
    first: number,
    { from, id, matches, to }: { id: string; from: number; to: number; matches: Map<number, Match> }
  ): boolean {
    let foreign = false
    for (let posting = first; posting !== 0; posting = this.#table.after(posting)) {
      const item = this.#table.itemOf(posting)
      if (this.items[item]?.id === id) continue
      foreign = true
      this.#found[posting] = 1
      const match = matches.get(item)
      if (match === undefined) matches.set(item, { item, ngrams: 1, from, to })
      else {
        match.ngrams++
        match.from = Math.min(match.from, from)
        match.to = Math.max(match.to, to)
      }
    }
    return foreign
  }

  #read(text: string): void {
    this.#shingles.read(this.#units.values, 0, this.#units.fill(text))
  }
}

const merged = (spans: ReadonlyArray<[number, number]>): ReadonlyArray<[number, number]> => {
  const all: Array<[number, number]> = []
  for (const [from, to] of spans.toSorted(([a], [b]) => a - b)) {
    const last = all.at(-1)
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to)
    else all.push([from, to])
  }
  return all
}
