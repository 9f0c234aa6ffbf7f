// The decoders that a `tokenizer.json` may name.
import { partOf, type ReadPart } from "../Part.ts"
import { readByteFallback } from "./ByteFallback.ts"
import { readByteLevel } from "./ByteLevel.ts"
import type { Decoder } from "./Decoder.ts"
import { readMetaspace } from "./Metaspace.ts"
import { readSequence } from "./Sequence.ts"

export const readDecoder: ReadPart<Decoder> = partOf({
  ByteLevel: readByteLevel,
  ByteFallback: readByteFallback,
  Metaspace: readMetaspace,
  Sequence: readSequence((json, field) => readDecoder(json, field))
})
