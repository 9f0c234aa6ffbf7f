// Running text put together from pieces of markup: white space collapsed as a browser does it, blocks apart.
import { visibleChars } from "./Weight.ts"

export type BlockKind = "text" | "heading" | "list" | "table" | "code"

/** What stands between two blank lines. */
export interface Block {
  readonly text: string
  readonly kind: BlockKind
  /** characters other than white space, in all and inside links; Han ones count twice */
  readonly chars: number
  readonly linked: number
}

/** A place in a flow to come back to. */
export interface Mark {
  readonly blocks: number
  readonly parts: number
  readonly chars: number
  readonly linked: number
  readonly kind: BlockKind
  /** of all text before it */
  readonly allChars: number
  readonly allLinked: number
}

const space = /[ \t\n\r\f]+/gu
/** A line end in the source between two of these is no space: Chinese and Japanese have none. Hangul is left out, Korean has. */
const wide = "[\\u2E80-\\u312F\\u3190-\\uA4CF\\uF900-\\uFAFF\\uFE30-\\uFFEF]"
const wideBreak = new RegExp(`(?<=${wide})[ \\t\\f]*[\\n\\r][ \\t\\n\\r\\f]*(?=${wide})`, "gu")
const isWide = new RegExp(wide, "u")
const isSpace = (unit: number): boolean => unit === 32 || (unit >= 9 && unit <= 13 && unit !== 11)

export class Flow {
  /** how many links, preformatted texts and table cells are open */
  inLinks = 0
  inCells = 0
  kind: BlockKind = "text"
  readonly #blocks: Array<Block> = []
  #parts: Array<string> = []
  #chars = 0
  #linked = 0
  #blockKind: BlockKind = "text"
  #allChars = 0
  #allLinked = 0
  #last = ""
  #owed: "" | "\n" | " " | "line" = ""
  #marker = ""

  /** Asks for a line end (1) or a blank line (2) before the next text. Inside a cell both are a space. */
  break(lines: 0 | 1 | 2): void {
    if (lines === 0 || this.#marker !== "") return
    if (this.inCells > 0) this.#owe(" ")
    else if (lines === 2) this.#close()
    else if (this.#parts.length > 0) this.#owed = "line"
  }

  /** What the next text begins its line with, if there is any text. */
  marker(marker: string): void {
    this.#marker = marker
  }
  /** No text came. */
  unmark(): void {
    this.#marker = ""
  }

  /** Cells of a row stand apart, also empty ones. */
  separator(): void {
    this.#owe(" ")
    this.#add("|")
    this.#owe(" ")
  }

  text(value: string): void {
    let from = 0
    let to = value.length
    while (from < to && isSpace(value.charCodeAt(from))) from++
    while (to > from && isSpace(value.charCodeAt(to - 1))) to--
    if (from > 0) this.#owe(value.slice(0, from).includes("\n") ? "\n" : " ")
    if (from === to) return
    this.#add(value.slice(from, to).replace(wideBreak, "").replace(space, " "))
    if (to < value.length) this.#owe(value.slice(to).includes("\n") ? "\n" : " ")
  }

  verbatim(value: string): void {
    if (value !== "") this.#add(value)
  }

  mark(): Mark {
    return {
      blocks: this.#blocks.length,
      parts: this.#parts.length,
      chars: this.#chars,
      linked: this.#linked,
      kind: this.#blockKind,
      allChars: this.#allChars,
      allLinked: this.#allLinked
    }
  }

  /** Forgets all text since the mark, unless the block that was open then has been closed: it cannot be taken apart again. */
  backTo(mark: Mark): void {
    if (this.#blocks.length > mark.blocks && mark.parts > 0) return
    this.#blocks.length = mark.blocks
    this.#parts.length = Math.min(this.#parts.length, mark.parts)
    this.#chars = mark.chars
    this.#linked = mark.linked
    this.#blockKind = mark.kind
    this.#allChars = mark.allChars
    this.#allLinked = mark.allLinked
    this.#last = this.#parts.at(-1) ?? ""
  }

  /** Characters since the mark, and those of them that stand inside links. */
  since(mark: Mark): { readonly chars: number; readonly linked: number } {
    return { chars: this.#allChars - mark.allChars, linked: this.#allLinked - mark.allLinked }
  }

  end(): ReadonlyArray<Block> {
    this.#close()
    return this.#blocks
  }

  #owe(what: "\n" | " "): void {
    if (this.#owed !== "line" && this.#owed !== " " && this.#parts.length > 0) this.#owed = what
  }

  #add(text: string): void {
    const between = this.#between(text)
    this.#owed = ""
    if (this.#parts.length === 0) this.#blockKind = this.kind
    this.#parts.push(`${between}${this.#marker}${text}`)
    this.#marker = ""
    this.#last = text
    const chars = visibleChars(text)
    this.#chars += chars
    this.#allChars += chars
    if (this.inLinks > 0) {
      this.#linked += chars
      this.#allLinked += chars
    }
  }

  #between(text: string): string {
    if (this.#parts.length === 0 || this.#owed === "") return ""
    if (this.#owed === "line") return "\n"
    if (this.#last.endsWith("\n")) return ""
    const wideAround = this.#owed === "\n" && isWide.test(this.#last.slice(-1)) && isWide.test(text.charAt(0))
    return wideAround ? "" : " "
  }

  #close(): void {
    this.#owed = ""
    const text = this.#parts.join("").replace(/^\n+/u, "").trimEnd()
    if (text !== "") {
      this.#blocks.push({ text, kind: this.#blockKind, chars: this.#chars, linked: this.#linked })
    }
    this.#parts = []
    this.#chars = 0
    this.#linked = 0
    this.#last = ""
  }
}
