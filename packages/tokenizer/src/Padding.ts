// How encodings are filled up to a common length.
import { Schema } from "effect"
import type { Encoding } from "./Encoding.ts"
import { pad as fill } from "./internal/Encodings.ts"

/** As `tokenizer.json` has it. */
export const Padding = Schema.Struct({
  /** as long as the longest of the batch, or as long as said */
  strategy: Schema.Union([Schema.Literal("BatchLongest"), Schema.Struct({ Fixed: Schema.Int })]),
  direction: Schema.Literals(["Left", "Right"]),
  pad_to_multiple_of: Schema.NullOr(Schema.Int),
  pad_id: Schema.Int,
  pad_type_id: Schema.Int,
  pad_token: Schema.String
})
export type Padding = typeof Padding.Type

/** A batch of encodings, filled up. */
export const pad = (encodings: ReadonlyArray<Encoding>, padding: Padding): ReadonlyArray<Encoding> => {
  const multiple = padding.pad_to_multiple_of ?? 0
  const longest = encodings.reduce((most, { ids }) => Math.max(most, ids.length), 0)
  const wanted = padding.strategy === "BatchLongest" ? longest : padding.strategy.Fixed
  const length = multiple > 0 ? Math.ceil(wanted / multiple) * multiple : wanted
  const { direction, pad_id: id, pad_type_id: typeId } = padding
  return encodings.map((encoding) => fill(encoding, { length, direction, id, typeId }))
}
