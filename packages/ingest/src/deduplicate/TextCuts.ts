// What is taken out of the documents that stay, in order: paragraphs, lines, stretches. Each is sought in what the one before
// it left, and the preferred document keeps what the others lose, so nothing is lost altogether.
import type { DeduplicateConfig } from "./DeduplicateConfig.ts"
import { Pieces } from "./Pieces.ts"
import type { Roster } from "./Roster.ts"
import { type Stretch, Substrings, without } from "./Substrings.ts"

/** What a document lost by a rule: pieces, or UTF-16 units of stretches. */
export interface Loss {
  readonly rule: string
  readonly value: number
  /** least length of what is taken out */
  readonly threshold: number
}

/** To be called for every document that stays, before the next pass. */
export type Pass = (row: number, text: string) => void

export class TextCuts {
  /** ways over the documents that must be gone before any is cut, in this order */
  readonly passes: ReadonlyArray<Pass>
  readonly #pieces: ReadonlyArray<{ readonly rule: string; readonly minChars: number; readonly of: Pieces }>
  readonly #substrings: Substrings | undefined
  readonly #minChars: number
  #stretches: ReadonlyMap<number, ReadonlyArray<Stretch>> | undefined

  constructor({ lines, paragraphs, substrings }: DeduplicateConfig, roster: Roster, bytes: number) {
    const wanted = [
      { rule: "repeated-paragraphs", kind: "paragraph", settings: paragraphs },
      { rule: "repeated-lines", kind: "line", settings: lines }
    ] as const
    this.#pieces = wanted
      .filter(({ settings }) => settings.enabled)
      .map(({ kind, rule, settings }) => ({
        rule,
        minChars: settings.minChars,
        of: new Pieces(kind, settings, roster)
      }))
    const found = substrings.enabled ? new Substrings(substrings.minChars, roster, bytes) : undefined
    this.#substrings = found
    this.#minChars = substrings.minChars
    const ofPieces: ReadonlyArray<Pass> = this.#pieces.map(
      ({ of }, i) =>
        (row, text) =>
          of.note(row, this.#cutPieces(row, text, i).text)
    )
    const ofSubstrings: ReadonlyArray<Pass> =
      found === undefined
        ? []
        : [
            (row, text) => found.note(this.#cutPieces(row, text).text),
            (row, text) => found.gather(row, this.#cutPieces(row, text).text)
          ]
    this.passes = [...ofPieces, ...ofSubstrings]
  }

  /** What is left of a document, and what it lost. */
  cut(row: number, before: string): { readonly text: string; readonly losses: ReadonlyArray<Loss> } {
    const { losses, text } = this.#cutPieces(row, before)
    this.#stretches ??= this.#substrings?.find() ?? new Map()
    const stretches = this.#stretches.get(row)
    if (stretches === undefined) return { text, losses }
    const value = stretches.reduce((sum, [from, to]) => sum + to - from, 0)
    const loss = { rule: "repeated-substrings", value, threshold: this.#minChars }
    return { text: without(text, stretches).trim(), losses: [...losses, loss] }
  }

  /** With the first `kinds` of pieces gone. */
  #cutPieces(row: number, before: string, kinds = this.#pieces.length) {
    const losses: Array<Loss> = []
    let text = before
    for (const { of, minChars, rule } of this.#pieces.slice(0, kinds)) {
      const { removed, text: left } = of.cut(row, text)
      text = left
      if (removed > 0) losses.push({ rule, value: removed, threshold: minChars })
    }
    return { text, losses }
  }
}
