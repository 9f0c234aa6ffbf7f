// Settings of a stage that may be left out of a pipeline file.
import { Effect, Schema, SchemaGetter } from "effect"

/**
 * A field of a stage's config with a default. Description and default stand on the encoded side, where editors look for them.
 *
 *     const Config = Schema.Struct({ steps: field(Schema.Int, 1000, "updates at most") })
 */
export const field = <S extends Schema.Top>(schema: S, value: S["Encoded"], description: string) =>
  Schema.optionalKey(Schema.toEncoded(schema).annotate({ description, default: value })).pipe(
    Schema.decodeTo(schema, {
      decode: SchemaGetter.withDefault(Effect.succeed(value)),
      encode: SchemaGetter.passthrough()
    })
  )
