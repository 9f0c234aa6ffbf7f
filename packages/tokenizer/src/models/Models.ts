// The models that a `tokenizer.json` may name.
import { Effect } from "effect"
import { invalid, partOf, type ReadPart } from "../Part.ts"
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

const noByteLevel: ReadPart<Model> = (_, field) =>
  Effect.fail(invalid(field, "BPE is supported after the pre-tokenizer ByteLevel only"))

export const readModel = (context: ModelContext): ReadPart<Model> =>
  partOf({
    BPE: context.byteLevel ? readByteLevelBpe(context) : noByteLevel,
    Unigram: readUnigram,
    WordLevel: readWordLevel,
    WordPiece: readWordPiece
  })
