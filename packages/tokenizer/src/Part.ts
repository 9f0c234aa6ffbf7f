// How parts of a `tokenizer.json` are read: each kind of part (normalizers, decoders, ...) is a record from `type` to a
// reader with a schema of its own, and a file is read by putting them together.
import { Effect, Schema } from "effect"
import { TokenizerInvalid } from "./TokenizerInvalid.ts"

/** Reads a part from its JSON; `field` is where it stands in the file, for error messages. */
export type ReadPart<A> = (json: unknown, field: string) => Effect.Effect<A, TokenizerInvalid>

const file = "tokenizer.json"
export const invalid = (field: string, problem: string) =>
  new TokenizerInvalid({ file, problem: `${field}: ${problem}` })

/** A part whose JSON has `schema`; `make` gives the part, or fails with what it cannot do with equal ids. */
export const part = <T, E, A>(
  schema: Schema.Codec<T, E>,
  make: (json: T, field: string) => A | Effect.Effect<A, TokenizerInvalid>
): ReadPart<A> => {
  const decode = Schema.decodeUnknownEffect(schema)
  return (json, field) =>
    decode(json).pipe(
      Effect.mapError((error) => invalid(field, error.message)),
      Effect.flatMap((decoded) => {
        const made = make(decoded, field)
        return Effect.isEffect(made) ? made : Effect.succeed(made)
      })
    )
}

const Typed = Schema.Struct({ type: Schema.String })
const isTyped = Schema.is(Typed)

/** The part that `type` names, among those there are. */
export const partOf =
  <A>(parts: Readonly<Record<string, ReadPart<A>>>): ReadPart<A> =>
  (json, field) => {
    if (!isTyped(json)) return Effect.fail(invalid(field, "no object with a type"))
    const read = Object.hasOwn(parts, json.type) ? parts[json.type] : undefined
    return read === undefined
      ? Effect.fail(
          invalid(
            `${field}.type`,
            `${JSON.stringify(json.type)} is not supported. There are ${Object.keys(parts).join(", ")}`
          )
        )
      : read(json, field)
  }

/** A part that may be `null` or left out. */
export const optionalPart =
  <A>(read: ReadPart<A>): ReadPart<A | undefined> =>
  (json, field) =>
    json === null || json === undefined ? Effect.succeed(undefined) : read(json, field)

/** Reads each of a list. */
export const partsOf = <A>(
  read: ReadPart<A>,
  list: ReadonlyArray<unknown>,
  field: string
): Effect.Effect<ReadonlyArray<A>, TokenizerInvalid> =>
  Effect.forEach(list, (json, index) => read(json, `${field}[${index}]`))
