// From and to the artifact of kind `tokenizer`.
import type { Artifact, ArtifactCorrupt, StorageFailed, Tokenizer } from "@inkstone/artifact"
import { Effect } from "effect"
import type { TextTokenizer } from "./TextTokenizer.ts"
import { TokenizerInvalid } from "./TokenizerInvalid.ts"
import { parseTokenizerJson } from "./TokenizerJson.ts"

const file = "tokenizer.json"

/** The text of its `tokenizer.json`. */
export const tokenizerFile = Effect.fn("tokenizerFile")(function* (
  artifact: Artifact<typeof Tokenizer>
): Effect.fn.Return<string, TokenizerInvalid | ArtifactCorrupt | StorageFailed> {
  const files = yield* artifact.read("files")
  const text = files.content[files.name.indexOf(file)]
  return text === undefined ? yield* new TokenizerInvalid({ file, problem: "not in the artifact" }) : text
})

/** Opens a tokenizer for encoding and decoding; its `tokenizer.json` is what counts. It can close documents. */
export const loadTokenizer = Effect.fn("loadTokenizer")(function* (
  artifact: Artifact<typeof Tokenizer>
): Effect.fn.Return<TextTokenizer, TokenizerInvalid | ArtifactCorrupt | StorageFailed> {
  const tokenizer = yield* parseTokenizerJson(yield* tokenizerFile(artifact))
  return tokenizer.endOfTextId < 0
    ? yield* new TokenizerInvalid({ file, problem: "added_tokens: none that closes a document" })
    : tokenizer
})
