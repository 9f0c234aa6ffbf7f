// The pre-tokenizers that a `tokenizer.json` may name.
import { partOf, type ReadPart } from "../Part.ts"
import { readBertPreTokenizer } from "./Bert.ts"
import { readByteLevel } from "./ByteLevel.ts"
import { readDigits } from "./Digits.ts"
import { readMetaspace } from "./Metaspace.ts"
import type { PreTokenizer } from "./PreTokenizer.ts"
import { readPunctuation } from "./Punctuation.ts"
import { readSequence } from "./Sequence.ts"
import { readSplit } from "./Split.ts"
import { readWhitespace } from "./Whitespace.ts"
import { readWhitespaceSplit } from "./WhitespaceSplit.ts"

export const readPreTokenizer: ReadPart<PreTokenizer> = partOf({
  BertPreTokenizer: readBertPreTokenizer,
  ByteLevel: readByteLevel,
  Digits: readDigits,
  Metaspace: readMetaspace,
  Punctuation: readPunctuation,
  Sequence: readSequence((json, field) => readPreTokenizer(json, field)),
  Split: readSplit,
  Whitespace: readWhitespace,
  WhitespaceSplit: readWhitespaceSplit
})
