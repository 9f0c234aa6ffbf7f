// The tokens of both splits in memory, and what is checked of them before hours are spent.
import type { Artifact, ArtifactCorrupt, StorageFailed, Tokens } from "@inkstone/artifact"
import { StageFailure } from "@inkstone/stage"
import { Effect } from "effect"
import { fewestTokens } from "./Batches.ts"

type Split = Artifact<typeof Tokens>

export interface Corpus {
  readonly train: Uint16Array | Uint32Array
  readonly validation: Uint16Array | Uint32Array
  /** UTF-8 bytes per token over the whole validation split, its end-of-text tokens counted */
  readonly bytesPerToken: number
}

/** Reads both splits. They must be of one tokenizer, and each must hold at least one window. */
export const read = Effect.fn("Corpus.read")(function* (
  train: Split,
  validation: Split,
  contextLength: number
): Effect.fn.Return<Corpus, StageFailure | ArtifactCorrupt | StorageFailed> {
  if (train.attributes.tokenizer !== validation.attributes.tokenizer)
    return yield* new StageFailure({
      category: "data",
      fact: "TokenizersDiffer",
      problem: "the training and the validation tokens come from different tokenizers",
      advice: "Encode both splits with the same tokenizer"
    })
  for (const [port, split] of Object.entries({ train, validation })) {
    const { tokens } = split.attributes
    const needed = fewestTokens(contextLength)
    if (tokens < needed)
      return yield* new StageFailure({
        category: "data",
        fact: "CorpusTooShort",
        problem: `the ${port} split has ${tokens} tokens, but a window of contextLength ${contextLength} takes ${needed}`,
        advice: "Lower contextLength, add text, or give this split a larger share of it"
      })
  }
  const { bytes, tokens } = validation.attributes
  return {
    train: (yield* train.read("ids")).id,
    validation: (yield* validation.read("ids")).id,
    bytesPerToken: bytes / tokens
  }
})
