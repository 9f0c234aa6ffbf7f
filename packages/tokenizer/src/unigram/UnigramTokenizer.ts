// A tokenizer around a Unigram vocabulary that was learned here.
import { specialToken } from "../AddedTokens.ts"
import { metaspace as metaspaceDecoder } from "../decoders/Metaspace.ts"
import { bytesDecoder } from "../sentencepiece/Conversion.ts"
import { Unigram } from "../models/Unigram.ts"
import type { Normalizer } from "../normalizers/Normalizer.ts"
import { metaspace } from "../preTokenizers/Metaspace.ts"
import { TextTokenizer } from "../TextTokenizer.ts"
import { meta } from "./Runs.ts"
import type { UnigramVocabulary } from "./UnigramModel.ts"

export interface UnigramTokenizerOptions {
  /** the first pieces, in order */
  readonly specialTokens: ReadonlyArray<string>
  /** the one that the training texts went through; none by default. NFKC would rewrite `，？；：`, so it is never silent */
  readonly normalizer?: Normalizer | undefined
  /** as in training: is `▁` put before each text? default true */
  readonly prefix?: boolean
}

export const unigramTokenizer = (
  vocabulary: UnigramVocabulary,
  { normalizer, prefix = true, specialTokens }: UnigramTokenizerOptions
): TextTokenizer => {
  const options = { replacement: meta, prependScheme: prefix ? "always" : "never", split: true } as const
  return new TextTokenizer({
    addedTokens: specialTokens.map((content, id) => specialToken(id, content)),
    normalizer,
    preTokenizer: metaspace(options),
    model: new Unigram(vocabulary),
    postProcessor: undefined,
    decoder: vocabulary.byteFallback ? bytesDecoder(prefix) : metaspaceDecoder(options)
  })
}
