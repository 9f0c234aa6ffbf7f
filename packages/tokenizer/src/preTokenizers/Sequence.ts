// One pre-tokenizer after another.
import { Effect, Schema } from "effect"
import { invalid, part, partsOf, type ReadPart } from "../Part.ts"
import type { PreTokenizer } from "./PreTokenizer.ts"

const Json = Schema.Struct({
  type: Schema.Literal("Sequence"),
  pretokenizers: Schema.Array(Schema.Unknown)
})

export const sequence = (parts: ReadonlyArray<PreTokenizer>): PreTokenizer => {
  const [first, second, ...others] = parts
  const isByteLevelOnly =
    second !== undefined && others.length === 0 && second.byteLevel && isPlain(second.json)
  return {
    json: { type: "Sequence", pretokenizers: parts.map(({ json }) => json) },
    partwise:
      parts.some(({ partwise }) => partwise) && parts.every((one) => one.partwise || isPlain(one.json)),
    byteLevel: parts.some((one) => one.byteLevel),
    pattern: second === undefined || isByteLevelOnly ? first?.pattern : undefined,
    cut: (words) => {
      for (const one of parts) one.cut(words)
    }
  }
}

const isPlainByteLevel = Schema.is(
  Schema.Struct({
    type: Schema.Literal("ByteLevel"),
    add_prefix_space: Schema.Literal(false),
    use_regex: Schema.Literal(false)
  })
)
/** Only spells bytes: neither cuts nor adds anything. */
const isPlain = (json: object): boolean => isPlainByteLevel(json)

export const readSequence = (read: ReadPart<PreTokenizer>) =>
  part(Json, ({ pretokenizers }, field) =>
    partsOf(read, pretokenizers, `${field}.pretokenizers`).pipe(
      Effect.flatMap((parts) => {
        const last = parts.length - 1
        return parts.some((one, place) => one.byteLevel && place < last)
          ? Effect.fail(invalid(field, "ByteLevel is supported as the last of a sequence only"))
          : Effect.succeed(sequence(parts))
      })
    )
  )
