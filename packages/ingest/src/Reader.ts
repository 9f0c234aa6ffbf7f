// From a file to the documents in it, one chunk after the other.
import { extname } from "node:path"
import type { SourceFile } from "@inkstone/stage"
import { longest } from "./Cuts.ts"
import { Cutter, type Piece } from "./Cutter.ts"
import { decide } from "./Encoding.ts"
import { htmlText } from "./Html.ts"
import type { IngestConfig } from "./IngestConfig.ts"
import { parseRecord } from "./Jsonl.ts"
import { markdownText } from "./Markdown.ts"
import { chunks, survey } from "./Survey.ts"

interface Named {
  /** file name, with `#n` for the n-th document of a file that was cut */
  readonly source: string
  /** file and place in it: what the document's id is made of */
  readonly name: string
  readonly span: string
}
export interface Found extends Named {
  readonly kind: "found"
  readonly text: string
  /** as the record says */
  readonly lang: string | undefined
  readonly licence?: string | undefined
  /** what must stay on one side of a split; the document itself if absent */
  readonly group?: string | undefined
}
/** Known to be of no use before it could be measured like a text. */
export interface Refused extends Named {
  readonly kind: "refused"
  readonly rule: string
  readonly value: number
  readonly threshold: number
  readonly text: string
}
/** A record that cannot be read; whether that is an error is for the config to say. */
export interface Broken extends Named {
  readonly kind: "broken"
  readonly line: number
  readonly problem: string
  readonly text: string
}
export type Read = Found | Refused | Broken

/** What a chunk of a file completed, and how many bytes the chunk had. */
export interface Batch {
  readonly reads: ReadonlyArray<Read>
  readonly bytes: number
}

type Format = Exclude<IngestConfig["format"], "auto">
const formats: Readonly<Record<string, Format>> = {
  ".md": "markdown",
  ".markdown": "markdown",
  ".html": "html",
  ".htm": "html",
  ".xhtml": "html",
  ".jsonl": "jsonl",
  ".ndjson": "jsonl"
}
const formatOf = (name: string, wanted: IngestConfig["format"]): Format =>
  wanted === "auto" ? (formats[extname(name).toLowerCase()] ?? "text") : wanted

/** Reads the file twice: once to find out what it is, once to decode it. Rejects with Node's error if it cannot be read. */
export async function* read(file: SourceFile, config: IngestConfig): AsyncGenerator<Batch> {
  const format = formatOf(file.name, config.format)
  const looks = await survey(file.path)
  const decision = decide(looks, { wanted: config.encoding, markup: format === "html" })
  if ("rule" in decision) {
    const text = new TextDecoder("latin1").decode(looks.head.subarray(0, 400))
    yield { reads: [{ kind: "refused", ...whole(file.name), ...decision, text }], bytes: looks.bytes }
    return
  }
  const documents = new DocumentsOf(file.name, format, config)
  const split = format === "jsonl" ? "lines" : format === "html" ? "whole" : config.split
  const cutter = new Cutter(split, longest(config.cuts))
  const decoder = new TextDecoder(decision.encoding)
  for await (const chunk of chunks(file.path)) {
    const pieces = cutter.push(decoder.decode(chunk, { stream: true }))
    yield { reads: pieces.flatMap((piece) => documents.from(piece)), bytes: chunk.length }
  }
  const last = [...cutter.push(decoder.decode()), ...cutter.end()]
  yield { reads: last.flatMap((piece) => documents.from(piece)), bytes: 0 }
}

const whole = (name: string): Named => ({ source: name, name, span: "" })

/** Turns the pieces of one file into documents and numbers them. */
class DocumentsOf {
  readonly #name: string
  readonly #format: Format
  readonly #config: IngestConfig
  /** line on which each record id was first seen */
  readonly #lines = new Map<string, number>()
  #count = 0

  constructor(name: string, format: Format, config: IngestConfig) {
    this.#name = name
    this.#format = format
    this.#config = config
  }

  from(piece: Piece): ReadonlyArray<Read> {
    if (piece.tooLong !== undefined) {
      const threshold = longest(this.#config.cuts)
      return [
        {
          kind: "refused",
          ...this.#next(),
          rule: "maxChars",
          value: piece.tooLong,
          threshold,
          text: piece.text
        }
      ]
    }
    switch (this.#format) {
      case "jsonl":
        return [this.#record(piece)]
      case "html":
        return this.#cutAgain(htmlText(piece.text))
      case "markdown":
        return [this.#found(markdownText(piece.text))]
      case "text":
        return [this.#found(piece.text)]
    }
  }

  #found(text: string): Found {
    return { kind: "found", ...this.#next(), text, lang: undefined }
  }

  /** A page can only be cut once its text is there. */
  #cutAgain(text: string): ReadonlyArray<Read> {
    const cutter = new Cutter(this.#config.split, longest(this.#config.cuts))
    return [...cutter.push(text), ...cutter.end()].map((piece) => this.#found(piece.text))
  }

  #record({ text, line }: Piece): Read {
    const record = parseRecord(text, this.#config.jsonl)
    const next = this.#next()
    if ("problem" in record) return { kind: "broken", ...next, line, problem: record.problem, text }
    if (record.id === undefined) return { kind: "found", ...next, text: record.text, lang: record.lang }
    const before = this.#lines.get(record.id)
    if (before !== undefined) {
      const problem = `has the same "${this.#config.jsonl.idField}" as line ${before}: ${record.id}`
      return { kind: "broken", ...next, line, problem, text }
    }
    this.#lines.set(record.id, line)
    return { kind: "found", ...next, span: record.id, text: record.text, lang: record.lang }
  }

  #next(): Named {
    if (this.#format !== "jsonl" && this.#config.split === "whole") return whole(this.#name)
    this.#count++
    return { source: `${this.#name}#${this.#count}`, name: this.#name, span: this.#count.toString() }
  }
}
