// Words are runs of letters, marks, digits and connectors, or runs of other signs; white space is between them.
import { Schema } from "effect"
import { characterFlags, isSpace, isWord } from "../internal/CharacterFlags.ts"
import { codePointAt, lengthOf } from "../internal/Utf8.ts"
import { part } from "../Part.ts"
import type { Cut } from "../Words.ts"
import type { PreTokenizer } from "./PreTokenizer.ts"

const Json = Schema.Struct({ type: Schema.Literal("Whitespace") })

const cut: Cut = (words, bytes, start, end) => {
  const flags = characterFlags()
  let from = start
  let kind = isSpace
  for (let at = start; at < end;) {
    const next = flags[codePointAt(bytes, at)]! & (isSpace | isWord)
    if (next !== kind) {
      if (kind !== isSpace) words.keep(from, at)
      from = at
      kind = next
    }
    at += lengthOf(bytes[at]!)
  }
  if (kind !== isSpace) words.keep(from, end)
}

const whitespace: PreTokenizer = {
  json: { type: "Whitespace" },
  partwise: true,
  byteLevel: false,
  pattern: undefined,
  cut: (words) => words.cut(cut)
}

export const readWhitespace = part(Json, () => whitespace)
