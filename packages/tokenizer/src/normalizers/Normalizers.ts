// The normalizers that a `tokenizer.json` may name.
import { partOf, type ReadPart } from "../Part.ts"
import type { Normalizer } from "./Normalizer.ts"
import { readSequence } from "./Sequence.ts"

export const readNormalizer: ReadPart<Normalizer> = partOf({
  Sequence: readSequence((json, field) => readNormalizer(json, field))
})
