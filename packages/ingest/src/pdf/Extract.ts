// The text of a PDF, by way of pdf.js. Runs in a thread of its own, which can be ended when a file keeps it busy for ever.
import { getDocumentProxy } from "unpdf"
import { CharacterMaps } from "./CharacterMaps.ts"
import { withoutFurniture } from "./Furniture.ts"
import { type Line, linesOf, type Piece } from "./Lines.ts"
import { paragraphsOf } from "./Paragraphs.ts"

export interface PdfLimits {
  readonly pages: number
  readonly chars: number
}
export type PdfOutcome =
  | {
      readonly kind: "text"
      readonly text: string
      readonly title: string
      readonly lang: string | undefined
    }
  | { readonly kind: "refused"; readonly rule: string; readonly value: number; readonly threshold: number }
  | { readonly kind: "damaged"; readonly problem: string }

/** A page with fewer characters is a picture; so is a file whose pages have fewer on average. */
const leastPageChars = 10
/** bit of the permissions that allows text to be copied (PDF 32000-1, table 22) */
const mayCopy = 0x10

type Document = Awaited<ReturnType<typeof getDocumentProxy>>

export const extractPdf = async (data: Uint8Array<ArrayBuffer>, limits: PdfLimits): Promise<PdfOutcome> => {
  let pdf: Document | undefined
  try {
    // nothing is drawn, nothing is run, nothing is fetched
    pdf = await getDocumentProxy(data, {
      disableFontFace: true,
      useSystemFonts: false,
      useWorkerFetch: false,
      cMapPacked: false,
      BinaryDataFactory: CharacterMaps,
      verbosity: 0,
      stopAtErrors: false,
      maxImageSize: 1
    })
    return await textOf(pdf, limits)
  } catch (problem) {
    const { name, message } = problem instanceof Error ? problem : new Error(String(problem))
    return name === "PasswordException"
      ? refused("encrypted", 1, 0)
      : { kind: "damaged", problem: `is no PDF that can be read: ${message}` }
  } finally {
    await pdf?.loadingTask.destroy()
  }
}

const refused = (rule: string, value: number, threshold: number): PdfOutcome => ({
  kind: "refused",
  rule,
  value,
  threshold
})

const textOf = async (pdf: Document, limits: PdfLimits): Promise<PdfOutcome> => {
  if (pdf.numPages > limits.pages) return refused("pdf-pages", pdf.numPages, limits.pages)
  const permissions = await pdf.getPermissions()
  if (permissions !== null && !permissions.includes(mayCopy)) return refused("encrypted", 1, 0)
  const pages: Array<ReadonlyArray<Line>> = []
  let chars = 0
  let lang: string | undefined
  let broken = 0
  for (let number = 1; number <= pdf.numPages; number++) {
    const page = await pageOf(pdf, number)
    if (page === undefined) broken++
    const lines = page?.lines ?? []
    lang ??= page?.lang
    for (const { text } of lines) chars += text.length
    if (chars > limits.chars) return refused("maxChars", chars, limits.chars)
    pages.push(lines)
  }
  if (broken === pdf.numPages) return { kind: "damaged", problem: "has no page that can be read" }
  if (chars < leastPageChars * pdf.numPages)
    return refused("no-text-layer", chars / pdf.numPages, leastPageChars)
  const { info } = await pdf.getMetadata()
  const title: unknown = Reflect.get(info, "Title")
  return {
    kind: "text",
    text: paragraphsOf(withoutFurniture(pages)),
    title: typeof title === "string" ? title : "",
    lang
  }
}

/** Undefined for a page that cannot be read: the others may be good. */
const pageOf = async (
  pdf: Document,
  number: number
): Promise<{ readonly lines: ReadonlyArray<Line>; readonly lang: string | undefined } | undefined> => {
  try {
    const page = await pdf.getPage(number)
    const { items, styles, lang } = await page.getTextContent()
    const pieces: Array<Piece> = []
    let upright = 0
    for (const item of items) {
      if (!("str" in item) || item.str.trim() === "") continue
      const [a = 0, b = 0, c = 0, d = 0, x = 0, y = 0]: ReadonlyArray<number> = item.transform
      const size = Math.hypot(c, d)
      const piece = {
        text: item.str,
        x,
        y,
        width: item.width,
        size,
        mono: styles[item.fontName]?.fontFamily === "monospace"
      }
      if (![x, y, size, item.width].every(Number.isFinite)) continue
      // stamps along the edge are turned by a quarter
      if (Math.abs(b) > Math.abs(a)) continue
      upright++
      pieces.push(piece)
    }
    page.cleanup()
    return { lines: upright === 0 ? [] : linesOf(pieces), lang: lang ?? undefined }
  } catch (problem) {
    if (problem instanceof Error) return undefined
    throw problem
  }
}
