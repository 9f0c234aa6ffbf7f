// News feeds and dumps of them: RSS 2.0 and 0.9x, RSS 1.0 (RDF), Atom. A document an entry, read as a stream.
import { longest } from "../Cuts.ts"
import { htmlWhole } from "../Html.ts"
import { Damage, type Format, nth, type Read } from "./Format.ts"
import { languageTag } from "./Page.ts"
import { Refusal } from "./Refusal.ts"
import { texts } from "./Texts.ts"
import { XmlReader, type XmlTag } from "./Xml.ts"

const root = /<(?:rss|feed|rdf:rdf|(?:\w+:)?RDF)[\s>]/u
const declaration = /<\?xml[^>]{1,100}encoding\s*=\s*["']([\w.:-]+)/iu

export const feed: Format = {
  extensions: [".rss", ".atom", ".rdf"],
  media: ["application/rss+xml", "application/atom+xml", "application/rdf+xml"],
  recognises: (head) => root.test(new TextDecoder("latin1").decode(head.subarray(0, 4096))),
  read: async function* (input, config) {
    const entries = new Entries(longest(config.cuts))
    const xml = new XmlReader(entries, longest(config.cuts))
    let count = 0
    const seen = new Set<string>()
    const documents = (): ReadonlyArray<Read> =>
      entries.take().map((entry) => {
        count++
        const key = entry.id !== undefined && !seen.has(entry.id) ? entry.id : undefined
        if (key !== undefined) seen.add(key)
        const place = {
          ...nth(input.name, count, key),
          ...(entry.url === undefined ? {} : { source: entry.url })
        }
        return documentOf(entry, place)
      })
    for await (const text of texts(input, config, declaration)) {
      xml.push(text)
      yield documents()
    }
    xml.end()
    yield documents()
    if (count === 0 && !entries.isFeed)
      throw new Damage({ place: "line 1", at: 1, problem: "begins no feed: there is no rss, feed or RDF" })
  }
}

interface Entry {
  title: string
  /** as HTML; the longest of what it has */
  content: string
  id: string | undefined
  url: string | undefined
  lang: string | undefined
  licence: string | undefined
  /** more than what is held */
  tooLong: number
}

const documentOf = (
  entry: Entry,
  place: { readonly source: string; readonly name: string; readonly span: string }
): Read => {
  const refuse = (rule: string, value: number, threshold: number): Read => ({
    kind: "refused",
    ...place,
    rule,
    value,
    threshold,
    text: entry.content.slice(0, 400)
  })
  if (entry.tooLong > 0) return refuse("maxChars", entry.tooLong, entry.content.length)
  try {
    const title = plain(entry.title)
    const body = plain(entry.content)
    const text = title === "" || body.startsWith(title) ? body : `${title}\n\n${body}`
    return { kind: "found", ...place, text, title, lang: entry.lang, licence: entry.licence }
  } catch (problem) {
    if (problem instanceof Refusal) return refuse(problem.rule, problem.value, problem.threshold)
    throw problem
  }
}

const plain = (html: string): string => (/[<&]/u.test(html) ? htmlWhole(html).text : html.trim())

const entryNames: ReadonlySet<string> = new Set(["item", "entry"])
const contentNames: ReadonlySet<string> = new Set([
  "content:encoded",
  "content",
  "description",
  "summary",
  "body",
  "xhtml:body"
])
const licenceNames: ReadonlySet<string> = new Set([
  "copyright",
  "rights",
  "dc:rights",
  "license",
  "cc:license",
  "creativecommons:license"
])

/** Puts entries together from the tags and texts of a feed. */
class Entries {
  isFeed = false
  readonly #most: number
  #done: Array<Entry> = []
  #entry: Entry | undefined
  /** of the feed itself */
  #lang: string | undefined
  #licence: string | undefined
  /** the element whose text is collected, and how deep in it we are */
  #field:
    | {
        readonly name: string
        readonly markup: boolean
        readonly parts: Array<string>
        chars: number
        depth: number
      }
    | undefined

  constructor(most: number) {
    this.#most = most
  }

  take(): ReadonlyArray<Entry> {
    const done = this.#done
    this.#done = []
    return done
  }

  readonly open = ({ name, attributes }: XmlTag): void => {
    if (/^(?:rss|feed|(?:\w+:)?rdf)$/u.test(name)) this.isFeed = true
    const field = this.#field
    if (field !== undefined) {
      field.depth++
      if (field.markup) this.#collect(`<${name.replace(/^\w+:/u, "")}>`)
      return
    }
    const lang = attributes["xml:lang"]
    if (entryNames.has(name)) {
      this.#entry = {
        title: "",
        content: "",
        id: attributes["rdf:about"],
        url: undefined,
        lang: languageTag(lang) ?? this.#lang,
        licence: this.#licence,
        tooLong: 0
      }
      return
    }
    if (lang !== undefined && this.#entry === undefined) this.#lang ??= languageTag(lang)
    if (name === "link") this.#link(attributes)
    else if (licenceNames.has(name) && attributes["rdf:resource"] !== undefined)
      this.#say(name, attributes["rdf:resource"])
    const isContent = contentNames.has(name) && this.#entry !== undefined
    if (isContent || textFields.has(name) || licenceNames.has(name)) {
      this.#field = {
        name,
        markup: attributes["type"] === "xhtml" || name.endsWith("body"),
        parts: [],
        chars: 0,
        depth: 0
      }
    }
  }

  readonly text = (text: string): void => {
    const field = this.#field
    // text inside markup is escaped again: it is read as HTML later
    if (field !== undefined)
      this.#collect(field.markup ? text.replace(/&/gu, "&amp;").replace(/</gu, "&lt;") : text)
  }

  readonly close = (name: string): void => {
    const field = this.#field
    if (field !== undefined) {
      if (field.depth > 0) {
        field.depth--
        if (field.markup && name !== "br") this.#collect(`</${name.replace(/^\w+:/u, "")}>`)
        return
      }
      this.#field = undefined
      this.#say(field.name, field.parts.join(""), field.chars)
    } else if (entryNames.has(name) && this.#entry !== undefined) {
      this.#done.push(this.#entry)
      this.#entry = undefined
    }
  }

  #collect(text: string): void {
    const field = this.#field
    if (field === undefined) return
    field.chars += text.length
    if (field.chars <= this.#most) field.parts.push(text)
  }

  #link({ href, rel }: XmlTag["attributes"]): void {
    if (href === undefined) return
    if (rel === "license") this.#say("license", href)
    else if ((rel === undefined || rel === "alternate") && this.#entry !== undefined)
      this.#entry.url ??= urlOf(href)
  }

  #say(name: string, text: string, chars = text.length): void {
    const entry = this.#entry
    const value = text.trim()
    if (licenceNames.has(name) && value !== "") {
      if (entry === undefined) this.#licence ??= value
      else entry.licence = value
    } else if (name === "language" || name === "dc:language") {
      if (entry === undefined) this.#lang ??= languageTag(value)
      else entry.lang = languageTag(value) ?? entry.lang
    } else if (entry === undefined) return
    else if (chars > this.#most) entry.tooLong = chars
    else if (name === "title") entry.title ||= value
    else if (name === "link") entry.url ??= urlOf(value)
    else if (name === "guid" || name === "id") entry.id = value || entry.id
    else if (contentNames.has(name) && value.length > entry.content.length) entry.content = value
  }
}

const textFields: ReadonlySet<string> = new Set(["title", "link", "guid", "id", "language", "dc:language"])
const urlOf = (value: string): string | undefined =>
  /^https?:/u.test(value) && URL.canParse(value) ? value : undefined
