// Models that sort texts, opened with their numbers: they say what `transformers` says.
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { join } from "node:path"
import { ClassifierModel, HuggingFace, Safetensors } from "../src/index.ts"
import { assertNear, floats, folderOf, integers } from "./encoders.ts"

const opened = Effect.fnUntraced(function* (folder: string) {
  const checkpoint = yield* HuggingFace.load(folderOf(folder))
  return yield* ClassifierModel.open(checkpoint.family, checkpoint)
})

const cases = [
  ["bert-classification", "labels"],
  ["roberta-regression", "value"],
  ["distilbert-token-classification", "tags"]
] as const

describe("classifiers", () => {
  for (const [folder, head] of cases)
    it.effect(`${folder}: gives what transformers gives, with a padded text`, () =>
      Effect.gen(function* () {
        const { arrays } = yield* Safetensors.read(join(folderOf(folder), "golden.safetensors"))
        const [B = 0, T = 0] = arrays.get("input_ids")?.shape ?? []
        const model = yield* opened(folder)
        const said = yield* model.answer({
          B,
          T,
          tokens: integers(arrays.get("input_ids")),
          mask: Uint8Array.from(integers(arrays.get("attention_mask"))),
          ...(arrays.has("token_type_ids") ? { segments: integers(arrays.get("token_type_ids")) } : {})
        })
        assert.strictEqual(model.head, head)
        assertNear(said, floats(arrays.get("logits")), 1e-5, "logits")
      })
    )

  it.effect("that are none are refused, with what they are", () =>
    Effect.gen(function* () {
      const masked = yield* Effect.flip(opened("bert"))
      assert.match(masked.message, /has no head of a task/)
      const causal = yield* Effect.flip(opened("gpt2"))
      assert.match(causal.message, /does not read texts as a whole/)
    })
  )
})
