// The pre-tokenizers that a `tokenizer.json` may name.
import { partOf, type ReadPart } from "../Part.ts"
import { readByteLevel } from "./ByteLevel.ts"
import { readMetaspace } from "./Metaspace.ts"
import type { PreTokenizer } from "./PreTokenizer.ts"
import { readSequence } from "./Sequence.ts"
import { readSplit } from "./Split.ts"

export const readPreTokenizer: ReadPart<PreTokenizer> = partOf({
  ByteLevel: readByteLevel,
  Metaspace: readMetaspace,
  Split: readSplit,
  Sequence: readSequence((json, field) => readPreTokenizer(json, field))
})
