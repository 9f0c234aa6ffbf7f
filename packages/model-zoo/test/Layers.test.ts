import { assert, describe, it } from "@effect/vitest"
import { AdamW, TrainingProgram } from "@inkstone/graph"
import { Effect } from "effect"
import type { Architecture } from "../src/Family.ts"
import * as Layers from "../src/Layers.ts"
import { causal } from "../src/objectives/Causal.ts"
import { zoo } from "../src/Zoo.ts"

const shared = { vocabSize: 30, contextLength: 8, layers: 2, heads: 2, channels: 8 }
const encoder = { ...shared, innerChannels: 8, domain: { size: 2, combine: "sum" } }
const t5 = { ...shared, decoderLayers: 2, headChannels: 4, innerChannels: 8, feedForward: "relu", buckets: 4 }
const gpt: Architecture = { ...shared, layerNormEpsilon: 1e-5, domain: { size: 2, combine: "sum" } }

/** Each family with one parameter or more of every layer, worked by hand. */
const table = [
  {
    family: zoo.gpt2,
    architecture: gpt,
    top: 3,
    layers: {
      "transformer.wte.weight": 0,
      "transformer.wpe.weight": 0,
      "domain_embedding.weight": 0,
      "transformer.h.0.ln_1.weight": 1,
      "transformer.h.1.mlp.c_proj.bias": 2,
      "transformer.ln_f.weight": 3
    }
  },
  {
    family: zoo.llama,
    architecture: {
      ...shared,
      keyHeads: 1,
      innerChannels: 8,
      rotaryBase: 100,
      normEpsilon: 1e-5,
      tied: false
    },
    top: 3,
    layers: {
      "model.embed_tokens.weight": 0,
      "model.layers.0.self_attn.q_proj.weight": 1,
      "model.layers.1.post_attention_layernorm.weight": 2,
      "model.norm.weight": 3,
      "lm_head.weight": 3
    }
  },
  {
    family: zoo.bert,
    architecture: { ...encoder, segments: 2, layerNormEpsilon: 1e-12, head: "classification" },
    top: 3,
    layers: {
      "bert.embeddings.LayerNorm.bias": 0,
      "domain_embedding.weight": 0,
      "bert.encoder.layer.0.attention.self.query.weight": 1,
      "bert.encoder.layer.1.output.LayerNorm.bias": 2,
      "bert.pooler.dense.weight": 3,
      "classifier.bias": 3
    }
  },
  {
    family: zoo.roberta,
    architecture: { ...encoder, segments: 1, layerNormEpsilon: 1e-5 },
    top: 3,
    layers: {
      "roberta.embeddings.position_embeddings.weight": 0,
      "roberta.encoder.layer.1.output.dense.weight": 2,
      "lm_head.dense.weight": 3
    }
  },
  {
    family: zoo.distilbert,
    architecture: { ...encoder, head: "question-answering" },
    top: 3,
    layers: {
      "distilbert.embeddings.word_embeddings.weight": 0,
      "distilbert.transformer.layer.0.attention.q_lin.weight": 1,
      "distilbert.transformer.layer.1.sa_layer_norm.weight": 2,
      "qa_outputs.weight": 3
    }
  },
  {
    family: zoo.t5,
    architecture: { ...t5, maxDistance: 8, head: "own", normEpsilon: 1e-6, startId: 0 },
    top: 5,
    layers: {
      "shared.weight": 0,
      "encoder.block.0.layer.0.SelfAttention.q.weight": 1,
      "encoder.block.1.layer.1.DenseReluDense.wi.weight": 2,
      "encoder.final_layer_norm.weight": 2,
      "decoder.block.0.layer.1.EncDecAttention.k.weight": 3,
      "decoder.block.1.layer.2.DenseReluDense.wo.weight": 4,
      "decoder.final_layer_norm.weight": 5,
      "lm_head.weight": 5
    }
  }
]

describe("layers", () => {
  it.effect.each(table)(
    "of $family.name go from the embeddings to the head",
    ({ architecture, family, ...is }) =>
      Effect.gen(function* () {
        const network = yield* family.network(architecture)
        const { of, top } = Layers.layers(network)
        assert.strictEqual(top, is.top)
        const known = new Set(network.parameters.map(({ name }) => name))
        for (const [name, layer] of Object.entries(is.layers)) {
          assert.isTrue(known.has(name), name)
          assert.strictEqual(of({ name }), layer, name)
        }
        const all = new Set(network.parameters.map(of))
        assert.deepStrictEqual(
          [...all].toSorted((a, b) => a - b),
          Array.from({ length: top + 1 }, (_, layer) => layer)
        )
      })
  )

  it.effect("have rates that fall by a factor from the head to the embeddings", () =>
    Effect.gen(function* () {
      const network = yield* zoo.gpt2.network(gpt)
      const groupOf = Layers.decayed(network, { decay: 0.5 })
      const group = (wanted: string) => {
        const parameter = network.parameters.find(({ name }) => name === wanted)
        return parameter && groupOf(parameter)
      }
      assert.deepStrictEqual(group("transformer.ln_f.weight"), { decays: false, rate: 1 })
      assert.deepStrictEqual(group("transformer.h.1.mlp.c_fc.weight"), { decays: true, rate: 0.5 })
      assert.deepStrictEqual(group("transformer.h.0.mlp.c_fc.bias"), { decays: false, rate: 0.25 })
      assert.deepStrictEqual(group("transformer.wte.weight"), { decays: true, rate: 0.125 })
    })
  )

  it.effect("move from the top downwards, one more every so many steps", () =>
    Effect.gen(function* () {
      const network = yield* zoo.gpt2.network(gpt)
      const phases = Layers.unfreezing(network, { every: 10 })
      assert.deepStrictEqual(
        phases.map(({ trained, until }) => [until, network.parameters.filter(trained).length]),
        [
          [10, 2],
          [20, 14],
          [30, 26]
        ]
      )
      const options = { optimizer: AdamW.defaults, precision: "float32", clusters: false, phases } as const
      const { "train/1": second, train } = TrainingProgram.entriesOf(causal(network), options)
      assert.strictEqual(second?.gradients?.length, 14)
      assert.strictEqual(train.gradients?.length, network.parameters.length)
    })
  )

  it.effect("that stay are left out of the order in which others move", () =>
    Effect.gen(function* () {
      const network = yield* zoo.gpt2.network(gpt)
      const trained = Layers.from(network, 2)
      assert.deepStrictEqual(
        new Set(network.parameters.filter(trained).map(Layers.layers(network).of)),
        new Set([2, 3])
      )
      assert.deepStrictEqual(
        Layers.unfreezing(network, { every: 5, trained }).map(({ until }) => until),
        [5]
      )
    })
  )
})
