// Unigram as T5 and SentencePiece have it.
import { Effect } from "effect"
import { unigramTokenizer } from "../unigram/UnigramTokenizer.ts"
import { UnigramTrainer } from "../unigram/UnigramTrainer.ts"
import type { Learner } from "./Learner.ts"

/** T5's, in T5's order. */
const special = ["<pad>", "</s>", "<unk>"]
const unknownToken = "<unk>"

export interface UnigramLearnerSettings {
  readonly vocabSize: number
  readonly byteFallback: boolean
  readonly characterCoverage: number
}

export const unigram = (settings: UnigramLearnerSettings): Learner => {
  const trainer = new UnigramTrainer({ ...settings, specialTokens: special, unknownToken })
  const learned = () => special.length + (settings.byteFallback ? 256 : 0) + trainer.size
  return {
    add: (text) => Effect.sync(() => trainer.add(text)),
    finish: Effect.void,
    advance: () => trainer.advance(),
    size: learned,
    warnings: () => [
      ...(trainer.dropped.length > 0
        ? [
            `${trainer.dropped.length} characters got no piece, rare ones or too many for the vocabulary: ` +
              trainer.dropped
                .slice(0, 40)
                .map(({ character, count }) => `${JSON.stringify(character)} (${count} times)`)
                .join(", ")
          ]
        : []),
      ...(trainer.sampling > 1
        ? [`Too many different words for the memory: one of ${trainer.sampling} rare ones was counted`]
        : []),
      ...(learned() < settings.vocabSize ? [`Only ${learned()} of ${settings.vocabSize} pieces`] : [])
    ],
    textBytes: () => trainer.textBytes,
    tokenizer: () => unigramTokenizer(trainer.vocabulary(), { specialTokens: special })
  }
}
