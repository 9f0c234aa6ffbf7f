// WordPiece as BERT has it.
import { Effect } from "effect"
import { bertTokenizer } from "../BertTokenizer.ts"
import { type WordPieceSettings, WordPieceTrainer } from "../WordPieceTrainer.ts"
import type { Learner } from "./Learner.ts"

const chunkMerges = 256

export const wordPiece = (settings: WordPieceSettings): Learner => {
  const trainer = new WordPieceTrainer(settings)
  return {
    add: (text) => Effect.sync(() => trainer.add(text)),
    finish: Effect.void,
    advance: () => trainer.advance(chunkMerges),
    size: () => trainer.size,
    warnings: () =>
      trainer.size < settings.vocabSize
        ? [
            `Only ${trainer.size} of ${settings.vocabSize} pieces: no other pair occurs ${settings.minFrequency} times`
          ]
        : [],
    textBytes: () => trainer.textBytes,
    tokenizer: () => bertTokenizer(trainer.tokens(), settings)
  }
}
