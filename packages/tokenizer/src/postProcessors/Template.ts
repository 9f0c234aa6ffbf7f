// Special tokens around a text or a pair by a template.
import { Effect, Schema } from "effect"
import type { Encoding } from "../Encoding.ts"
import { specialEncoding } from "../internal/Encodings.ts"
import { withTypeId } from "../internal/TypeIds.ts"
import { invalid, part } from "../Part.ts"
import type { PostProcessor } from "./PostProcessor.ts"

const Piece = Schema.Union([
  Schema.Struct({ Sequence: Schema.Struct({ id: Schema.Literals(["A", "B"]), type_id: Schema.Int }) }),
  Schema.Struct({ SpecialToken: Schema.Struct({ id: Schema.String, type_id: Schema.Int }) })
])
type Piece = typeof Piece.Type

const Json = Schema.Struct({
  type: Schema.Literal("TemplateProcessing"),
  single: Schema.Array(Piece),
  pair: Schema.Array(Piece),
  special_tokens: Schema.Record(
    Schema.String,
    Schema.Struct({ id: Schema.String, ids: Schema.Array(Schema.Int), tokens: Schema.Array(Schema.String) })
  )
})
type Json = typeof Json.Type

/** Every special token of the template must be among `special_tokens`. */
export const template = (json: Json): PostProcessor => {
  const idsOf = (id: string) => json.special_tokens[id]?.ids ?? []
  const added = (pieces: ReadonlyArray<Piece>) =>
    pieces.reduce(
      (sum, piece) => sum + ("SpecialToken" in piece ? idsOf(piece.SpecialToken.id).length : 0),
      0
    )
  const [single, pair] = [added(json.single), added(json.pair)]
  return {
    json,
    added: (isPair) => (isPair ? pair : single),
    process: (encodings, { addSpecialTokens }) =>
      (encodings.length === 1 ? json.single : json.pair).flatMap((piece): ReadonlyArray<Encoding> => {
        if ("SpecialToken" in piece) {
          const { id, type_id } = piece.SpecialToken
          return addSpecialTokens ? [specialEncoding(idsOf(id), type_id)] : []
        }
        const { id, type_id } = piece.Sequence
        const encoding = encodings[id === "A" ? 0 : 1]
        return encoding === undefined ? [] : [withTypeId(encoding, type_id)]
      })
  }
}

export const readTemplate = part(Json, (json, field) => {
  const missing = [...json.single, ...json.pair].find(
    (piece) => "SpecialToken" in piece && !Object.hasOwn(json.special_tokens, piece.SpecialToken.id)
  )
  return missing !== undefined && "SpecialToken" in missing
    ? Effect.fail(invalid(`${field}.special_tokens`, `no ${JSON.stringify(missing.SpecialToken.id)}`))
    : template(json)
})
