// The package document of an EPUB (OPF): which files are its chapters, in which order, and what it says of the book. EPUB 2 and 3.
import { languageTag } from "./Page.ts"
import { XmlReader } from "./Xml.ts"

export interface Package {
  readonly title: string
  readonly lang: string | undefined
  readonly licence: string | undefined
  /** names in the archive, in reading order: no navigation, nothing that stands beside the text */
  readonly chapters: ReadonlyArray<string>
}

const chapterTypes: ReadonlySet<string> = new Set([
  "application/xhtml+xml",
  "text/html",
  "text/x-oeb1-document"
])
const licences: ReadonlySet<string> = new Set([
  "rights",
  "dcterms:rights",
  "dcterms:license",
  "cc:license",
  "schema:license"
])

interface Item {
  readonly href: string
  readonly type: string
  readonly properties: ReadonlyArray<string>
}

/** `name` is where the document stands in the archive; its links start from there. */
export const packageOf = (xml: string, name: string): Package => {
  const items = new Map<string, Item>()
  const spine: Array<string> = []
  const contents = new Set<string>()
  const said = new Map<string, string>()
  let field = ""
  let text = ""
  const reader = new XmlReader(
    {
      open: ({ name: tag, attributes }) => {
        const local = tag.replace(/^.*:/u, "")
        text = ""
        field = local === "meta" ? (attributes["property"] ?? "") : local
        if (local === "item") {
          items.set(attributes["id"] ?? "", {
            href: attributes["href"] ?? "",
            type: (attributes["media-type"] ?? "").toLowerCase(),
            properties: (attributes["properties"] ?? "").split(/\s+/u)
          })
        } else if (local === "itemref" && attributes["linear"]?.toLowerCase() !== "no") {
          spine.push(attributes["idref"] ?? "")
        } else if (local === "reference" && attributes["type"]?.toLowerCase() === "toc") {
          contents.add(inArchive(name, attributes["href"] ?? ""))
        } else if (local === "link" && licences.has((attributes["rel"] ?? "").toLowerCase())) {
          say(said, "licence", attributes["href"] ?? "")
        }
      },
      text: (more) => (text += more),
      close: () => {
        if (field === "title" || field === "language") say(said, field, text)
        if (licences.has(field)) say(said, "licence", text)
        field = ""
      }
    },
    xml.length
  )
  reader.push(xml)
  reader.end()
  const chapters = spine.flatMap((id) => {
    const item = items.get(id)
    if (item === undefined || !chapterTypes.has(item.type) || item.properties.includes("nav")) return []
    const path = inArchive(name, item.href)
    return contents.has(path) ? [] : [path]
  })
  return {
    title: said.get("title") ?? "",
    lang: languageTag(said.get("language")),
    licence: said.get("licence"),
    chapters: [...new Set(chapters)]
  }
}

const say = (said: Map<string, string>, name: string, value: string): void => {
  const clean = value.replace(/\s+/gu, " ").trim()
  if (clean !== "" && !said.has(name)) said.set(name, clean)
}

/** The name in the archive that a link in one of its files means. A link that leaves the archive means nothing in it. */
export const inArchive = (from: string, href: string): string => {
  const parts = from.split("/").slice(0, -1)
  for (const part of decode(href.split("#", 1)[0] ?? "").split("/")) {
    if (part === "..") parts.pop()
    else if (part !== "." && part !== "") parts.push(part)
  }
  return parts.join("/")
}

const decode = (href: string): string => {
  try {
    return decodeURIComponent(href)
  } catch {
    return href // a per cent sign that stands for itself
  }
}
