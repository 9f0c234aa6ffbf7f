// BERT's: words are between white space, punctuation marks are words of their own.
import { Schema } from "effect"
import { cutAt } from "../internal/CharacterCuts.ts"
import { isPunctuation, isSpace } from "../internal/CharacterFlags.ts"
import { part } from "../Part.ts"
import type { PreTokenizer } from "./PreTokenizer.ts"

const Json = Schema.Struct({ type: Schema.Literal("BertPreTokenizer") })

const cutSpace = cutAt(isSpace, "Removed")
const cutPunctuation = cutAt(isPunctuation, "Isolated")

export const bertPreTokenizer: PreTokenizer = {
  json: { type: "BertPreTokenizer" },
  partwise: true,
  byteLevel: false,
  pattern: undefined,
  cut: (words) => {
    words.cut(cutSpace)
    words.cut(cutPunctuation)
  }
}

export const readBertPreTokenizer = part(Json, () => bertPreTokenizer)
