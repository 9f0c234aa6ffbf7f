// Writes something else where a pattern matches in a piece.
import { Effect, Schema } from "effect"
import { expressionOf, PatternJson } from "../normalizers/Replace.ts"
import { part } from "../Part.ts"
import type { Decoder } from "./Decoder.ts"

const Json = Schema.Struct({ type: Schema.Literal("Replace"), pattern: PatternJson, content: Schema.String })

export const replace = (json: typeof Json.Type, expression: RegExp): Decoder => ({
  json,
  decode: (tokens) => tokens.map((token) => token.replace(expression, () => json.content))
})

export const readReplace = part(Json, (json, field) =>
  Effect.map(expressionOf(json.pattern, `${field}.pattern`), (expression) => replace(json, expression))
)
