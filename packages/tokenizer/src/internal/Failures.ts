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

/** A thread died, of too little memory for instance; `doing` is what it did, such as `encodes`. */
const threadFailed = (fact: string, doing: string) => (cause: unknown) =>
  new StageFailure({
    category: "crashed",
    fact,
    problem: `a thread that ${doing} failed: ${cause instanceof Error ? cause.message : String(cause)}`,
    advice: "Run the pipeline again; should it fail again, with OMP_NUM_THREADS=1 it runs without threads"
  })
export const countingFailed = threadFailed("CountingFailed", "counts words")
export const encodingFailed = threadFailed("EncodingFailed", "encodes")
