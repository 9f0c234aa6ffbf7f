// GPT-2's: characters of the byte alphabet back to bytes, and these to text.
import { Schema } from "effect"
import { bytesOfToken } from "../models/ByteLevelBpe.ts"
import { part } from "../Part.ts"
import type { Decoder } from "./Decoder.ts"

const Json = Schema.Struct({
  type: Schema.Literal("ByteLevel"),
  add_prefix_space: Schema.optionalKey(Schema.Boolean),
  trim_offsets: Schema.optionalKey(Schema.Boolean),
  use_regex: Schema.optionalKey(Schema.Boolean)
})

export const byteLevel: Decoder = {
  json: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
  decode: (tokens) => [Buffer.concat(tokens.map(bytesOfToken)).toString("utf8")]
}

export const readByteLevel = part(Json, () => byteLevel)
