// What tokenizers make of the same texts: numbers side by side, what they never use, and what does not come back.
import { Schema } from "effect"
import { binary, float64, uint32, utf8 } from "../Column.ts"
import * as Kind from "../Kind.ts"

export const TokenizerReport = Kind.define({
  name: "tokenizer-report",
  version: 1,
  tables: {
    metrics: {
      /** label of the tokenizer */
      tokenizer: utf8,
      split: utf8,
      /** `all`, or a script (ISO 15924), or `und` */
      script: utf8,
      /** `all`, or a language (ISO 639-1), or `und` */
      lang: utf8,
      /** `bytes_per_token`, `characters_per_token`, `tokens_per_word`, ... */
      metric: utf8,
      value: float64
    },
    /** single pieces that are worth a look */
    pieces: {
      tokenizer: utf8,
      /** `dead` (never used here), `longest`, `most-used` */
      list: utf8,
      id: uint32,
      /** as the vocabulary spells it */
      piece: utf8,
      /** times it was used */
      count: float64
    },
    /** documents that decoding does not give back, the first of them */
    failures: {
      tokenizer: utf8,
      id: utf8,
      source: utf8,
      /** from the first character that differs */
      text: utf8,
      decoded: utf8
    },
    /** `tokenizers.html` and `tokenizers.md` */
    files: { path: utf8, media_type: utf8, content: binary }
  },
  attributes: Schema.Struct({
    title: Schema.String,
    split: Schema.String,
    /** read of the corpus, and there are in it */
    documents: Schema.Int,
    documentsOfSplit: Schema.Int,
    bytes: Schema.Int,
    tokenizers: Schema.Array(
      Schema.Struct({
        label: Schema.String,
        type: Schema.String,
        vocabSize: Schema.Int,
        digest: Schema.String
      })
    )
  })
})
