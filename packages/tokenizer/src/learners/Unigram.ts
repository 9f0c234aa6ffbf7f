// Unigram as T5 and SentencePiece have it.
import { Effect } from "effect"
import { specialToken } from "../AddedTokens.ts"
import { metaspace as metaspaceDecoder } from "../decoders/Metaspace.ts"
import { Unigram } from "../models/Unigram.ts"
import { metaspace } from "../preTokenizers/Metaspace.ts"
import { bytesDecoder } from "../sentencepiece/Conversion.ts"
import { TextTokenizer } from "../TextTokenizer.ts"
import { meta } from "../unigram/Runs.ts"
import type { UnigramVocabulary } from "../unigram/UnigramModel.ts"
import { UnigramTrainer } from "../unigram/UnigramTrainer.ts"
import type { Learner } from "./Learner.ts"

/** T5's, in T5's order. */
const special = ["<pad>", "</s>", "<unk>"]
const unknownToken = "<unk>"

const tokenizerOf = (vocabulary: UnigramVocabulary): TextTokenizer => {
  const options = { replacement: meta, prependScheme: "always", split: true } as const
  return new TextTokenizer({
    addedTokens: special.map((token, id) => specialToken(id, token)),
    normalizer: undefined,
    preTokenizer: metaspace(options),
    model: new Unigram(vocabulary),
    postProcessor: undefined,
    decoder: vocabulary.byteFallback ? bytesDecoder(true) : metaspaceDecoder(options)
  })
}

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
        ? [`${trainer.dropped.length} characters got no piece, rare ones or too many for the vocabulary`]
        : []),
      ...(learned() < settings.vocabSize ? [`Only ${learned()} of ${settings.vocabSize} pieces`] : [])
    ],
    textBytes: () => trainer.textBytes,
    tokenizer: () => tokenizerOf(trainer.vocabulary())
  }
}
