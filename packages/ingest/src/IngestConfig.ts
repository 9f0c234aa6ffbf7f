// What a pipeline file may say to the ingest stage. Every field but `files` has a default.
import { field } from "@inkstone/stage"
import { Schema } from "effect"
import { Cuts } from "./CutConfig.ts"
import { formatNames } from "./readers/formats.ts"
import { Pattern, reading } from "./readers/Settings.ts"

const Share = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))

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

/** How much is held out, whether of documents or of examples. */
export const Splits = Schema.Struct({
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
  Schema.Literals(["whole", "chapters", "blank-lines", "lines"]),
  Schema.Struct({
    heading: Pattern.annotate({ description: "a line that matches begins the next document" })
  })
])

const Mail = Schema.Struct({
  subject: field(Schema.Literals(["keep", "drop"]), "keep", "the subject, above the text"),
  quotes: field(Schema.Literals(["keep", "drop"]), "drop", "what a mail repeats of the ones it answers"),
  signatures: field(Schema.Literals(["keep", "drop"]), "drop", "what stands below two hyphens")
})

const Blocked = Schema.Struct({
  words: field(Schema.Array(Schema.String), [], "entries, besides those of the file"),
  file: Schema.optionalKey(Schema.String.check(Schema.isPattern(/^[^*?{}[\]]+$/u))).annotate({
    description: "path of a file with an entry a line; # begins a remark"
  })
})

export const IngestConfig = Schema.Struct({
  ...reading,
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
  split: field(
    Split,
    "whole",
    "how a file becomes documents; a record is one whatever this says, and chapters are those of books"
  ),
  mail: field(Mail, {}, "what of a mail is its text"),
  unicode: field(
    Schema.Literals(["nfc", "nfkc", "none"]),
    "nfc",
    "nfkc also rewrites full-width punctuation, which Chinese text should keep"
  ),
  chinese: field(
    Schema.Literals(["keep", "simplified", "traditional"]),
    "keep",
    "turns Chinese into one writing by OpenCC's phrase tables; counted in the ledger"
  ),
  personalData: field(
    Schema.Literals(["score", "mask", "drop", "off"]),
    "score",
    "mail, IP, telephone, Chinese mobile, identity card, plate, bank card: counted; replaced by <email> and the like; documents dropped; not looked for"
  ),
  blocklist: field(Blocked, {}, "words and phrases that cut a document; see cuts.blocklist.maxMatches"),
  dropLines: field(
    Schema.Literals(["none", "c4"]),
    "none",
    "c4 takes out the lines that C4 does not keep, and citations such as [3]; the c4 scores are those before"
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
