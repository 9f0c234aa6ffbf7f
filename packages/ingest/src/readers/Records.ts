// What formats of records have in common: a row is a set of named fields, wherever it came from. Documents are made of rows here,
// supervised examples in `../examples/`.
import { longest } from "../Cuts.ts"
import type { IngestConfig } from "../IngestConfig.ts"
import { Seen } from "../Seen.ts"
import { codePoints } from "./Bounded.ts"
import { turnsText } from "./Chat.ts"
import { type Broken, Damage, type Format, type Named, nth, type Read, type Refused } from "./Format.ts"
import type { Input } from "./Input.ts"
import type { Reading } from "./Settings.ts"

/** A value as JSON has it; big integers and bytes of binary formats come as strings, dates as ISO 8601. */
export type Fields = Readonly<Record<string, unknown>>

interface Place {
  /** what is counted: `line`, `row`, `record`, `entry` */
  readonly unit: string
  /** from 1 */
  readonly at: number
}
export interface Row extends Place {
  readonly kind: "row"
  readonly fields: Fields
}
export interface BadRow extends Place {
  readonly kind: "bad"
  readonly problem: string
  readonly text: string
}
/** Longer than anything that is held. */
export interface LongRow extends Place {
  readonly kind: "long"
  readonly chars: number
  readonly text: string
}
export type RowItem = Row | BadRow | LongRow

/** What reading rows depends on. */
export interface RowSettings extends Pick<Reading, "encoding" | "csv" | "po" | "limits"> {
  /** no row longer than this is held */
  readonly maxChars: number
  /** the fields that are looked at: formats that keep columns apart read no others */
  readonly paths: ReadonlyArray<string>
}

export interface RowFormat extends Format {
  readonly rows: (input: Input, settings: RowSettings) => AsyncGenerator<ReadonlyArray<RowItem>>
}

/** A format that is known by its rows; they become documents by `fields:`. */
export const rowFormat = (about: Omit<RowFormat, "read">): RowFormat => ({
  ...about,
  read: async function* (input, config) {
    const documents = new DocumentsOf(input.name, config)
    const settings = { ...config, maxChars: longest(config.cuts), paths: Object.values(config.fields) }
    for await (const rows of about.rows(input, settings)) {
      yield rows.map((row) => documents.from(row))
    }
  }
})

/** The value at a path: a field of that very name, or the parts between dots one inside the other (`meta.lang`, `messages.0.content`). */
export const fieldAt = (fields: unknown, path: string): unknown => {
  if (typeof fields !== "object" || fields === null) return undefined
  if (Object.hasOwn(fields, path)) return ownValue(fields, path)
  const dot = path.indexOf(".")
  return dot === -1 ? undefined : fieldAt(ownValue(fields, path.slice(0, dot)), path.slice(dot + 1))
}
const ownValue = (of: object, name: string): unknown =>
  Object.hasOwn(of, name) ? Reflect.get(of, name) : undefined

/** The columns that hold the fields at these paths, all if there is none. Throws `Damage` where one is not there. */
export const columnsFor = (
  paths: ReadonlyArray<string>,
  names: ReadonlyArray<string>
): ReadonlyArray<string> => {
  if (paths.length === 0) return names
  const columns = paths.map((path) => {
    const [first = ""] = path.split(".", 1)
    if (names.includes(path)) return path
    if (names.includes(first)) return first
    const problem = `has no column "${first}"; its columns are ${names.slice(0, 20).join(", ")}`
    throw new Damage({ place: "schema", at: 0, problem })
  })
  return [...new Set(columns)]
}

/** A string or a number as a name; undefined for anything else and for nothing. */
export const nameAt = (fields: Fields, path: string | undefined): string | undefined => {
  if (path === undefined) return undefined
  const value = fieldAt(fields, path)
  if (typeof value === "number" || typeof value === "bigint") return value.toString()
  return typeof value === "string" && value !== "" ? value : undefined
}

export const fieldNames = (fields: Fields): string => Object.keys(fields).slice(0, 10).join(", ") || "none"

/** Rows of one file to documents, numbered. */
class DocumentsOf {
  readonly #name: string
  readonly #fields: IngestConfig["fields"]
  readonly #maxChars: number
  /** place at which each record id was first seen */
  readonly #seen = new Seen()
  #count = 0

  constructor(name: string, { fields, cuts }: IngestConfig) {
    this.#name = name
    this.#fields = fields
    this.#maxChars = longest(cuts)
  }

  from(row: RowItem): Read {
    const next = nth(this.#name, ++this.#count)
    if (row.kind === "row") return this.#document(row, next)
    if (row.kind === "bad") return broken(row, next, row.problem, row.text)
    return tooLong(next, { value: row.chars, threshold: this.#maxChars, text: row.text })
  }

  #document(row: Row, next: Named): Read {
    const { fields, unit, at } = row
    const wanted = this.#fields
    const bad = (problem: string) => broken(row, next, problem, excerptOf(fields))
    const text = textAt(fields, wanted.text)
    if (typeof text !== "string") return bad(text.problem)
    if (text.length > this.#maxChars && codePoints(text) > this.#maxChars) {
      const one = { value: codePoints(text), threshold: this.#maxChars, text: text.slice(0, excerptChars) }
      return tooLong(next, one)
    }
    const about = {
      text,
      lang: nameAt(fields, wanted.lang),
      licence: nameAt(fields, wanted.licence),
      group: nameAt(fields, wanted.group),
      title: nameAt(fields, wanted.title)
    }
    if (wanted.id === undefined) return { kind: "found", ...next, ...about }
    const id = nameAt(fields, wanted.id)
    if (id === undefined) return bad(`has no string or number in "${wanted.id}"`)
    const before = this.#seen.first(id, at)
    if (before !== undefined) return bad(`has the same "${wanted.id}" as ${unit} ${before}: ${id}`)
    return { kind: "found", ...next, span: id, ...about }
  }
}

const textAt = (fields: Fields, path: string): string | { readonly problem: string } => {
  const value = fieldAt(fields, path)
  if (typeof value === "string") return value
  if (value === null || value === undefined) {
    return Object.hasOwn(fields, path) || path.includes(".")
      ? { problem: `has nothing in "${path}"` }
      : { problem: `has no field "${path}"; its fields are ${fieldNames(fields)}` }
  }
  const turns = turnsText(value)
  if (turns !== undefined) return turns
  return { problem: `has a "${path}" that is no string; its fields are ${fieldNames(fields)}` }
}

const broken = ({ unit, at }: Place, named: Named, problem: string, text: string): Broken => ({
  kind: "broken",
  ...named,
  place: `${unit} ${at}`,
  at,
  problem,
  text
})

const tooLong = (
  named: Named,
  one: { readonly value: number; readonly threshold: number; readonly text: string }
): Refused => ({ kind: "refused", ...named, rule: "maxChars", ...one })

const excerptChars = 400
const excerptOf = (fields: Fields): string =>
  JSON.stringify(fields, (_, value: unknown) =>
    typeof value === "string"
      ? value.slice(0, excerptChars)
      : typeof value === "bigint"
        ? value.toString()
        : value
  ).slice(0, excerptChars)
