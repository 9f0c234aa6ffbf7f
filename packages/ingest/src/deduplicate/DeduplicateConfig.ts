// What a pipeline file may say to the stage that takes duplicates out. Every field has a default.
import { field } from "@inkstone/stage"
import { Schema } from "effect"

const Between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

const Whole = Schema.Struct({
  enabled: field(Schema.Boolean, true, "drop documents that are equal but for white space"),
  ignoreCase: field(Schema.Boolean, false, "letters that differ in case only are equal")
})

const piece = (name: string, minChars: number) =>
  Schema.Struct({
    enabled: field(
      Schema.Boolean,
      false,
      `remove ${name} that stand elsewhere too; the preferred document keeps its first one`
    ),
    minChars: field(
      Between(1, 1_000_000),
      minChars,
      `${name} with fewer characters are left alone (UTF-16 units, runs of white space as one)`
    ),
    ignoreCase: field(Schema.Boolean, false, "letters that differ in case only are equal")
  })

const Near = Schema.Struct({
  enabled: field(Schema.Boolean, true, "drop documents that are nearly equal (MinHash, LSH)"),
  wordNgrams: field(Between(1, 64), 5, "words of an n-gram, for scripts with spaces between words"),
  charNgrams: field(
    Between(1, 64),
    5,
    "characters of an n-gram, for Han and other scripts without spaces; a word of another script counts as one"
  ),
  buckets: field(
    Between(1, 256),
    14,
    "two documents are duplicates if they agree in all hashes of any bucket"
  ),
  hashesPerBucket: field(
    Between(1, 64),
    8,
    "more: only the more similar ones; (1/buckets)^(1/hashes) is 0.72"
  ),
  seed: field(Schema.Int, 1, "of the hash functions"),
  verify: field(
    Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })),
    0,
    "least true Jaccard similarity of their n-grams that two documents must have beside it; 0: not computed"
  )
})

const Substrings = Schema.Struct({
  enabled: field(Schema.Boolean, false, "cut out stretches of text that stand earlier or elsewhere too"),
  minChars: field(Between(20, 1_000_000), 100, "shorter stretches are left alone (UTF-16 units)")
})

export const DeduplicateConfig = Schema.Struct({
  documents: field(Whole, {}, "equal documents"),
  near: field(Near, {}, "nearly equal documents; the defaults are datatrove's"),
  paragraphs: field(piece("paragraphs", 100), {}, "equal paragraphs, parted by blank lines"),
  lines: field(piece("lines", 50), {}, "equal lines"),
  substrings: field(Substrings, {}, "equal stretches of text"),
  keep: field(
    Schema.Literals(["longest", "smallest-id"]),
    "longest",
    "which of several stays; ties go to the smallest id, so the order of the documents decides nothing"
  ),
  splits: field(
    Schema.Literals(["held-out-stays", "apart", "ignored"]),
    "held-out-stays",
    "held-out-stays: test before validation before train, so that train keeps no twin of a held-out document; apart: splits are not compared"
  )
})
export type DeduplicateConfig = typeof DeduplicateConfig.Type
