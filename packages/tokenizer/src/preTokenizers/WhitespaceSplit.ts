// Words are what is between white space.
import { Schema } from "effect"
import { cutAt } from "../internal/CharacterCuts.ts"
import { isSpace } from "../internal/CharacterFlags.ts"
import { part } from "../Part.ts"
import type { PreTokenizer } from "./PreTokenizer.ts"

const Json = Schema.Struct({ type: Schema.Literal("WhitespaceSplit") })

const cut = cutAt(isSpace, "Removed")

const whitespaceSplit: PreTokenizer = {
  json: { type: "WhitespaceSplit" },
  partwise: true,
  byteLevel: false,
  pattern: undefined,
  cut: (words) => words.cut(cut)
}

export const readWhitespaceSplit = part(Json, () => whitespaceSplit)
