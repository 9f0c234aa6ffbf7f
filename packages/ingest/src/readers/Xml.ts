// XML as a stream of tags and text, for formats that are larger than memory. Nothing outside the file is ever fetched, and entities
// that a file defines for itself are not expanded: saxes knows the five of XML, and here those of HTML that feeds use.
import { SaxesParser } from "saxes"
import { Damage } from "./Format.ts"
import { Refusal } from "./Refusal.ts"

/** Names in lower case, with their prefix; values as they are. */
export interface XmlTag {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
}

export interface XmlHandler {
  readonly open?: (tag: XmlTag) => void
  readonly close?: (name: string) => void
  readonly text?: (text: string) => void
}

const mostDepth = 500
/** Feeds are seldom well-formed, and what follows a mistake is mostly good; after so many it is no XML. */
const mostMistakes = 1000
const pieceChars = 2 ** 16

const entities: Readonly<Record<string, string>> = {
  nbsp: "\u00A0",
  copy: "©",
  reg: "®",
  trade: "™",
  hellip: "…",
  mdash: "—",
  ndash: "–",
  lsquo: "‘",
  rsquo: "’",
  ldquo: "“",
  rdquo: "”",
  laquo: "«",
  raquo: "»",
  bull: "•",
  middot: "·",
  times: "×",
  deg: "°",
  euro: "€",
  pound: "£",
  sect: "§",
  eacute: "é",
  egrave: "è",
  agrave: "à",
  ccedil: "ç",
  ouml: "ö",
  auml: "ä",
  uuml: "ü",
  Ouml: "Ö",
  Auml: "Ä",
  Uuml: "Ü",
  szlig: "ß"
}

/** Feed it with `push`, then call `end`. Throws `Damage` for what is no XML, `Refusal` beyond a limit. */
export class XmlReader {
  readonly #parser = new SaxesParser({ xmlns: false, position: true })
  readonly #most: number
  #depth = 0
  #tags = 0
  #mistakes = 0
  /** characters since something was complete: all of them are held */
  #waiting = 0

  /** `most`: characters of one text, attribute or comment. */
  constructor(handler: XmlHandler, most: number) {
    this.#most = most
    Object.assign(this.#parser.ENTITIES, entities)
    this.#parser.on("opentag", ({ name, attributes }) => {
      this.#waiting = 0
      this.#tags++
      this.#depth++
      if (this.#depth > mostDepth)
        throw new Refusal("xml-too-deep", { value: this.#depth, threshold: mostDepth })
      handler.open?.({ name: name.toLowerCase(), attributes })
    })
    this.#parser.on("closetag", ({ name }) => {
      this.#waiting = 0
      this.#depth--
      handler.close?.(name.toLowerCase())
    })
    for (const event of ["text", "cdata"] as const) {
      this.#parser.on(event, (text) => {
        this.#waiting = 0
        handler.text?.(text)
      })
    }
    for (const event of ["comment", "doctype"] as const) this.#parser.on(event, () => (this.#waiting = 0))
    this.#parser.on("error", (problem) => this.#mistake(problem))
  }

  /** complete tags so far */
  get tags(): number {
    return this.#tags
  }

  push(text: string): void {
    for (let from = 0; from < text.length; from += pieceChars) {
      const piece = text.slice(from, from + pieceChars)
      this.#waiting += piece.length
      this.#parser.write(piece)
      if (this.#waiting > this.#most)
        throw new Refusal("maxChars", { value: this.#waiting, threshold: this.#most })
    }
  }

  end(): void {
    this.#parser.close()
  }

  #mistake(problem: Error): void {
    this.#mistakes++
    const at = this.#parser.line
    if (this.#mistakes > mostMistakes) {
      throw new Damage({ place: `line ${at}`, at, problem: `is no XML: ${problem.message}` })
    }
  }
}
