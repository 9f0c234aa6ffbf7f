// One normalizer after another.
import { Effect, Schema } from "effect"
import { part, partsOf, type ReadPart } from "../Part.ts"
import type { Normalizer } from "./Normalizer.ts"

const Json = Schema.Struct({ type: Schema.Literal("Sequence"), normalizers: Schema.Array(Schema.Unknown) })

export const sequence = (parts: ReadonlyArray<Normalizer>): Normalizer => ({
  json: { type: "Sequence", normalizers: parts.map(({ json }) => json) },
  partwise: parts.every(({ partwise }) => partwise),
  normalize: (text) => {
    for (const one of parts) one.normalize(text)
  }
})

export const readSequence = (read: ReadPart<Normalizer>) =>
  part(Json, ({ normalizers }, field) =>
    Effect.map(partsOf(read, normalizers, `${field}.normalizers`), sequence)
  )
