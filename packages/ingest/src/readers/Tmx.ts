// TMX (Translation Memory eXchange 1.4b): units of text in several languages, read as a stream.
import { Damage } from "./Format.ts"
import { groupOf, type PairItem, pairFormat } from "./Pairs.ts"
import { texts } from "./Texts.ts"
import { XmlReader, type XmlTag } from "./Xml.ts"

const declaration = /<\?xml[^>]{1,100}encoding\s*=\s*["']([\w.:-]+)/iu
const root = /<tmx[\s>]/iu
const unit = "unit"

export const tmx = pairFormat({
  extensions: [".tmx"],
  media: ["application/x-tmx+xml"],
  recognises: (head) => root.test(new TextDecoder("latin1").decode(head.subarray(0, 4096))),
  rows: async function* (input, settings) {
    const units = new Units(settings.maxChars)
    const xml = new XmlReader(units, settings.maxChars)
    for await (const text of texts(input, settings, declaration)) {
      xml.push(text)
      yield units.take()
    }
    xml.end()
    yield units.take()
    units.ensureEnd()
  }
})

interface Variant {
  readonly lang: string
  text: string
}

/** Codes of the program it was written for; what is in them is no text. */
const codes: ReadonlySet<string> = new Set(["bpt", "ept", "ph", "it", "ut"])

/** Puts units together from the tags and texts of a TMX file. */
class Units {
  readonly #most: number
  #done: Array<PairItem> = []
  #count = 0
  #isTmx = false
  #isClosed = false
  /** of the header, and of the unit */
  #sourceLang = ""
  #unitLang = ""
  #id = ""
  #variants: Array<Variant> = []
  #inSegment = false
  #inCode = 0
  #chars = 0

  constructor(most: number) {
    this.#most = most
  }

  take(): ReadonlyArray<PairItem> {
    const done = this.#done
    this.#done = []
    return done
  }

  ensureEnd(): void {
    const at = this.#count
    if (!this.#isTmx) throw new Damage({ place: "line 1", at: 1, problem: "begins no TMX: there is no tmx" })
    if (!this.#isClosed) {
      throw new Damage({ place: `after unit ${at}`, at, problem: "it is cut off: tmx is not closed" })
    }
  }

  readonly open = ({ name, attributes }: XmlTag): void => {
    if (name === "tmx") this.#isTmx = true
    else if (name === "header") this.#sourceLang = attributes["srclang"] ?? ""
    else if (name === "tu") {
      this.#count++
      this.#id = attributes["tuid"] ?? ""
      this.#unitLang = attributes["srclang"] ?? this.#sourceLang
      this.#variants = []
      this.#chars = 0
    } else if (name === "tuv") {
      this.#variants.push({ lang: attributes["xml:lang"] ?? attributes["lang"] ?? "", text: "" })
    } else if (name === "seg") this.#inSegment = true
    else if (codes.has(name)) this.#inCode++
  }

  readonly text = (text: string): void => {
    const variant = this.#variants.at(-1)
    if (!this.#inSegment || this.#inCode > 0 || variant === undefined) return
    this.#chars += text.length
    if (this.#chars <= this.#most) variant.text += text
  }

  readonly close = (name: string): void => {
    if (name === "tmx") this.#isClosed = true
    else if (name === "seg") this.#inSegment = false
    else if (codes.has(name)) this.#inCode--
    else if (name === "tu") this.#done.push(...this.#pairs())
  }

  /** The text in the unit's own language beside each of the others. */
  #pairs(): ReadonlyArray<PairItem> {
    const at = this.#count
    const all = this.#variants.map(({ lang, text }) => ({ lang, text: text.trim() }))
    const full = all.filter(({ text }) => text !== "")
    if (this.#chars > this.#most) {
      return [{ kind: "long", unit, at, chars: this.#chars, text: (full[0]?.text ?? "").slice(0, 400) }]
    }
    const source = full.find(({ lang }) => isSame(lang, this.#unitLang)) ?? full[0]
    if (source === undefined || full.length < 2) {
      const problem = `has text in ${full.length} language${full.length === 1 ? "" : "s"}, where two are needed`
      return [{ kind: "bad", unit, at, problem, text: source?.text ?? "" }]
    }
    return full
      .filter((one) => one !== source)
      .map(({ lang, text }) => ({
        kind: "row",
        unit,
        at,
        fields: {
          source: source.text,
          target: text,
          sourceLang: source.lang,
          targetLang: lang,
          id: this.#id === "" ? at.toString() : this.#id,
          group: groupOf(source.text),
          context: ""
        }
      }))
  }
}

const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()
