// What a pipeline file may say to the ingest stage. Every field but `files` has a default.
import { field } from "@inkstone/stage"
import { Schema } from "effect"
import { Cuts } from "./CutConfig.ts"
import { formatNames } from "./readers/formats.ts"

const compiles = (pattern: string): boolean => {
  try {
    return new RegExp(pattern, "u") instanceof RegExp
  } catch {
    return false
  }
}
const isPattern = Schema.makeFilter<string>(
  (pattern) => compiles(pattern) || "expected a regular expression of JavaScript (flag u)"
)
const Pattern = Schema.String.check(isPattern)
const NumberPattern = Schema.String.check(
  isPattern,
  Schema.makeFilter((pattern) => {
    if (!compiles(pattern)) return true // said by the check above
    const groups = new RegExp(`${pattern}|`, "u").exec("")?.length ?? 0
    return groups > 1 || "expected a capture group round the number"
  })
)
const Share = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

const knownEncoding = (label: string): boolean => {
  try {
    return label === "auto" || new TextDecoder(label).encoding !== ""
  } catch {
    return false
  }
}

const Encoding = Schema.String.check(
  Schema.makeFilter(
    (label) => knownEncoding(label) || "expected auto or a label such as utf-8, gb18030, big5"
  )
)
const Where = Schema.Struct({
  name: Schema.optionalKey(Pattern).annotate({
    description: "keep a file only if this regular expression matches its name"
  }),
  number: Schema.optionalKey(
    Schema.Struct({
      pattern: NumberPattern.annotate({ description: "its first group is the number, such as ^(\\d{4})_" }),
      atLeast: Schema.optionalKey(Schema.Finite),
      atMost: Schema.optionalKey(Schema.Finite)
    })
  ).annotate({ description: "keep a file only if the number in its name is in this range" })
})

const Fields = Schema.Struct({
  text: field(
    Schema.String,
    "text",
    "the text, or a conversation (a list of role and content, or from and value)"
  ),
  id: Schema.optionalKey(Schema.String).annotate({
    description: "names a record within its file, so that inserted ones move no other; else its position does"
  }),
  lang: Schema.optionalKey(Schema.String).annotate({ description: "the language" }),
  licence: Schema.optionalKey(Schema.String).annotate({ description: "the licence of this document" }),
  group: Schema.optionalKey(Schema.String).annotate({
    description: "what must stay on one side of a split, such as a book or a customer"
  }),
  title: Schema.optionalKey(Schema.String).annotate({ description: "the title" })
})

const Csv = Schema.Struct({
  header: field(Schema.Boolean, true, "the first row names the columns; else they are called 1, 2, 3, ..."),
  delimiter: Schema.optionalKey(Schema.String.check(Schema.isPattern(/^[^"\r\n]$/u))).annotate({
    description: "between the fields of a row; else a comma, and a tab in TSV"
  }),
  quote: field(Schema.Literals(["double", "none"]), "double", "double: a field in quotes may hold line ends")
})

const Limits = Schema.Struct({
  wholeBytes: field(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 2 ** 31 - 1 })),
    2 ** 28,
    "most bytes of a file that can only be read as a whole"
  ),
  unpackedBytes: field(Count, 2 ** 40, "most bytes that come out of one gzip or zstd file"),
  unpackedRatio: field(
    Schema.Finite.check(Schema.isGreaterThanOrEqualTo(1)),
    500,
    "most bytes out for each byte in, once 16 MiB are out"
  )
})

const Splits = Schema.Struct({
  validation: field(Share, 0.05, "share of the documents"),
  test: field(Share, 0.05, "share of the documents"),
  salt: field(Schema.String, "inkstone", "another salt, another split")
}).check(
  Schema.makeFilter(
    ({ validation, test }) =>
      validation + test < 1 || "expected validation and test to leave a share for train"
  )
)

const Split = Schema.Union([
  Schema.Literals(["whole", "blank-lines", "lines"]),
  Schema.Struct({
    heading: Pattern.annotate({ description: "a line that matches begins the next document" })
  })
])

export const IngestConfig = Schema.Struct({
  files: Schema.NonEmptyArray(Schema.String).annotate({
    description: "paths, folders and globs relative to the pipeline file, or npm:package/path/*.txt"
  }),
  exclude: field(
    Schema.Array(Schema.String),
    [],
    "globs over file names; a file that matches one is not read"
  ),
  where: field(Where, {}, "which of the files are read, by name"),
  format: field(
    Schema.Literals(["auto", ...formatNames]),
    "auto",
    "auto goes by the extension, or else by the first bytes; gzip and zstd are unpacked whatever this says"
  ),
  fields: field(
    Fields,
    {},
    "where records (JSON, CSV, Parquet, ...) keep what is read of them; a.b is b inside a"
  ),
  csv: field(Csv, {}, "how CSV and TSV are written"),
  limits: field(Limits, {}, "against files that are too big to hold, or unpack to more than any text does"),
  onBadRecord: field(
    Schema.Literals(["fail", "drop"]),
    "fail",
    "what happens at a record, or a file, that is damaged"
  ),
  split: field(Split, "whole", "how a file becomes documents; a record is one whatever this says"),
  encoding: field(
    Encoding,
    "auto",
    "auto: byte order mark, valid UTF-8, else the best of several by score; or a label such as gb18030"
  ),
  unicode: field(
    Schema.Literals(["nfc", "nfkc", "none"]),
    "nfc",
    "nfkc also rewrites full-width punctuation, which Chinese text should keep"
  ),
  allowReplacement: field(
    Schema.Boolean,
    false,
    "keep documents with U+FFFD, the trace of bytes that were lost"
  ),
  deduplicate: field(
    Schema.Literals(["exact", "none"]),
    "exact",
    "exact: of texts that differ in white space only, the first by name stays"
  ),
  cuts: field(
    Schema.Union([Schema.Literal("off"), Cuts]),
    {},
    "what a document must pass to be kept; off keeps all that could be read, for the stage #cut to choose from"
  ),
  splits: field(Splits, {}, "shares of the documents held out; the rest is train"),
  lang: Schema.optionalKey(Schema.String).annotate({
    description: "ISO 639-1 of all documents; else a guess per document"
  }),
  description: field(Schema.String, "", "where the text comes from"),
  licence: field(Schema.String, "", "under which licence")
})
export type IngestConfig = typeof IngestConfig.Type
export type Split = typeof Split.Type
