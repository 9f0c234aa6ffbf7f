// Settings of the training stage.
import { splits } from "@inkstone/artifact"
import { Schema } from "effect"
import { field } from "./internal/Field.ts"
import { patterns } from "./Pattern.ts"

export const TrainConfig = Schema.Struct({
  type: field(
    Schema.Literals(["byte-bpe", "byte", "wordpiece", "unigram", "character"]),
    "byte-bpe",
    "byte-bpe, wordpiece (BERT) and unigram (T5) learn pieces; character takes the characters there are; byte learns nothing"
  ),
  vocabSize: field(
    Schema.Int.check(Schema.isBetween({ minimum: 257, maximum: 1_000_000 })),
    8192,
    "pieces to learn up to, bytes and special tokens among them (byte has always 257)"
  ),
  minFrequency: field(
    Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)),
    2,
    "byte-bpe, wordpiece: pairs that occur less often are not merged; character: rarer characters get no piece"
  ),
  pattern: field(
    Schema.Literals(patterns),
    "gpt2",
    "byte-bpe: how text is cut into words: gpt2, or gpt4 with at most 3 digits in a word"
  ),
  lowercase: field(Schema.Boolean, true, "wordpiece: small letters without accents"),
  byteFallback: field(
    Schema.Boolean,
    true,
    "unigram, character: characters without a piece become pieces of their bytes instead of <unk>"
  ),
  characterCoverage: field(
    Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })),
    1,
    "unigram: share of the text whose characters get pieces, the frequent ones first"
  ),
  split: field(Schema.Literals(splits), "train", "only documents of this split are read"),
  endOfText: field(
    Schema.NonEmptyString,
    "<|endoftext|>",
    "name of the token that closes every document (wordpiece has [SEP], unigram </s>)"
  ),
  specialTokens: field(
    Schema.Array(Schema.NonEmptyString),
    [],
    "further marks that text never becomes, such as <|im_start|> and <|im_end|> of a chat; part of vocabSize (byte has them on top)"
  )
})
export type TrainConfig = typeof TrainConfig.Type
