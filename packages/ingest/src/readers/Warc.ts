// Web archives: WARC 1.0 and 1.1 (ISO 28500), packed record by record or not, and the extracted text of Common Crawl's WET files.
import { longest } from "../Cuts.ts"
import type { IngestConfig } from "../IngestConfig.ts"
import { htmlPage } from "../Html.ts"
import { ByteReader, type Taken } from "./ByteReader.ts"
import { decoded } from "./Decoded.ts"
import { Damage, type Format, type Named, nth, type Read } from "./Format.ts"
import { headersOf, mediaType, responseOf } from "./Http.ts"
import { charsetInPage, languageTag } from "./Page.ts"
import { Refusal } from "./Refusal.ts"

const latin1 = new TextDecoder("latin1")
const utf8 = new TextDecoder()
const mostLine = 2 ** 16
const mostHeaders = 2 ** 18
/** UTF-8 takes at most so many bytes a character */
const bytesPerChar = 4
/** records with a page in them; requests, metadata and the like have no text of their own */
const pageRecords: ReadonlySet<string> = new Set(["response", "resource", "conversion"])
const pageTypes: ReadonlySet<string> = new Set(["text/html", "application/xhtml+xml"])

interface Record {
  readonly headers: ReadonlyMap<string, string>
  readonly content: Taken
}

export const warc: Format = {
  extensions: [".warc", ".wet"],
  media: ["application/warc"],
  recognises: (head) => latin1.decode(head.subarray(0, 7)) === "WARC/1.",
  read: async function* (input, config) {
    const reader = new ByteReader(input.chunks())
    const mostBytes = bytesPerChar * longest(config.cuts)
    let count = 0
    try {
      for await (const record of records(reader, mostBytes)) {
        if (!pageRecords.has(record.headers.get("warc-type") ?? "")) continue
        count++
        yield [await documentOf(record, nth(input.name, count, record.headers.get("warc-record-id")), config)]
      }
    } finally {
      await reader.close()
    }
  }
}

/** Of each record, no more than `mostBytes` of the content is held. Throws `Damage` where something else stands than a record. */
async function* records(reader: ByteReader, mostBytes: number): AsyncGenerator<Record> {
  for (;;) {
    const at = reader.position
    const first = await reader.line(mostLine)
    if (first === undefined) return
    const version = latin1.decode(first.bytes).trim()
    if (version === "") continue
    if (!/^WARC\/\d\.\d+$/u.test(version)) {
      throw new Damage({
        place: `byte ${at}`,
        at,
        problem: "is where a record should begin, but there is none: a length before it is wrong"
      })
    }
    const headers = headersOf(await headerLines(reader))
    const length = Number(headers.get("content-length"))
    if (!/^\d{1,15}$/u.test(headers.get("content-length") ?? "")) {
      throw new Damage({ place: `byte ${at}`, at, problem: "has a record without a length" })
    }
    const content = await reader.block(length, mostBytes)
    if (content.length < length) {
      throw new Damage({
        place: `byte ${at}`,
        at,
        problem: `has a record of ${length} bytes, of which ${content.length} are there`
      })
    }
    yield { headers, content }
  }
}

const headerLines = async (reader: ByteReader): Promise<string> => {
  const at = reader.position
  const lines: Array<string> = []
  for (;;) {
    const line = await reader.line(mostLine)
    const text = line === undefined ? "" : utf8.decode(line.bytes)
    if (text.trim() === "") return lines.join("")
    lines.push(text)
    if (reader.position - at > mostHeaders)
      throw new Damage({ place: `byte ${at}`, at, problem: "has headers without an end" })
  }
}

const documentOf = async (
  { headers, content }: Record,
  place: Named,
  config: IngestConfig
): Promise<Read> => {
  const url = headers.get("warc-target-uri")?.replace(/^<(.*)>$/u, "$1")
  const named = url === undefined ? place : { ...place, source: url }
  try {
    const { bytes, length } = content
    if (bytes.length < length) throw new Refusal("maxBytes", { value: length, threshold: bytes.length })
    return { kind: "found", ...named, ...(await pageOf(headers, bytes, config)) }
  } catch (problem) {
    if (!(problem instanceof Refusal)) throw problem
    const { rule, value, threshold } = problem
    return { kind: "refused", ...named, rule, value, threshold, text: url ?? "" }
  }
}

const pageOf = async (headers: ReadonlyMap<string, string>, content: Uint8Array, config: IngestConfig) => {
  const lang = languageOf(headers.get("warc-identified-content-language"))
  const type = mediaType(headers.get("content-type"))
  const isHttp = type.type === "application/http" || type.type === "application/http;"
  const response = isHttp ? responseOf(content, bytesPerChar * longest(config.cuts)) : undefined
  if (isHttp && response === undefined) throw new Refusal("no-http-response")
  if (response !== undefined && response.status > 299) {
    throw new Refusal("http-status", { value: response.status, threshold: 299 })
  }
  const inner = response === undefined ? type : mediaType(response.headers.get("content-type"))
  const body = response?.body ?? content
  if (pageTypes.has(inner.type)) {
    const page = htmlPage(await decoded(body, config, { label: inner.charset, declaration: charsetInPage }))
    return { text: page.text, title: page.title, lang: page.lang ?? lang, licence: page.licence }
  }
  if (inner.type !== "text/plain") throw new Refusal("media-type")
  return { text: await decoded(body, config, { label: inner.charset }), lang }
}

/** Common Crawl names languages by ISO 639-3, the most frequent first; one alone is believed. */
const byLongCode: Readonly<{ [code: string]: string }> = {
  ara: "ar",
  ces: "cs",
  dan: "da",
  deu: "de",
  ell: "el",
  eng: "en",
  fas: "fa",
  fin: "fi",
  fra: "fr",
  heb: "he",
  hin: "hi",
  hun: "hu",
  ind: "id",
  ita: "it",
  jpn: "ja",
  kor: "ko",
  nld: "nl",
  nor: "no",
  pol: "pl",
  por: "pt",
  ron: "ro",
  rus: "ru",
  spa: "es",
  swe: "sv",
  tha: "th",
  tur: "tr",
  ukr: "uk",
  vie: "vi",
  zho: "zh"
}
const languageOf = (codes: string | undefined): string | undefined => {
  const tag = languageTag(codes)
  return tag === undefined ? undefined : (byLongCode[tag] ?? tag)
}
