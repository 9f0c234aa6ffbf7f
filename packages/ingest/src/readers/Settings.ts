// What a pipeline file may say about reading, whichever stage reads: which files, where in them, and how much of them at most.
import { field } from "@inkstone/stage"
import { Schema } from "effect"

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
/** A regular expression of JavaScript, to be used with the flag u. */
export const Pattern = Schema.String.check(isPattern)
/** With one group, which is what is wanted of a file's name. */
export const PathPattern = Schema.String.check(
  isPattern,
  Schema.makeFilter((pattern) => {
    if (!compiles(pattern)) return true // said by the check above
    const groups = new RegExp(`${pattern}|`, "u").exec("")?.length ?? 0
    return groups > 1 || "expected a capture group round what is wanted"
  })
)

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
      pattern: PathPattern.annotate({ description: "its first group is the number, such as ^(\\d{4})_" }),
      atLeast: Schema.optionalKey(Schema.Finite),
      atMost: Schema.optionalKey(Schema.Finite)
    })
  ).annotate({ description: "keep a file only if the number in its name is in this range" })
})

const Csv = Schema.Struct({
  header: field(Schema.Boolean, true, "the first row names the columns; else they are called 1, 2, 3, ..."),
  delimiter: Schema.optionalKey(
    Schema.String.check(
      Schema.makeFilter(
        (text) => (/^[ -~\t]$/u.test(text) && text !== '"') || "expected one character of ASCII, no quote"
      )
    )
  ).annotate({ description: "between the fields of a row; else a comma, and a tab in TSV" }),
  quote: field(Schema.Literals(["double", "none"]), "double", "double: a field in quotes may hold line ends")
})

const Po = Schema.Struct({
  fuzzy: field(Schema.Boolean, false, "keep translations that are marked as fuzzy, which no one has checked"),
  obsolete: field(Schema.Boolean, false, "keep translations that are no longer used")
})

const Limits = Schema.Struct({
  wholeBytes: field(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 2 ** 31 - 1 })),
    2 ** 28,
    "most bytes of a file, or of a part of it, that can only be read as a whole"
  ),
  unpackedBytes: field(
    Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)),
    2 ** 40,
    "most bytes that come out of one gzip or zstd file"
  ),
  unpackedRatio: field(
    Schema.Finite.check(Schema.isGreaterThanOrEqualTo(1)),
    500,
    "most bytes out for each byte in, once 16 MiB are out"
  )
})

/** Fields of a stage's config; all but `files` have a default. */
export const reading = {
  files: Schema.NonEmptyArray(Schema.String).annotate({
    description:
      "paths, folders and globs relative to the pipeline file, or npm:package/path/*.txt, pypi:package@version/path, apt:package/path"
  }),
  exclude: field(
    Schema.Array(Schema.String),
    [],
    "globs over file names; a file that matches one is not read"
  ),
  where: field(Where, {}, "which of the files are read, by name"),
  csv: field(Csv, {}, "how CSV and TSV are written"),
  po: field(Po, {}, "which entries of gettext PO files are read"),
  encoding: field(
    Encoding,
    "auto",
    "auto: byte order mark, valid UTF-8, else the best of several by score; or a label such as gb18030"
  ),
  limits: field(Limits, {}, "against files that are too big to hold, or unpack to more than any text does"),
  onBadRecord: field(
    Schema.Literals(["fail", "drop"]),
    "fail",
    "what happens at a record, or a file, that is damaged"
  )
}
const Reading = Schema.Struct(reading)
export type Reading = typeof Reading.Type
