// Errors of this package and of the store as a stage says them.
import type { ArtifactCorrupt, ArtifactInvalid, StorageFailed } from "@inkstone/artifact"
import { StageFailure } from "@inkstone/stage"
import type { TokenizerInvalid } from "../TokenizerJson.ts"

export const toStageFailure = (
  error: ArtifactCorrupt | ArtifactInvalid | StorageFailed | TokenizerInvalid
): StageFailure => {
  const failure = (category: StageFailure["category"], advice: string) =>
    new StageFailure({ category, fact: error._tag, problem: error.message, advice })
  switch (error._tag) {
    case "ArtifactCorrupt":
      return failure("data", "Run again: what is corrupt is made anew")
    case "ArtifactInvalid":
      return failure("crashed", "This is a bug of the stage that wrote it; please report it")
    case "StorageFailed":
      return failure("resource", "Check free space and permissions there")
    case "TokenizerInvalid":
      return failure(
        "data",
        "Use a byte-level BPE tokenizer, such as one that @inkstone/tokenizer#train made"
      )
  }
}

export const emptySplit = (split: string): StageFailure =>
  new StageFailure({
    category: "data",
    fact: "EmptySplit",
    problem: `no document is in split "${split}"`,
    advice: "Give more documents, or name a split that has some"
  })
