// What a pipeline file may say to the examples stage. Every field but `files` has a default.
import { field } from "@inkstone/stage"
import { Record, Schema } from "effect"
import { arrow } from "../readers/Arrow.ts"
import { csv, tsv } from "../readers/Csv.ts"
import { json } from "../readers/Json.ts"
import { jsonl } from "../readers/Jsonl.ts"
import { mailRows } from "../readers/MailRows.ts"
import { parquet } from "../readers/Parquet.ts"
import { po } from "../readers/Po.ts"
import type { RowFormat } from "../readers/Records.ts"
import { PathPattern, reading } from "../readers/Settings.ts"
import { tmx } from "../readers/Tmx.ts"
import { keeping } from "./Keeping.ts"

/** Where several recognise a file by its beginning, the first of them reads it. */
export const rowFormats = {
  arrow,
  parquet,
  tmx,
  po,
  csv,
  tsv,
  jsonl,
  json,
  mail: mailRows
} as const satisfies { readonly [name: string]: RowFormat }
const rowFormatNames: ReadonlyArray<keyof typeof rowFormats> = Record.keys(rowFormats)

const Name = Schema.String.check(
  Schema.makeFilter((name) => /^[\w-]+$/u.test(name) || "expected letters, digits, - and _ only")
)
const Path = Schema.String.check(Schema.makeFilter((path) => path !== "" || "expected the name of a field"))

const Part = Schema.Struct({
  name: Name.annotate({ description: "what it is: question, answer, text, label, source, target, ..." }),
  field: Schema.optionalKey(Path).annotate({ description: "where it is in a record; a.b is b inside a" }),
  path: Schema.optionalKey(PathPattern).annotate({
    description: "instead of field: its text is the first group of this regular expression in the file's name"
  }),
  lang: Schema.optionalKey(Schema.String).annotate({ description: "its language, if all have the same" }),
  langField: Schema.optionalKey(Path).annotate({ description: "field that holds its language" }),
  optional: field(Schema.Boolean, false, "a record without it is one without this part")
}).check(
  Schema.makeFilter(
    ({ field, path }) =>
      (field === undefined) !== (path === undefined) || "expected field, or path instead of it"
  )
)
export type Part = typeof Part.Type

const Fields = Schema.Struct({
  id: Schema.optionalKey(Path).annotate({
    description: "names a record within its file, so that inserted ones move no other; else its position does"
  }),
  group: Schema.optionalKey(Path).annotate({
    description: "what must stay on one side of a split, such as a text that several questions are about"
  }),
  licence: Schema.optionalKey(Path).annotate({ description: "the licence of this example" })
})

export const ExamplesConfig = Schema.Struct({
  ...reading,
  format: field(
    Schema.Literals(["auto", ...rowFormatNames]),
    "auto",
    "auto goes by the extension, or else by the first bytes; gzip and zstd are unpacked whatever this says"
  ),
  parts: field(
    Schema.Array(Part),
    [],
    "which texts make an example, in this order; PO and TMX have source and target without being asked; a mail has text, subject, body, headers"
  ),
  turns: Schema.optionalKey(Path).annotate({
    description:
      "field of a conversation (role and content, or from and value): each turn is a part, after those in parts"
  }),
  fields: field(Fields, {}, "where records keep what is known about them"),
  maxChars: field(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 500_000_000 })),
    1_000_000,
    "most characters of a record; none longer than this is held"
  ),
  ...keeping
})
export type ExamplesConfig = typeof ExamplesConfig.Type
