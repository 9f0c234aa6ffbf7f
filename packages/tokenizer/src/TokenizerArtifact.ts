// From and to the artifact of kind `tokenizer`.
import type { Artifact, ArtifactCorrupt, StorageFailed, Tokenizer } from "@inkstone/artifact"
import { Effect } from "effect"
import { ByteLevelBpe } from "./ByteLevelBpe.ts"
import { parseTokenizerJson, TokenizerInvalid } from "./TokenizerJson.ts"

/** Opens a tokenizer for encoding and decoding; its `tokenizer.json` is what counts. */
export const loadTokenizer = Effect.fn("loadTokenizer")(function* (
  artifact: Artifact<typeof Tokenizer>
): Effect.fn.Return<ByteLevelBpe, TokenizerInvalid | ArtifactCorrupt | StorageFailed> {
  const files = yield* artifact.read("files")
  const text = files.content[files.name.indexOf("tokenizer.json")]
  if (text === undefined) return yield* new TokenizerInvalid({ problem: "not in the artifact" })
  return new ByteLevelBpe(yield* parseTokenizerJson(text))
})
