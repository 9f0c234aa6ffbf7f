// Tokenizers of the first version knew no special token but end-of-text.
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { Kind, Store, Tokenizer } from "../src/index.ts"
import { withStore } from "./support/TempStore.ts"

const V1 = Kind.define({
  name: "tokenizer",
  version: 1,
  tables: Tokenizer.tables,
  attributes: Schema.Struct({
    type: Schema.Literals(["byte-bpe", "byte"]),
    vocabSize: Schema.Int,
    endOfTextId: Schema.Int,
    trainedOnBytes: Schema.Int
  })
})

describe("a tokenizer of version 1", () => {
  it.effect("is read with no other special token", () =>
    withStore(() =>
      Effect.gen(function* () {
        const store = yield* Store
        const before = { type: "byte", vocabSize: 257, endOfTextId: 256, trainedOnBytes: 0 } as const
        const { digest } = yield* Effect.scoped(
          Effect.gen(function* () {
            const draft = yield* store.draft(V1)
            yield* draft.append("files", { name: ["tokenizer.json"], content: ["{}"] })
            yield* draft.append("pieces", { id: Uint32Array.of(0), piece: [Uint8Array.of(0)] })
            yield* draft.describe(before)
            return yield* store.seal(draft)
          })
        )
        const opened = yield* store.open(Tokenizer, digest)
        const none = { bos: -1, pad: -1, unk: -1, cls: -1, sep: -1, mask: -1 }
        assert.deepStrictEqual(opened.attributes, { ...before, special: none })
        assert.deepStrictEqual((yield* opened.read("files")).content, ["{}"])
      })
    )
  )
})
