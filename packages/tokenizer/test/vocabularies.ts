// Vocabularies of byte-level tokenizers, for comparing them.
import { assert } from "@effect/vitest"
import { parseTokenizerJson, type TextTokenizer, type Vocabulary } from "../src/index.ts"
import { ByteLevelBpe } from "../src/models/ByteLevelBpe.ts"
import { Effect } from "effect"

const vocabularyOf = ({ parts: { model } }: TextTokenizer): Vocabulary => {
  assert.instanceOf(model, ByteLevelBpe)
  return model.vocabulary
}

/** The vocabulary in a `tokenizer.json`. */
export const readVocabulary = (json: string) => Effect.map(parseTokenizerJson(json), vocabularyOf)
