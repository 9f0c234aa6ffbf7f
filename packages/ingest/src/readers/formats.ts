// Every format that is read, by the name a pipeline file gives it: one line each.
import { Record } from "effect"
import { arrow } from "./Arrow.ts"
import { csv, tsv } from "./Csv.ts"
import { epub } from "./Epub.ts"
import { feed } from "./Feed.ts"
import type { Format } from "./Format.ts"
import { html } from "./Html.ts"
import { json } from "./Json.ts"
import { jsonl } from "./Jsonl.ts"
import { mail, mbox } from "./Mail.ts"
import { markdown } from "./Markdown.ts"
import { parquet } from "./Parquet.ts"
import { pdf } from "./Pdf.ts"
import { po } from "./Po.ts"
import { sitemap } from "./Sitemap.ts"
import { text } from "./Text.ts"
import { tmx } from "./Tmx.ts"
import { warc } from "./Warc.ts"

/** Where several recognise a file by its beginning, the first of them reads it. */
export const formats = {
  arrow,
  epub,
  pdf,
  warc,
  mbox,
  mail,
  tmx,
  feed,
  sitemap,
  po,
  csv,
  html,
  jsonl,
  json,
  markdown,
  parquet,
  text,
  tsv
} as const satisfies { readonly [name: string]: Format }

export type FormatName = keyof typeof formats
export const formatNames: ReadonlyArray<FormatName> = Record.keys(formats)

/** By extension, else by the first bytes, else text. */
export const formatOf = (extension: string, head: Uint8Array): FormatName =>
  formatIn(formats, extension, head) ?? "text"

/** Which of these formats a file has, by its extension, else by its first bytes. */
export const formatIn = <Name extends string>(
  known: { readonly [N in Name]: Format },
  extension: string,
  head: Uint8Array
): Name | undefined => {
  const all: ReadonlyArray<readonly [Name, Format]> = Record.toEntries(known)
  const named = all.find(([, format]) => format.extensions.includes(extension))
  return (named ?? all.find(([, format]) => format.recognises?.(head) ?? false))?.[0]
}
