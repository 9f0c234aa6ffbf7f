// From and to the artifact of kind `tokenizer`.
import type { Artifact, ArtifactCorrupt, StorageFailed, Tokenizer } from "@inkstone/artifact"
import { Effect } from "effect"
import type { TextTokenizer } from "./TextTokenizer.ts"
import { TokenizerInvalid } from "./TokenizerInvalid.ts"
import { parseTokenizerJson } from "./TokenizerJson.ts"

const file = "tokenizer.json"

/** Opens a tokenizer for encoding and decoding; its `tokenizer.json` is what counts. It can close documents. */
export const loadTokenizer = Effect.fn("loadTokenizer")(function* (
  artifact: Artifact<typeof Tokenizer>
): Effect.fn.Return<TextTokenizer, TokenizerInvalid | ArtifactCorrupt | StorageFailed> {
  const files = yield* artifact.read("files")
  const text = files.content[files.name.indexOf(file)]
  if (text === undefined) return yield* new TokenizerInvalid({ file, problem: "not in the artifact" })
  const tokenizer = yield* parseTokenizerJson(text)
  return tokenizer.endOfTextId < 0
    ? yield* new TokenizerInvalid({ file, problem: "added_tokens: none that closes a document" })
    : tokenizer
})
