// A config field that may be left out of a pipeline file.
import { Effect, Schema, SchemaGetter } from "effect"

/** Description and default stand on the encoded side, where editors look for them. */
export const field = <S extends Schema.Top>(schema: S, value: S["Encoded"], description: string) =>
  Schema.optionalKey(Schema.toEncoded(schema).annotate({ description, default: value })).pipe(
    Schema.decodeTo(schema, {
      decode: SchemaGetter.withDefault(Effect.succeed(value)),
      encode: SchemaGetter.passthrough()
    })
  )
