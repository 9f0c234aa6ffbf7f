// Failures that are particular to this package's stages.
import { StageFailure } from "@inkstone/stage"
import type { TokenizerInvalid } from "../TokenizerInvalid.ts"

export const emptySplit = (split: string): StageFailure =>
  new StageFailure({
    category: "data",
    fact: "EmptySplit",
    problem: `no document is in split "${split}"`,
    advice: "Give more documents, or name a split that has some"
  })

export const unusableTokenizer = ({ _tag, message }: TokenizerInvalid): StageFailure =>
  new StageFailure({
    category: "data",
    fact: _tag,
    problem: message,
    advice: "Use a tokenizer such as one that @inkstone/tokenizer#train made"
  })
