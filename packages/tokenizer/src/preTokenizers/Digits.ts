// Sets numbers apart, or each digit.
import { Schema } from "effect"
import { cutWhere } from "../internal/CharacterCuts.ts"
import { characterFlags, isNumeric } from "../internal/CharacterFlags.ts"
import { part } from "../Part.ts"
import type { PreTokenizer } from "./PreTokenizer.ts"

const Json = Schema.Struct({ type: Schema.Literal("Digits"), individual_digits: Schema.Boolean })

export const digits = (individual: boolean): PreTokenizer => {
  const flags = characterFlags()
  const cut = cutWhere(
    (codePoint) => (flags[codePoint]! & isNumeric) !== 0,
    individual ? "Isolated" : "Contiguous"
  )
  return {
    json: { type: "Digits", individual_digits: individual },
    partwise: false,
    byteLevel: false,
    pattern: undefined,
    cut: (words) => words.cut(cut)
  }
}

export const readDigits = part(Json, (json) => digits(json.individual_digits))
