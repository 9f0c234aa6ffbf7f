// What a pipeline file may say to the ingest stage. Every field but `files` has a default.
import { Effect, Schema } from "effect"

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

const thresholds = {
  minChars: Schema.optionalKey(Count),
  maxChars: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 500_000_000 }))),
  minLetterRatio: Schema.optionalKey(Share),
  maxDigitRatio: Schema.optionalKey(Share),
  maxControlRatio: Schema.optionalKey(Share),
  minUniqueLineRatio: Schema.optionalKey(Share),
  maxLineChars: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))),
  minHanRatio: Schema.optionalKey(Share),
  minWords: Schema.optionalKey(Count),
  maxMeanWordChars: Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThan(0)))
}
const Thresholds = Schema.Struct(thresholds)

const withDefault =
  <S extends Schema.Constraint>(value: S["Encoded"]) =>
  (schema: S) =>
    Schema.withDecodingDefaultKey<S>(Effect.succeed(value))(schema)

const Cuts = Schema.Struct({
  ...thresholds,
  minChars: Count.pipe(withDefault(20)).annotate({
    description: "characters (code points) of the clean text"
  }),
  maxChars: thresholds.maxChars.schema.pipe(withDefault(10_000_000)).annotate({
    description:
      "characters; no record longer than this is ever held in memory, so it also bounds markup before it is parsed"
  }),
  minLetterRatio: Share.pipe(withDefault(0.5)).annotate({
    description: "letters of any script among the characters that are not white space"
  }),
  maxControlRatio: Share.pipe(withDefault(0.01)).annotate({
    description: "control characters among all, before they are repaired"
  }),
  minUniqueLineRatio: Share.pipe(withDefault(0.3)).annotate({
    description: "distinct lines among the lines that are not blank"
  }),
  byScript: Schema.Record(Schema.String, Thresholds)
    .pipe(withDefault({ Hani: { minChars: 10 } }))
    .annotate({
      description:
        "thresholds that replace the ones above for documents of a script (ISO 15924); Hani stands for Hans, Hant and Jpan as well"
    })
})

export const IngestConfig = Schema.Struct({
  files: Schema.NonEmptyArray(Schema.String).annotate({
    description: "paths, folders and globs relative to the pipeline file, or npm:package/path/*.txt"
  }),
  exclude: Schema.Array(Schema.String)
    .pipe(withDefault([]))
    .annotate({ description: "globs over file names; a file that matches one is not read" }),
  where: Where.pipe(withDefault({})).annotate({ description: "which of the files are read, by name" }),
  format: Schema.Literals(["auto", "text", "markdown", "html", "jsonl"])
    .pipe(withDefault("auto"))
    .annotate({ description: "auto goes by the extension" }),
  jsonl: Schema.Struct({
    textField: Schema.String.pipe(withDefault("text")),
    idField: Schema.optionalKey(Schema.String).annotate({
      description:
        "identity of a record within its file, so that inserted lines move no other; else its position"
    }),
    langField: Schema.optionalKey(Schema.String)
  }).pipe(withDefault({})),
  onBadRecord: Schema.Literals(["fail", "drop"])
    .pipe(withDefault("fail"))
    .annotate({ description: "what a JSONL line that cannot be used does" }),
  split: Schema.Union([
    Schema.Literals(["whole", "blank-lines", "lines"]),
    Schema.Struct({
      heading: Pattern.annotate({ description: "a line that matches begins the next document" })
    })
  ])
    .pipe(withDefault("whole"))
    .annotate({ description: "how a file becomes documents; JSONL has one a line whatever this says" }),
  encoding: Schema.String.check(
    Schema.makeFilter(
      (label) => knownEncoding(label) || "expected auto or a label such as utf-8, gb18030, big5"
    )
  )
    .pipe(withDefault("auto"))
    .annotate({ description: "auto: byte order mark, valid UTF-8, else the best of several by score" }),
  unicode: Schema.Literals(["nfc", "nfkc", "none"]).pipe(withDefault("nfc")).annotate({
    description: "nfkc also rewrites full-width punctuation, which Chinese text should keep"
  }),
  allowReplacement: Schema.Boolean.pipe(withDefault(false)).annotate({
    description: "keep documents with U+FFFD, the trace of bytes that were lost"
  }),
  deduplicate: Schema.Literals(["exact", "none"])
    .pipe(withDefault("exact"))
    .annotate({ description: "exact: of texts that differ in white space only, the first by name stays" }),
  cuts: Cuts.pipe(withDefault({})),
  splits: Schema.Struct({
    validation: Share.pipe(withDefault(0.05)),
    test: Share.pipe(withDefault(0.05)),
    salt: Schema.String.pipe(withDefault("inkstone")).annotate({ description: "another salt, another split" })
  })
    .check(
      Schema.makeFilter(
        ({ validation, test }) =>
          validation + test < 1 || "expected validation and test to leave a share for train"
      )
    )
    .pipe(withDefault({}))
    .annotate({ description: "shares of the documents; the rest is train" }),
  lang: Schema.optionalKey(Schema.String).annotate({
    description: "ISO 639-1 of all documents; else a guess per document"
  }),
  description: Schema.String.pipe(withDefault("")).annotate({ description: "where the text comes from" }),
  licence: Schema.String.pipe(withDefault("")).annotate({ description: "under which licence" })
})
export type IngestConfig = typeof IngestConfig.Type
export type Thresholds = typeof Thresholds.Type
