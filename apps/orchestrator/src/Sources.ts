// Where a model that is asked something comes from: a run of ours, or a folder as Hugging Face has them.
import { existsSync } from "node:fs"
import { join, resolve } from "node:path"
import { type Family, HuggingFace, type LanguageModel, NamedArray, Zoo } from "@inkstone/model-zoo"
import { loadTokenizer, readTokenizerFiles, type TextTokenizer } from "@inkstone/tokenizer"
import { Effect } from "effect"
import { failed } from "./Failure.ts"
import * as Models from "./Models.ts"

export interface Wanted {
  /** name of a node, the beginning of a digest, or a folder with a config.json */
  readonly model: string
  readonly pipeline: string | undefined
  /** folder of the store */
  readonly store: string
}

/** What opens a model, with its tokenizer. */
export interface Source {
  readonly family: string
  readonly kind: Family.Family["kind"] | undefined
  readonly opening: Parameters<typeof LanguageModel.open>[1]
  readonly tokenizer: TextTokenizer
}

const kindOf = (family: string) => Zoo.find(family)?.kind

const ofFolder = Effect.fnUntraced(function* (folder: string) {
  const opening = yield* HuggingFace.load(folder)
  const tokenizer = yield* readTokenizerFiles(yield* HuggingFace.companions(folder))
  const { family } = opening
  return { family, kind: kindOf(family), opening, tokenizer }
})

/** Finds what is meant and reads it; folders come first, since a node's name is seldom one. */
export const find = Effect.fn("Sources.find")(
  function* ({ model, pipeline, store }: Wanted) {
    const folder = resolve(model)
    if (existsSync(join(folder, "config.json"))) return yield* ofFolder(folder)
    const { tokenizer, weights } = yield* Models.find({ root: store, name: model, pipeline })
    const { family } = weights.attributes
    const opening = { ...weights.attributes, arrays: yield* NamedArray.read(weights) }
    return { family, kind: kindOf(family), opening, tokenizer: yield* loadTokenizer(tokenizer) }
  },
  Effect.catchTag(["TokenizerInvalid", "ModelUnusable", "CheckpointUnusable"], (error) =>
    failed("data", error.message)
  ),
  Effect.catchTag(["SafetensorsInvalid", "TorchInvalid"], (error) => failed("data", error.message))
)
