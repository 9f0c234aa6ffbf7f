// A model: named arrays and what is needed to build it again. Neural and n-gram models alike.
import { Schema } from "effect"
import { binary, int32List, utf8 } from "../Column.ts"
import * as Kind from "../Kind.ts"

export const Weights = Kind.define({
  name: "weights",
  version: 1,
  tables: {
    /** one batch an array, so that a big model is never one buffer */
    weights: {
      name: utf8,
      /** `float32`, `int32`, `uint32`, `uint16`, `float64`, `bfloat16` */
      dtype: utf8,
      shape: int32List,
      /** little-endian, row-major */
      data: binary
    }
  },
  attributes: Schema.Struct({
    /** `gpt2`, `ngram`, ... */
    family: Schema.String,
    /** name of the preset, or `custom` */
    preset: Schema.String,
    /** the family's own configuration, as its schema encodes it */
    architecture: Schema.Record(Schema.String, Schema.Json),
    /** trainable numbers; for a count model, stored n-grams */
    parameters: Schema.Int,
    vocabSize: Schema.Int,
    /** most positions the model can see at once */
    contextLength: Schema.Int,
    endOfTextId: Schema.Int,
    /** logical digests */
    tokenizer: Schema.String,
    trainedOn: Schema.String,
    trainTokens: Schema.Int,
    trainBytes: Schema.Int,
    /** settings that made it, as the training stage's schema encodes them */
    training: Schema.Record(Schema.String, Schema.Json)
  })
})
