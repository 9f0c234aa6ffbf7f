// The files that lie beside the weights: those of a tokenizer, and settings for generation. They are carried as they are.
import type { StorageFailed } from "@inkstone/artifact"
import { Effect } from "effect"
import { readdir, readFile, stat } from "node:fs/promises"
import { join } from "node:path"
import { io } from "../internal/Files.ts"
import { writeJson, writeText } from "./Shards.ts"

/** Content by file name. */
export type Companions = ReadonlyMap<string, Uint8Array>

const known: ReadonlySet<string> = new Set([
  "added_tokens.json",
  "chat_template.jinja",
  "generation_config.json",
  "merges.txt",
  "special_tokens_map.json",
  "spiece.model",
  "tokenizer.json",
  "tokenizer.model",
  "tokenizer_config.json",
  "vocab.json",
  "vocab.txt"
])
const mostBytes = 2 ** 28 // of one file; the largest vocabularies have 40 MB

/** Those of a folder. Others are left out, and so is what is too large to be one. */
export const read = Effect.fn("HuggingFace.companions")(function* (
  folder: string
): Effect.fn.Return<Companions, StorageFailed> {
  const companions = new Map<string, Uint8Array>()
  for (const name of yield* io(folder, () => readdir(folder))) {
    if (!known.has(name)) continue
    const path = join(folder, name)
    const file = yield* io(path, () => stat(path))
    if (file.isFile() && file.size <= mostBytes) companions.set(name, yield* io(path, () => readFile(path)))
  }
  return companions
})

/** Writes them; a `tokenizer.json` without a config of its own gets the one that makes `transformers` read it. */
export const write = Effect.fnUntraced(function* (
  folder: string,
  { companions, contextLength }: { readonly companions: Companions; readonly contextLength: number }
): Effect.fn.Return<void, StorageFailed> {
  for (const [name, content] of companions) if (known.has(name)) yield* writeText(join(folder, name), content)
  if (companions.has("tokenizer.json") && !companions.has("tokenizer_config.json"))
    yield* writeJson(join(folder, "tokenizer_config.json"), {
      tokenizer_class: "PreTrainedTokenizerFast",
      ...(Number.isFinite(contextLength) ? { model_max_length: contextLength } : {})
    })
})
