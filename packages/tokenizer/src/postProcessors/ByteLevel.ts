// GPT-2's: changes offsets only, so that blanks before words belong to none.
import { Schema } from "effect"
import { trimmed } from "../internal/TrimmedOffsets.ts"
import { part } from "../Part.ts"
import type { PostProcessor } from "./PostProcessor.ts"

const Json = Schema.Struct({
  type: Schema.Literal("ByteLevel"),
  add_prefix_space: Schema.optionalKey(Schema.Boolean),
  trim_offsets: Schema.optionalKey(Schema.Boolean),
  use_regex: Schema.optionalKey(Schema.Boolean)
})

export const byteLevel = (options: {
  readonly addPrefixSpace: boolean
  readonly trimOffsets: boolean
}): PostProcessor => ({
  json: {
    type: "ByteLevel",
    add_prefix_space: options.addPrefixSpace,
    trim_offsets: options.trimOffsets,
    use_regex: true
  },
  added: () => 0,
  process: (encodings, { tokenOf }) =>
    options.trimOffsets
      ? encodings.map((encoding) => trimmed(encoding, options.addPrefixSpace, tokenOf))
      : encodings
})

export const readByteLevel = part(Json, ({ add_prefix_space = true, trim_offsets = true }) =>
  byteLevel({ addPrefixSpace: add_prefix_space, trimOffsets: trim_offsets })
)
