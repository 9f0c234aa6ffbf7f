// Where words begin, for stages that hide words as a whole where they are told.
import type { Artifact, ArtifactCorrupt, StorageFailed, Tokens, Words } from "@inkstone/artifact"
import type { StageFailure } from "@inkstone/stage"
import { Effect } from "effect"
import { refused } from "./Refusals.ts"

type Wired = ReadonlyArray<{ readonly artifact: Artifact<typeof Words> }>

/** Of the tokens among the artifacts that are wired; undefined where none are wired at all. */
export const of = Effect.fn("WordStarts.of")(function* (
  port: string,
  tokens: Artifact<typeof Tokens>,
  wired: Wired
): Effect.fn.Return<Uint8Array | undefined, StageFailure | ArtifactCorrupt | StorageFailed> {
  if (wired.length === 0) return undefined
  const found = wired.find(({ artifact }) => artifact.attributes.of === tokens.digest)
  return found === undefined
    ? yield* refused(
        "WordsDiffer",
        `none of the words that are wired are those of the ${port} tokens`,
        "Wire the words of both splits, each made by @inkstone/tokenizer#words from its tokens, or none"
      )
    : (yield* found.artifact.read("starts")).start
})
