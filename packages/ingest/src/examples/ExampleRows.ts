// Rows of one file to examples: which fields become which parts.
import { Seen } from "../Seen.ts"
import type { ExamplesConfig, Part } from "./ExamplesConfig.ts"
import { turnsOf } from "../readers/Chat.ts"
import { type Broken, type Named, nth, type Refused } from "../readers/Format.ts"
import { languageTag } from "../readers/Page.ts"
import { UniqueKeys } from "../readers/Pairs.ts"
import { fieldAt, fieldNames, type Fields, nameAt, type Row, type RowItem } from "../readers/Records.ts"

export interface RawPart {
  readonly name: string
  readonly text: string
  readonly lang: string | undefined
}

/** As the record has it: nothing repaired or judged yet. */
export interface RawExample extends Named {
  readonly kind: "example"
  readonly parts: ReadonlyArray<RawPart>
  readonly group: string | undefined
  readonly licence: string | undefined
}

/** What PO and TMX give without being asked. */
const pair: ReadonlyArray<Part> = [
  { name: "source", field: "source", langField: "sourceLang", optional: false },
  { name: "target", field: "target", langField: "targetLang", optional: false }
]

/** All fields that are looked at; none means that the config does not say. */
export const pathsOf = ({ parts, turns, fields }: ExamplesConfig): ReadonlyArray<string> => {
  if (parts.length === 0 && turns === undefined) return []
  return [
    ...parts.flatMap(({ field, langField }) => [field, langField].filter((path) => path !== undefined)),
    ...(turns === undefined ? [] : [turns]),
    ...Object.values(fields)
  ]
}

export class ExampleRows {
  readonly #name: string
  readonly #config: ExamplesConfig
  readonly #isPairs: boolean
  readonly #parts: ReadonlyArray<Part>
  readonly #seen = new Seen()
  readonly #keys = new UniqueKeys()
  #count = 0

  /** `isPairs`: the format has source and target. */
  constructor(name: string, config: ExamplesConfig, isPairs: boolean) {
    const { parts, turns } = config
    this.#name = name
    this.#config = config
    this.#isPairs = isPairs
    this.#parts = isPairs && parts.length === 0 && turns === undefined ? pair : parts
  }

  from(item: RowItem): RawExample | Refused | Broken {
    const next = nth(this.#name, ++this.#count)
    if (item.kind === "row") return this.#example(item, next)
    const { unit, at, text } = item
    if (item.kind === "bad") {
      return { kind: "broken", ...next, place: `${unit} ${at}`, at, problem: item.problem, text }
    }
    const threshold = this.#config.maxChars
    return { kind: "refused", ...next, rule: "maxChars", value: item.chars, threshold, text }
  }

  #example({ unit, at, fields }: Row, next: Named): RawExample | Broken {
    const bad = (problem: string): Broken => {
      const text = this.#parts.map((part) => nameAt(fields, part.field) ?? "").join(" ")
      return { kind: "broken", ...next, place: `${unit} ${at}`, at, problem, text: text.slice(0, 400) }
    }
    const parts = this.#partsOf(fields)
    if (typeof parts === "string") return bad(parts)
    const wanted = this.#config.fields
    const example: RawExample = {
      kind: "example",
      ...next,
      parts,
      group: nameAt(fields, wanted.group ?? (this.#isPairs ? "group" : undefined)),
      licence: nameAt(fields, wanted.licence)
    }
    if (wanted.id === undefined) {
      if (!this.#isPairs) return example
      const lang = nameAt(fields, "targetLang") ?? ""
      return { ...example, span: this.#keys.of(`${nameAt(fields, "id") ?? ""}\0${lang}`) }
    }
    const id = nameAt(fields, wanted.id)
    if (id === undefined) return bad(`has no string or number in "${wanted.id}"`)
    const before = this.#seen.first(id, at)
    if (before !== undefined) return bad(`has the same "${wanted.id}" as ${unit} ${before}: ${id}`)
    return { ...example, span: id }
  }

  /** Or what keeps it from being an example. */
  #partsOf(fields: Fields): ReadonlyArray<RawPart> | string {
    const { turns } = this.#config
    if (this.#parts.length === 0 && turns === undefined) {
      return `has no parts: name its fields under "parts", or its conversation as "turns"; its fields are ${fieldNames(fields)}`
    }
    const found: Array<RawPart> = []
    for (const part of this.#parts) {
      const { field, path } = part
      const text =
        path === undefined
          ? textOf(fieldAt(fields, field ?? ""))
          : new RegExp(path, "u").exec(this.#name)?.[1]
      if (text === undefined || text.trim() === "") {
        if (part.optional) continue
        return path === undefined
          ? `has nothing in "${field}"; its fields are ${fieldNames(fields)}`
          : `is in a file whose name ${path} does not match`
      }
      const lang = languageTag(nameAt(fields, part.langField)) ?? part.lang
      found.push({ name: part.name, text, lang })
    }
    if (turns === undefined) return found.length === 0 ? "has none of its parts" : found
    const said = turnsOf(fieldAt(fields, turns))
    if (said === undefined || said.length === 0) return `has no conversation in "${turns}"`
    return [...found, ...said.map(({ role, text }) => ({ name: role, text, lang: undefined }))]
  }
}

/** Labels are often numbers. */
const textOf = (value: unknown): string | undefined =>
  typeof value === "string"
    ? value
    : typeof value === "number" || typeof value === "bigint" || typeof value === "boolean"
      ? value.toString()
      : undefined
