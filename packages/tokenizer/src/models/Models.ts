// The models that a `tokenizer.json` may name.
import { partOf, type ReadPart } from "../Part.ts"
import { readBpe } from "./Bpe.ts"
import { type ByteLevelContext, readByteLevelBpe } from "./ByteLevelBpeJson.ts"
import type { Model } from "./Model.ts"
import { readUnigram } from "./Unigram.ts"
import { readWordLevel } from "./WordLevel.ts"
import { readWordPiece } from "./WordPiece.ts"

/** What of the rest of the file a model needs to know. */
export interface ModelContext extends ByteLevelContext {
  /** the pre-tokenizer leaves bytes */
  readonly byteLevel: boolean
}

export const readModel = (context: ModelContext): ReadPart<Model> =>
  partOf<Model>({
    BPE: context.byteLevel ? readByteLevelBpe(context) : readBpe,
    Unigram: readUnigram,
    WordLevel: readWordLevel,
    WordPiece: readWordPiece
  })
