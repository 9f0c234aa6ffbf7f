// Entries of a gettext PO file, line by line (GNU gettext manual, "The Format of PO Files"). Nothing is held but the entry at hand.

export interface PoEntry {
  /** line of its `msgid`, or of its first line if it has none */
  readonly line: number
  readonly context: string | undefined
  readonly id: string
  readonly plural: string | undefined
  /** by number of the plural form; one where there is no plural */
  readonly translations: ReadonlyArray<string>
  readonly fuzzy: boolean
  readonly obsolete: boolean
  /** what is wrong with it */
  readonly problem: string | undefined
  /** characters, of an entry that is too long to hold */
  readonly tooLong: number | undefined
}

type Key = "msgctxt" | "msgid" | "msgid_plural" | `msgstr${number}`

interface Draft {
  line: number
  readonly texts: Map<Key, string>
  /** to which a line of nothing but a string is added */
  key: Key | undefined
  fuzzy: boolean
  obsolete: boolean
  problem: string | undefined
  chars: number
}

const line =
  /^(#~\|?)?\s*(?:(msgctxt|msgid_plural|msgid|msgstr(?:\[(\d{1,2})\])?)\s*)?"((?:[^"\\]|\\.)*)"\s*$/u
const escapes: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  a: "\u0007",
  b: "\b",
  f: "\f",
  v: "\v"
}

const escaped = /((?:\\x[0-9a-fA-F]{1,2}|\\[0-7]{1,3})+)|\\(.)/gu

const unescaped = (text: string): string =>
  text.includes("\\")
    ? text.replace(escaped, (_, bytes?: string, one = "") =>
        bytes === undefined ? (escapes[one] ?? one) : ofBytes(bytes)
      )
    : text

/** Numbers stand for bytes, and a run of them for characters in UTF-8. */
const ofBytes = (numbers: string): string => {
  const values = Array.from(numbers.matchAll(/\\(?:x([0-9a-fA-F]+)|([0-7]+))/gu), ([, hex, octal = "0"]) =>
    hex === undefined ? Number.parseInt(octal, 8) : Number.parseInt(hex, 16)
  )
  return Buffer.from(values).toString("utf8")
}

/** Feed it line by line with `push`, then call `end`; both give an entry when one is complete. */
export class PoEntries {
  readonly #limit: number
  #draft: Draft | undefined

  /** `limit`: most characters of an entry. */
  constructor(limit: number) {
    this.#limit = limit
  }

  push(text: string, number: number): PoEntry | undefined {
    const content = text.trim()
    if (content === "") return this.#isTranslated ? this.#finish() : undefined
    if (content.startsWith("#") && !content.startsWith("#~")) {
      const done = this.#isTranslated ? this.#finish() : undefined
      if (content.startsWith("#,") && content.includes("fuzzy")) this.#open(number).fuzzy = true
      return done
    }
    // what an entry was before it changed is no text of its own
    if (content.startsWith("#~|")) return undefined
    const found = line.exec(content)
    if (found === null) {
      const draft = this.#open(number)
      draft.problem ??= `has a line that is no part of an entry: ${content.slice(0, 40)}`
      return undefined
    }
    return this.#add(found, number)
  }

  end(): PoEntry | undefined {
    return this.#draft === undefined || this.#draft.texts.size === 0 ? undefined : this.#finish()
  }

  get #isTranslated(): boolean {
    return this.#draft?.texts.has("msgstr0") === true || this.#draft?.problem !== undefined
  }

  #open(number: number): Draft {
    return (this.#draft ??= {
      line: number,
      texts: new Map(),
      key: undefined,
      fuzzy: false,
      obsolete: false,
      problem: undefined,
      chars: 0
    })
  }

  #add([, mark, keyword, form, quoted = ""]: RegExpExecArray, number: number): PoEntry | undefined {
    const begins = keyword === "msgctxt" || keyword === "msgid"
    const done = begins && this.#isTranslated ? this.#finish() : undefined
    const draft = this.#open(number)
    if (mark !== undefined) draft.obsolete = true
    if (keyword !== undefined) {
      const key = keyOf(keyword, form)
      if (draft.texts.has(key)) draft.problem ??= `has two of ${keyword}`
      if (keyword === "msgid") draft.line = number
      draft.key = key
    }
    if (draft.key === undefined) {
      draft.problem ??= "begins with a string that belongs to nothing"
      return done
    }
    draft.chars += quoted.length
    // more than the limit is only counted
    const before = draft.texts.get(draft.key) ?? ""
    draft.texts.set(draft.key, draft.chars > this.#limit ? before : before + unescaped(quoted))
    return done
  }

  #finish(): PoEntry | undefined {
    const draft = this.#draft
    this.#draft = undefined
    if (draft === undefined) return undefined
    const { texts, fuzzy, obsolete, chars } = draft
    const translations: Array<string> = []
    for (let n = 0; texts.has(`msgstr${n}`); n++) translations.push(texts.get(`msgstr${n}`) ?? "")
    const missing = texts.has("msgid") ? (translations.length === 0 ? "msgstr" : undefined) : "msgid"
    return {
      line: draft.line,
      context: texts.get("msgctxt"),
      id: texts.get("msgid") ?? "",
      plural: texts.get("msgid_plural"),
      translations,
      fuzzy,
      obsolete,
      problem: draft.problem ?? (missing === undefined ? undefined : `has no ${missing}`),
      tooLong: chars > this.#limit ? chars : undefined
    }
  }
}

const keyOf = (keyword: string, form: string | undefined): Key => {
  switch (keyword) {
    case "msgctxt":
    case "msgid":
    case "msgid_plural":
      return keyword
    default:
      return `msgstr${Number(form ?? 0)}`
  }
}
