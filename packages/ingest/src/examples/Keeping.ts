// What any stage that makes examples may be told about which of them are kept, and on which side of a split.
import { field } from "@inkstone/stage"
import { Schema } from "effect"
import { Splits } from "../IngestConfig.ts"

const Count = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 2 ** 31 - 1 }))

const Unique = Schema.Struct({
  parts: Schema.NonEmptyArray(Schema.String).annotate({ description: "names of the parts" }),
  chars: Schema.optionalKey(Count).annotate({ description: "only so many characters of each are compared" })
})

/** Fields of such a stage's config. */
export const keeping = {
  unicode: field(
    Schema.Literals(["nfc", "nfkc", "none"]),
    "nfc",
    "nfkc also rewrites full-width punctuation, which Chinese text should keep"
  ),
  allowReplacement: field(
    Schema.Boolean,
    false,
    "keep examples with U+FFFD, the trace of bytes that were lost"
  ),
  deduplicate: field(
    Schema.Literals(["exact", "none"]),
    "exact",
    "exact: of examples that differ in white space only, the first by name stays"
  ),
  unique: Schema.optionalKey(Unique).annotate({
    description:
      "of examples that are the same in these parts the first by name stays, so that none held out is asked in training too"
  }),
  minChars: field(
    Schema.Record(Schema.String, Count),
    {},
    "least characters of a part, by its name; an example with less is dropped"
  ),
  splits: field(Splits, {}, "shares of the examples held out; the rest is train"),
  lang: Schema.optionalKey(Schema.String).annotate({
    description: "ISO 639-1 of all parts that say nothing else; else a guess per part"
  }),
  description: field(Schema.String, "", "where the examples come from"),
  licence: field(Schema.String, "", "under which licence")
}
const Keeping = Schema.Struct(keeping)
export type Keeping = typeof Keeping.Type
