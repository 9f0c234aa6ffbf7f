import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Architecture, NetworkFamily } from "../src/Family.ts"
import * as Start from "../src/internal/contract/Start.ts"
import * as Lora from "../src/Lora.ts"
import * as NamedArray from "../src/NamedArray.ts"
import type { AnyNetwork } from "../src/Network.ts"
import * as WarmStart from "../src/WarmStart.ts"
import { zoo } from "../src/Zoo.ts"
import { tinies } from "./tinies.ts"

const bert = { ...tinies.bert[0]?.architecture, labels: 2 }
const gpt = { ...tinies.gpt2[0]?.architecture }
const arraysOf = ({ parameters }: AnyNetwork): NamedArray.NamedArrays =>
  new Map(
    parameters.map(({ name, shape }) => [
      name,
      NamedArray.of(name, "float32", Start.stirred({ name, shape }), shape)
    ])
  )
const started = Effect.fnUntraced(function* (
  family: NetworkFamily,
  { as, of }: { readonly of: Architecture; readonly as: Architecture }
) {
  const network: AnyNetwork = yield* family.network(as)
  return yield* WarmStart.from(network, { family, arrays: arraysOf(yield* family.network(of)) })
})

const refused = (of: Architecture, as: Architecture) =>
  Effect.map(Effect.flip(started(zoo.gpt2, { of, as })), ({ _tag, message }) => {
    assert.strictEqual(_tag, "StartUnusable")
    return message
  })

describe("a training that starts from other weights", () => {
  it.effect("takes the body of a bare encoder, and a fresh head", () =>
    Effect.gen(function* () {
      const { arrays, fresh, unused } = yield* started(zoo.bert, {
        of: { ...bert, head: "none" },
        as: { ...bert, head: "classification" }
      })
      assert.deepStrictEqual(fresh, ["classifier.weight", "classifier.bias"])
      assert.isEmpty(unused)
      assert.isTrue(arrays.has("bert.pooler.dense.weight"))
      assert.deepStrictEqual(arrays.get("bert.embeddings.LayerNorm.bias")?.shape, [16])
    })
  )
  it.effect("leaves other heads where they are", () =>
    Effect.gen(function* () {
      const { fresh, unused } = yield* started(zoo.bert, {
        of: { ...bert, head: "masked-language" },
        as: { ...bert, head: "question-answering" }
      })
      assert.deepStrictEqual(fresh, ["qa_outputs.weight", "qa_outputs.bias"])
      assert.lengthOf(unused, 5)
      for (const name of unused) assert.match(name, /^cls\.predictions\./)
    })
  )
  it.effect("keeps a head of the same classes, and starts one of others anew", () =>
    Effect.gen(function* () {
      const three = { ...bert, head: "classification", labels: 3 }
      assert.isEmpty((yield* started(zoo.bert, { of: three, as: three })).fresh)
      const { fresh } = yield* started(zoo.bert, { of: three, as: { ...three, labels: 4 } })
      assert.deepStrictEqual(fresh, ["classifier.weight", "classifier.bias"])
    })
  )
  it.effect("gets domains and thin matrices as fresh ones", () =>
    Effect.gen(function* () {
      const network = yield* zoo.gpt2.network({ ...gpt, domain: { size: 3, combine: "sum" } })
      const adapted = Lora.adapt<AnyNetwork>(network, { rank: 2, alpha: 2, targets: ["attn.c_proj"] })
      const arrays = arraysOf(yield* zoo.gpt2.network(gpt))
      const { fresh } = yield* WarmStart.from(adapted.network, { family: zoo.gpt2, arrays })
      assert.lengthOf(fresh, 1 + 2 * 2)
    })
  )
  it.effect("is refused where the body does not fit, by names", () =>
    Effect.gen(function* () {
      assert.include(
        yield* refused({ ...gpt, layers: 1 }, gpt),
        "lacks 12 arrays: transformer.h.1.ln_1.weight"
      )
      assert.include(
        yield* refused(gpt, { ...gpt, layers: 1 }),
        "has 12 arrays that the network does not have: transformer.h.1.ln_1.weight"
      )
      assert.include(
        yield* refused({ ...gpt, contextLength: 8 }, gpt),
        "has another shape: transformer.wpe.weight float32 [8, 16], not [16, 16]"
      )
      assert.include(
        yield* refused({ ...gpt, vocabSize: 50 }, gpt),
        "knows 50 tokens, but the network is to know 64: transformer.wte.weight; encode the texts with the tokenizer"
      )
    })
  )
})
