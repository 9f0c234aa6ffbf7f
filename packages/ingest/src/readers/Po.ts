// gettext PO: messages of a program and their translations.
import { Cutter, type Piece } from "./Cutter.ts"
import { groupOf, type PairItem, type PairRow, pairFormat } from "./Pairs.ts"
import { PoEntries, type PoEntry } from "./PoEntries.ts"
import type { RowSettings } from "./Records.ts"
import { texts } from "./Texts.ts"

const declaration = /^"Content-Type:[^"\n]{0,100}charset=([\w.:-]+)/imu
const start = /^(?:(?:#.*)?\r?\n){0,50}msgid\s+""\s*\r?\n\s*(?:msgstr\s+"|")/u
const unit = "line"

export const po = pairFormat({
  extensions: [".po", ".pot"],
  media: ["text/x-gettext-translation", "text/x-po"],
  recognises: (head) => start.test(new TextDecoder("latin1").decode(head.subarray(0, 8192))),
  rows: async function* (input, settings) {
    const lines = new Cutter("lines", settings.maxChars)
    const entries = new Messages(settings)
    for await (const text of texts(input, settings, declaration)) {
      yield lines.push(text).flatMap((piece) => entries.line(piece))
    }
    yield [...lines.end().flatMap((piece) => entries.line(piece)), ...entries.end()]
  }
})

/** Entries to pairs, with what the header says. */
class Messages {
  readonly #po: RowSettings["po"]
  readonly #entries: PoEntries
  #language = ""
  #sourceLanguage = ""
  #line = 0

  constructor({ po, maxChars }: RowSettings) {
    this.#po = po
    this.#entries = new PoEntries(maxChars)
  }

  line({ text, line, tooLong }: Piece): ReadonlyArray<PairItem> {
    if (tooLong !== undefined) return [{ kind: "long", unit, at: line, chars: tooLong, text }]
    // the cutter leaves out blank lines, and they end entries
    const gap = line > this.#line + 1 ? this.#entries.push("", line - 1) : undefined
    this.#line = line
    const entry = this.#entries.push(text, line)
    return [...this.#pairs(gap), ...this.#pairs(entry)]
  }
  end(): ReadonlyArray<PairItem> {
    return this.#pairs(this.#entries.end())
  }

  #pairs(entry: PoEntry | undefined): ReadonlyArray<PairItem> {
    if (entry === undefined) return []
    const { line: at, id, context, plural, translations, problem, tooLong } = entry
    if (tooLong !== undefined) return [{ kind: "long", unit, at, chars: tooLong, text: id }]
    if (problem !== undefined) return [{ kind: "bad", unit, at, problem, text: id }]
    if (id === "" && context === undefined) {
      this.#header(translations[0] ?? "")
      return []
    }
    if ((entry.fuzzy && !this.#po.fuzzy) || (entry.obsolete && !this.#po.obsolete)) return []
    const last = translations.at(-1) ?? ""
    if (plural === undefined) return this.#pair(entry, id, last)
    // a language with one form has the plural's translation only
    const first = translations.length > 1 ? this.#pair(entry, id, translations[0] ?? "") : []
    return [...first, ...this.#pair(entry, plural, last)]
  }

  /** None where there is no translation yet. */
  #pair({ line, id, context = "" }: PoEntry, source: string, target: string): ReadonlyArray<PairRow> {
    if (target === "") return []
    const fields = {
      source,
      target,
      sourceLang: this.#sourceLanguage,
      targetLang: this.#language,
      // a message is one by its context and its text; its plural is another text of it
      id: source === id ? `${context}\u0004${id}` : `${context}\u0004${id}\u0004${source}`,
      group: groupOf(context, id),
      context
    }
    return [{ kind: "row", unit, at: line, fields }]
  }

  #header(text: string): void {
    this.#language = /^Language:\s*([\w@-]*)/imu.exec(text)?.[1] ?? ""
    this.#sourceLanguage = /^X-Source-Language:\s*([\w@-]*)/imu.exec(text)?.[1] ?? ""
  }
}
