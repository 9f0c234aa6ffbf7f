// Repeated lines and paragraphs: of all that are equal one stays, in the document that is preferred, at its first place there.
import { Owners } from "./Owners.ts"
import type { Roster } from "./Roster.ts"
import { Units } from "./Shingles.ts"
import { TextPrint } from "./TextPrint.ts"

export interface PieceSettings {
  /** shorter pieces, in UTF-16 units with runs of white space as one, are left alone */
  readonly minChars: number
  readonly ignoreCase: boolean
}

/** What a text is cut into; the separators themselves are no part of any piece. */
const separators = { line: /\r?\n/gu, paragraph: /\r?\n[^\S\n]*\r?\n\s*/gu }

export class Pieces {
  readonly #separator: RegExp
  readonly #minChars: number
  readonly #roster: Roster
  readonly #owners = new Owners()
  readonly #print: TextPrint
  readonly #units = new Units()

  constructor(kind: keyof typeof separators, settings: PieceSettings, roster: Roster) {
    this.#separator = separators[kind]
    this.#minChars = settings.minChars
    this.#roster = roster
    this.#print = new TextPrint(settings)
  }

  /** To be called for every document before the first one is cut. */
  note(row: number, text: string): void {
    const better = (a: number, b: number): boolean => this.#roster.compare(a, b) < 0
    const length = this.#units.fill(text)
    for (const [from, to] of this.#spans(text, length)) {
      if (this.#isLong(from, to)) this.#owners.claim(this.#keyOf(row), row, better)
    }
  }

  /** The text without what is elsewhere, or earlier in it, and how many pieces that were. */
  cut(row: number, text: string): { readonly text: string; readonly removed: number } {
    const length = this.#units.fill(text)
    const here = new Set<number>()
    let kept = ""
    let copied = 0
    let removed = 0
    for (const [from, to, next] of this.#spans(text, length)) {
      if (!this.#isLong(from, to)) continue
      const place = this.#owners.place(this.#keyOf(row))
      if (place < 0) continue
      if (this.#owners.ownerAt(place) === row && !here.has(place)) here.add(place)
      else {
        kept += text.slice(copied, from)
        copied = next
        removed++
      }
    }
    return removed === 0 ? { text, removed } : { text: (kept + text.slice(copied)).trim(), removed }
  }

  #isLong(from: number, to: number): boolean {
    if (to - from < this.#minChars) return false
    this.#print.read(this.#units.values, from, to)
    return this.#print.units >= this.#minChars
  }

  /** Of the piece that was just read; documents of splits that are kept apart have tables of their own, so to speak. */
  #keyOf(row: number): { readonly low: number; readonly high: number } {
    const { high, low } = this.#print
    return { low: low ^ this.#roster.realm(row), high }
  }

  /** From, to, and where the next piece begins. */
  *#spans(text: string, length: number): Generator<readonly [number, number, number]> {
    let from = 0
    for (const { index, 0: separator } of text.matchAll(this.#separator)) {
      yield [from, index, index + separator.length]
      from = index + separator.length
    }
    yield [from, length, length]
  }
}
