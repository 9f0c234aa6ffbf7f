// One decoder after another.
import { Effect, Schema } from "effect"
import { part, partsOf, type ReadPart } from "../Part.ts"
import type { Decoder } from "./Decoder.ts"

const Json = Schema.Struct({ type: Schema.Literal("Sequence"), decoders: Schema.Array(Schema.Unknown) })

export const sequence = (parts: ReadonlyArray<Decoder>): Decoder => ({
  json: { type: "Sequence", decoders: parts.map(({ json }) => json) },
  decode: (tokens) => parts.reduce((pieces, one) => one.decode(pieces), tokens)
})

export const readSequence = (read: ReadPart<Decoder>) =>
  part(Json, ({ decoders }, field) => Effect.map(partsOf(read, decoders, `${field}.decoders`), sequence))
