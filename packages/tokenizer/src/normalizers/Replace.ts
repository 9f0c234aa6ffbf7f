// Writes something else where a pattern matches.
import { Effect, Schema } from "effect"
import { literalRegExp, textRegExp } from "../internal/TextRegExp.ts"
import { part } from "../Part.ts"
import type { Normalizer } from "./Normalizer.ts"

export const PatternJson = Schema.Union([
  Schema.Struct({ String: Schema.String }),
  Schema.Struct({ Regex: Schema.String })
])
const Json = Schema.Struct({ type: Schema.Literal("Replace"), pattern: PatternJson, content: Schema.String })

/** The expression of a pattern as files have it; fails where it is none that the engine knows. */
export const expressionOf = (pattern: typeof PatternJson.Type, field: string) =>
  "Regex" in pattern ? textRegExp(pattern.Regex, field) : Effect.succeed(literalRegExp(pattern.String))

export const replace = (json: typeof Json.Type, expression: RegExp): Normalizer => ({
  json,
  partwise: false,
  normalize: (text) => {
    const string = text.text()
    let [unit, byte, kept] = [0, 0, 0]
    const bytesTo = (to: number) => {
      byte += Buffer.byteLength(string.slice(unit, to))
      unit = to
      return byte
    }
    let isWriting = false
    for (const match of string.matchAll(expression)) {
      if (!isWriting) text.begin()
      isWriting = true
      const start = bytesTo(match.index)
      const end = bytesTo(match.index + match[0].length)
      text.keep(kept, start)
      // what is new stands for the last character that it replaces
      text.putText(json.content, end - 1)
      kept = end
    }
    if (!isWriting) return
    text.keep(kept, text.length)
    text.end()
  }
})

export const readReplace = part(Json, (json, field) =>
  Effect.map(expressionOf(json.pattern, `${field}.pattern`), (expression) => replace(json, expression))
)
