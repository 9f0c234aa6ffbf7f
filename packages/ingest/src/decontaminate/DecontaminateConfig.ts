// What a pipeline file may say to the stage that takes evaluation items out of the training text.
import { splits } from "@inkstone/artifact"
import { field } from "@inkstone/stage"
import { Schema } from "effect"

const Between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))
const Splits = Schema.Array(Schema.Literals(splits))

export const DecontaminateConfig = Schema.Struct({
  wordNgrams: field(Between(1, 100), 13, "words that must be equal one after the other, as GPT-3 has it"),
  charNgrams: field(
    Between(1, 100),
    13,
    "the same in characters, for Han and other scripts without spaces; a word of another script counts as one"
  ),
  minWords: field(
    Between(1, 100),
    8,
    "a shorter item is looked for as a whole, if it has at least so many words; else it is reported as untested"
  ),
  minChars: field(Between(1, 100), 10, "the same in characters, for scripts without spaces"),
  action: field(
    Schema.Literals(["drop", "cut", "report"]),
    "drop",
    "drop: the document goes; cut: the match goes with a margin; report: nothing goes"
  ),
  marginChars: field(Between(0, 1_000_000), 200, "cut: characters (UTF-16 units) that go on both sides"),
  minPieceChars: field(Between(1, 1_000_000), 200, "cut: shorter pieces of what is left go too"),
  maxPieces: field(Between(1, 1_000_000), 10, "cut: a document in more pieces goes"),
  splits: field(
    Splits,
    [...splits],
    "splits of the documents that are examined; the others pass as they are"
  ),
  setSplits: field(
    Splits,
    [...splits],
    "splits of the evaluation sets that are looked for; [test] makes a whole corpus a test set"
  ),
  parts: field(
    Schema.Array(Schema.String),
    [],
    "parts of examples that are looked for, such as question; none: all of them"
  )
})
export type DecontaminateConfig = typeof DecontaminateConfig.Type
