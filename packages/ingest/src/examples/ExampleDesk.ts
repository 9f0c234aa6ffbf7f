// Where examples are repaired, judged, split, and entered into the tables.
import type { Examples, Kind } from "@inkstone/artifact"
import { LedgerRows } from "../deduplicate/LedgerRows.ts"
import { fingerprint, idOf, splitOf } from "../Identity.ts"
import { languageIn } from "../Language.ts"
import { Measure } from "../measure/Measure.ts"
import { profile } from "../Profile.ts"
import type { Broken, Refused } from "../readers/Format.ts"
import { repair } from "../Repair.ts"
import { scriptOf } from "../Script.ts"
import { Seen } from "../Seen.ts"
import type { RawExample, RawPart } from "./ExampleRows.ts"
import type { Keeping } from "./Keeping.ts"

type Tables = (typeof Examples)["tables"]

interface Part {
  readonly name: string
  readonly lang: string
  readonly text: string
}
interface Entered {
  readonly id: string
  readonly source: string
  readonly group: string
  readonly licence: string
  readonly split: string
  readonly first: number
  readonly parts: number
}

/** A batch is big enough at so many examples, or so many UTF-8 bytes. */
const batchExamples = 1024
const batchBytes = 4 * 2 ** 20

export class ExampleDesk {
  readonly #config: Keeping
  readonly #measure = new Measure()
  readonly #seen = new Seen()
  readonly #asked = new Seen()
  readonly ledger = new LedgerRows()
  readonly splits: Record<string, number> = { train: 0, validation: 0, test: 0 }
  readonly partNames = new Set<string>()
  kept = 0
  /** records that could not be read */
  broken = 0
  parts = 0
  /** of all texts, in UTF-8 */
  bytes = 0
  #waitingBytes = 0
  #waitingReads = 0
  #examples: Array<Entered> = []
  #parts: Array<Part> = []

  constructor(config: Keeping) {
    this.#config = config
  }

  get isFull(): boolean {
    return this.#waitingReads >= batchExamples || this.#waitingBytes >= batchBytes
  }

  enter(one: RawExample | Refused | Broken): void {
    this.ledger.read++
    this.#waitingReads++
    const { source } = one
    const id = idOf(one.name, one.span)
    if (one.kind === "example") {
      this.#judge(id, one)
      return
    }
    const { rule, value, threshold } =
      one.kind === "refused" ? one : { rule: "bad-record", value: one.at, threshold: 0 }
    this.ledger.drop({ id, source, text: one.text, rule, value, threshold })
  }

  #judge(id: string, { parts: raw, source, ...rest }: RawExample): void {
    const parts = raw.map((part) => this.#clean(id, source, part))
    const failed = this.#failed(parts)
    if (failed !== undefined) {
      this.ledger.drop({ id, source, text: parts.map(({ text }) => text).join(" "), ...failed })
      return
    }
    const { group = "", licence = this.#config.licence } = rest
    const split = splitOf(group === "" ? id : group, this.#config.splits)
    this.#examples.push({ id, source, group, licence, split, first: this.parts, parts: parts.length })
    for (const part of parts) {
      this.#parts.push(part)
      this.partNames.add(part.name)
      const bytes = Buffer.byteLength(part.text)
      this.bytes += bytes
      this.#waitingBytes += bytes
    }
    this.kept++
    this.parts += parts.length
    this.splits[split] = (this.splits[split] ?? 0) + 1
  }

  #clean(id: string, source: string, { name, text: raw, lang }: RawPart): Part {
    const { text, repairs } = repair(raw, this.#config.unicode)
    for (const { rule, count } of repairs) {
      this.ledger.repair({ id, source, text, rule, value: count, threshold: 0 })
    }
    return { name, text, lang: lang ?? this.#config.lang ?? this.#guess(text) }
  }

  #guess(text: string): string {
    return languageIn(this.#measure.read(text), scriptOf(text, profile(text))).lang
  }

  #failed(
    parts: ReadonlyArray<Part>
  ): { readonly rule: string; readonly value: number; readonly threshold: number } | undefined {
    const empty = parts.findIndex(({ text }) => text === "")
    if (empty >= 0) return { rule: "empty-part", value: empty + 1, threshold: 0 }
    const lost = parts.reduce((sum, { text }) => sum + text.split("\uFFFD").length - 1, 0)
    if (lost > 0 && !this.#config.allowReplacement) {
      return { rule: "replacement-character", value: lost, threshold: 0 }
    }
    const { deduplicate, minChars, unique } = this.#config
    const short = parts.find(({ name, text }) => text.length < (minChars[name] ?? 0))
    if (short !== undefined)
      return { rule: "minChars", value: short.text.length, threshold: minChars[short.name] ?? 0 }
    const same = unique === undefined ? 1 : this.#asked.count(printOf(parts, unique))
    if (same > 1) return { rule: "asked-before", value: same, threshold: 1 }
    if (deduplicate === "none") return undefined
    const print = fingerprint(parts.map(({ name, text }) => `${name}\u0001${text}`).join("\u0000"))
    const copies = this.#seen.count(print)
    return copies > 1 ? { rule: "exact-duplicate", value: copies, threshold: 1 } : undefined
  }

  /** What has come together since the last time, in columns. */
  take(): { readonly examples: Kind.Rows<Tables["examples"]>; readonly parts: Kind.Rows<Tables["parts"]> } {
    const [examples, parts] = [this.#examples, this.#parts]
    this.#examples = []
    this.#parts = []
    this.#waitingBytes = 0
    this.#waitingReads = 0
    return {
      examples: {
        id: examples.map(({ id }) => id),
        source: examples.map(({ source }) => source),
        group: examples.map(({ group }) => group),
        licence: examples.map(({ licence }) => licence),
        split: examples.map(({ split }) => split),
        first: Uint32Array.from(examples, ({ first }) => first),
        parts: Uint32Array.from(examples, (one) => one.parts)
      },
      parts: {
        name: parts.map(({ name }) => name),
        lang: parts.map(({ lang }) => lang),
        text: parts.map(({ text }) => text)
      }
    }
  }
}

const printOf = (
  parts: ReadonlyArray<Part>,
  { parts: names, chars }: NonNullable<Keeping["unique"]>
): string =>
  fingerprint(
    parts
      .flatMap(({ name, text }) => (names.includes(name) ? [text.replace(/\s+/gu, " ").slice(0, chars)] : []))
      .join("\u0000")
  )
