// Sets punctuation marks apart.
import { Schema } from "effect"
import { cutWhere } from "../internal/CharacterCuts.ts"
import { characterFlags, isPunctuation } from "../internal/CharacterFlags.ts"
import { Behavior } from "../internal/Splitting.ts"
import { part } from "../Part.ts"
import type { PreTokenizer } from "./PreTokenizer.ts"

const Json = Schema.Struct({
  type: Schema.Literal("Punctuation"),
  behavior: Schema.optionalKey(Behavior)
})

export const punctuation = (behavior: Behavior): PreTokenizer => {
  const flags = characterFlags()
  const cut = cutWhere((codePoint) => (flags[codePoint]! & isPunctuation) !== 0, behavior)
  return {
    json: { type: "Punctuation", behavior },
    partwise: false,
    byteLevel: false,
    pattern: undefined,
    cut: (words) => words.cut(cut)
  }
}

export const readPunctuation = part(Json, ({ behavior = "Isolated" }) => punctuation(behavior))
