// The decoders that a `tokenizer.json` may name.
import { partOf, type ReadPart } from "../Part.ts"
import { readByteFallback } from "./ByteFallback.ts"
import { readByteLevel } from "./ByteLevel.ts"
import type { Decoder } from "./Decoder.ts"
import { readFuse } from "./Fuse.ts"
import { readMetaspace } from "./Metaspace.ts"
import { readReplace } from "./Replace.ts"
import { readSequence } from "./Sequence.ts"
import { readStrip } from "./Strip.ts"
import { readWordPiece } from "./WordPiece.ts"

export const readDecoder: ReadPart<Decoder> = partOf({
  ByteFallback: readByteFallback,
  ByteLevel: readByteLevel,
  Fuse: readFuse,
  Metaspace: readMetaspace,
  Replace: readReplace,
  Sequence: readSequence((json, field) => readDecoder(json, field)),
  Strip: readStrip,
  WordPiece: readWordPiece
})
