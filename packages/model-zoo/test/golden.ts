// The tiny GPT-2 that `transformers` wrote, and what it says of twelve tokens in two rows.
import { Effect } from "effect"
import { fileURLToPath } from "node:url"
import { join } from "node:path"
import type { NamedArrays } from "../src/NamedArray.ts"
import * as HuggingFace from "../src/HuggingFace.ts"
import * as NamedArray from "../src/NamedArray.ts"
import * as Safetensors from "../src/Safetensors.ts"
import * as LanguageModel from "../src/LanguageModel.ts"

export const folder = fileURLToPath(new URL("golden/gpt2", import.meta.url))
export const [B, T, V] = [2, 12, 128]

/** int64 in the file; the ids are small. */
const int32 = (arrays: NamedArrays, name: string) => {
  const bytes = arrays.get(name)?.bytes ?? new Uint8Array(0)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Int32Array.from({ length: bytes.length / 8 }, (_, at) => view.getInt32(at * 8, true))
}

export const read = Effect.gen(function* () {
  const { arrays } = yield* Safetensors.read(join(folder, "golden.safetensors"))
  return {
    /** [B, T] */
    ids: int32(arrays, "input_ids"),
    /** [B, T, V] */
    logits: NamedArray.view(arrays.get("logits"), "float32") ?? new Float32Array(0)
  }
})

export const checkpoint = HuggingFace.load(folder)

/** The model, opened in the test's scope. */
export const model = Effect.flatMap(checkpoint, (opening) => LanguageModel.open(opening.family, opening))

/** Largest difference between two rows of numbers. */
export const distance = (a: Float32Array, b: Float32Array): number =>
  a.length === b.length
    ? a.reduce((most, value, at) => Math.max(most, Math.abs(value - (b[at] ?? NaN))), 0)
    : Infinity
