// What a tokenizer is made of, as a `tokenizer.json` lists it.
import type { AddedToken } from "./AddedTokens.ts"
import type { Decoder } from "./decoders/Decoder.ts"
import type { Model } from "./models/Model.ts"
import type { Normalizer } from "./normalizers/Normalizer.ts"
import type { Padding } from "./Padding.ts"
import type { PostProcessor } from "./postProcessors/PostProcessor.ts"
import type { PreTokenizer } from "./preTokenizers/PreTokenizer.ts"
import type { Truncation } from "./Truncation.ts"

export interface Parts {
  readonly addedTokens: ReadonlyArray<AddedToken>
  readonly normalizer: Normalizer | undefined
  readonly preTokenizer: PreTokenizer | undefined
  readonly model: Model
  readonly postProcessor: PostProcessor | undefined
  readonly decoder: Decoder | undefined
  /** what encodings are cut to and filled up to, unless something else is asked for */
  readonly truncation?: Truncation | undefined
  readonly padding?: Padding | undefined
}
