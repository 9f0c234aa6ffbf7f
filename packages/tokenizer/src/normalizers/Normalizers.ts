// The normalizers that a `tokenizer.json` may name.
import { partOf, type ReadPart } from "../Part.ts"
import { readBertNormalizer } from "./Bert.ts"
import { readLowercase } from "./Lowercase.ts"
import { readNmt } from "./Nmt.ts"
import type { Normalizer } from "./Normalizer.ts"
import { readPrecompiled } from "./Precompiled.ts"
import { readPrepend } from "./Prepend.ts"
import { readReplace } from "./Replace.ts"
import { readSequence } from "./Sequence.ts"
import { readStrip } from "./Strip.ts"
import { readStripAccents } from "./StripAccents.ts"
import { readNfc, readNfd, readNfkc, readNfkd } from "./UnicodeForms.ts"

export const readNormalizer: ReadPart<Normalizer> = partOf({
  BertNormalizer: readBertNormalizer,
  Lowercase: readLowercase,
  NFC: readNfc,
  NFD: readNfd,
  NFKC: readNfkc,
  NFKD: readNfkd,
  Nmt: readNmt,
  Precompiled: readPrecompiled,
  Prepend: readPrepend,
  Replace: readReplace,
  Sequence: readSequence((json, field) => readNormalizer(json, field)),
  Strip: readStrip,
  StripAccents: readStripAccents
})
