// Books: EPUB 2 and 3. A book is one document, or one document a chapter (`split: chapters`).
import { longest } from "../Cuts.ts"
import { htmlWhole } from "../Html.ts"
import { attribute, type Element } from "../html/Parse.ts"
import { decoded } from "./Decoded.ts"
import { Damage, type Format, nth } from "./Format.ts"
import { inArchive, type Package, packageOf } from "./Package.ts"
import { charsetInPage, documentsOf } from "./Page.ts"
import { Refusal } from "./Refusal.ts"
import { XmlReader } from "./Xml.ts"
import { Zip } from "./Zip.ts"

const mostMetaBytes = 2 ** 24
const bytesPerChar = 4
/** markup may be more than the text that is left of it */
const leastChapterBytes = 2 ** 20
/** They scramble a font's first bytes, to no reader's harm. */
const fontScrambling: ReadonlySet<string> = new Set([
  "http://www.idpf.org/2008/embedding",
  "http://ns.adobe.com/pdf/enc#RC"
])

export const epub: Format = {
  extensions: [".epub"],
  media: ["application/epub+zip"],
  recognises: (head) =>
    head[0] === 0x50 &&
    head[1] === 0x4b &&
    new TextDecoder("latin1").decode(head.subarray(30, 58)) === "mimetypeapplication/epub+zip",
  read: async function* (input, config) {
    const { wholeBytes, unpackedRatio } = config.limits
    const mostChars = longest(config.cuts)
    const file = await input.open(wholeBytes)
    try {
      const zip = await Zip.of(file, { unpackedBytes: wholeBytes, unpackedRatio })
      await refuseEncrypted(zip)
      const book = await bookIn(zip)
      const about = { lang: book.lang, licence: book.licence, group: input.name }
      const texts: Array<string> = []
      let count = 0
      for (const name of book.chapters) {
        const chapter = await chapterOf(zip, name, Math.max(leastChapterBytes, bytesPerChar * mostChars))
        if (chapter.text === "") continue
        if (config.split === "chapters") {
          yield [{ kind: "found", ...nth(input.name, ++count, name), ...about, ...chapter }]
          continue
        }
        texts.push(chapter.text)
      }
      if (config.split === "chapters") return
      const { title, lang, licence } = book
      yield documentsOf({ text: texts.join("\n\n"), title, lang, licence }, input, config)
    } finally {
      await file.close()
    }
  }
}

/** What is encrypted for a reader's device is not ours to read. */
const refuseEncrypted = async (zip: Zip): Promise<void> => {
  if (zip.has("META-INF/license.lcpl") || zip.has("META-INF/rights.xml")) throw new Refusal("encrypted")
  const xml = await zip.read("META-INF/encryption.xml", mostMetaBytes)
  if (xml === undefined) return
  let others = 0
  readXml(xml, ({ name, attributes }) => {
    const algorithm = attributes["Algorithm"] ?? ""
    if (name.endsWith("encryptionmethod") && !fontScrambling.has(algorithm)) others++
  })
  if (others > 0) throw new Refusal("encrypted", { value: others, threshold: 0 })
}

const bookIn = async (zip: Zip): Promise<Package> => {
  const container = await needed(zip, "META-INF/container.xml")
  let path = ""
  readXml(container, ({ name, attributes }) => {
    if (name.endsWith("rootfile")) path ||= inArchive("", attributes["full-path"] ?? "")
  })
  return packageOf(new TextDecoder().decode(await needed(zip, path)), path)
}

const readXml = (bytes: Uint8Array, open: ConstructorParameters<typeof XmlReader>[0]["open"]): void => {
  const text = new TextDecoder().decode(bytes)
  const reader = new XmlReader(open === undefined ? {} : { open }, text.length)
  reader.push(text)
  reader.end()
}

const needed = async (zip: Zip, name: string): Promise<Uint8Array> => {
  const bytes = await zip.read(name, mostMetaBytes)
  if (bytes !== undefined) return bytes
  throw new Damage({ place: `entry ${name}`, at: 0, problem: "is not in the archive, so it is no book" })
}

const chapterOf = async (zip: Zip, name: string, mostBytes: number) => {
  const bytes = await zip.read(name, mostBytes)
  if (bytes === undefined) {
    throw new Damage({
      place: `entry ${name}`,
      at: 0,
      problem: "is named by the book, but not in the archive"
    })
  }
  const page = await decoded(bytes, { encoding: "auto" }, { declaration: charsetInPage })
  const { text, title } = htmlWhole(closed(page), isNavigation)
  return { text, title }
}

const isNavigation = (element: Element): boolean =>
  element.tagName === "nav" ||
  /(?:^|\s)(?:pagebreak|noteref)(?:\s|$)/u.test(attribute(element, "epub:type") ?? "")

/** entities that a file defines for itself; they are never expanded */
const subset = /<!DOCTYPE[^<>[\]]{0,500}\[[^\]]*\]\s*>/iu
const voids: ReadonlySet<string> = new Set(
  "area base br col embed hr img input link meta source track wbr".split(" ")
)
/** Chapters are XML, where any element may be closed in its own tag; HTML would leave it open, a title to the end of the book. */
const closed = (xhtml: string): string =>
  xhtml
    .replace(subset, "")
    .replace(/<([a-z][\w:.-]*)([^<>]*)\/>/giu, (tag, name: string, rest: string) =>
      voids.has(name.toLowerCase()) ? tag : `<${name}${rest}></${name}>`
    )
