// The golden models as a client of a server knows them: what is sent by which name, and the logits that must come back.
import { Effect } from "effect"
import { join } from "node:path"
import * as HuggingFace from "../src/HuggingFace.ts"
import * as NamedArray from "../src/NamedArray.ts"
import * as Safetensors from "../src/Safetensors.ts"
import type * as Serving from "../src/Serving.ts"
import { floats, folderOf, integers } from "./encoders.ts"

interface Sent {
  readonly shape: readonly [number, number]
  readonly values: Int32Array
}
export interface Golden {
  readonly model: Serving.Model
  readonly signature: string
  readonly sent: Readonly<Record<string, Sent>>
  readonly logits: Float32Array
  /** float32 rounding of these numbers */
  readonly tolerance: number
}

const signatures: Readonly<Record<string, string>> = { gpt2: "masked" }

/** Not all of them look at segments. */
const encoders = new Set(["bert", "roberta", "distilbert"])

/** What the golden file of a model was asked: ids [2, 12], the second row padded; for T5 also targets [2, 7], shifted right. */
export const golden = Effect.fnUntraced(function* (name: string) {
  const folder = folderOf(name)
  const { architecture, arrays, family } = yield* HuggingFace.load(folder)
  const { arrays: expected } = yield* Safetensors.read(join(folder, "golden.safetensors"))
  const logits = floats(expected.get("logits"))
  const ids = integers(expected.get("input_ids"))
  const shape = [2, 12] as const
  const mask = { shape, values: integers(expected.get("attention_mask")) }
  const labels = integers(expected.get("labels"))
  const T = labels.length / 2
  const shifted = labels.map((_, at) => (at % T === 0 ? 0 : Math.max(0, labels[at - 1] ?? 0)))
  const golden: Golden = {
    model: { family, architecture, arrays },
    signature: signatures[name] ?? "serving_default",
    sent: {
      input_ids: { shape, values: ids },
      attention_mask: mask,
      ...(encoders.has(name) ? { token_type_ids: { shape, values: new Int32Array(ids.length) } } : {}),
      ...(family === "t5" ? { decoder_input_ids: { shape: [2, T], values: shifted } } : {})
    },
    logits,
    tolerance: 1e-5 * Math.max(1, ...logits.map(Math.abs))
  }
  return golden
})

/** Largest difference; infinite where there are not as many. */
export const distance = (a: ArrayLike<number> | undefined, b: Float32Array): number =>
  a?.length === b.length
    ? b.reduce((most, value, at) => Math.max(most, Math.abs(value - (a[at] ?? NaN))), 0)
    : Infinity

export const int64 = (values: Int32Array): NamedArray.NamedArray["bytes"] =>
  new Uint8Array(BigInt64Array.from(values, BigInt).buffer)
