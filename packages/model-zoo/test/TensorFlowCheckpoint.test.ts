import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { CheckpointInvalid } from "@inkstone/tensorflow"
import { Effect } from "effect"
import { afterAll } from "vitest"
import * as HuggingFace from "../src/HuggingFace.ts"
import * as LanguageModel from "../src/LanguageModel.ts"
import type * as NamedArray from "../src/NamedArray.ts"
import * as Safetensors from "../src/Safetensors.ts"
import * as TensorFlowCheckpoint from "../src/TensorFlowCheckpoint.ts"

// the checkpoints of transformers, and the same numbers as TensorFlow's public checkpoints have them (make_tensorflow.py)
const golden = fileURLToPath(new URL("golden", import.meta.url))
const at = (...path: ReadonlyArray<string>) => join(golden, "tensorflow", ...path)
const arraysOf = (model: string) =>
  Effect.map(Safetensors.read(join(golden, model, "model.safetensors")), ({ arrays }) => arrays)
const configOf = (model: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(golden, model, "config.json"), "utf8"))

const temporary = mkdtempSync(join(tmpdir(), "inkstone-tensorflow-"))
afterAll(() => rmSync(temporary, { recursive: true, force: true }))

/** The arrays of those names; fails where one is missing. */
const only = (arrays: NamedArray.NamedArrays, names: Iterable<string>) =>
  Array.from(names, (name) => {
    const array = arrays.get(name)
    return array && { ...array, bytes: Buffer.from(array.bytes).toString("base64") }
  })
/** Every setting that both have is the same. */
const agrees = (
  ours: Readonly<Record<string, unknown>>,
  theirs: Record<string, unknown>,
  but: ReadonlyArray<string> = []
) => {
  const shared = Object.keys(ours).filter((key) => key in theirs && !but.includes(key))
  assert.isAbove(shared.length, 8)
  for (const key of shared) assert.deepStrictEqual(ours[key], theirs[key], key)
}

const refused = (path: string) =>
  Effect.map(Effect.flip(TensorFlowCheckpoint.read(path)), ({ message }) => message)

describe("TensorFlowCheckpoint", () => {
  it.effect.each<readonly [string, string, string]>([
    ["Google's BERT", "bert", at("bert", "bert_model.ckpt")],
    ["an encoder of TensorFlow Hub, a SavedModel", "bert", at("hub")],
    ["OpenAI's GPT-2, a folder with a stale absolute path", "gpt2", at("gpt2")],
    ["T5 of Mesh TensorFlow, by its index file", "t5", at("t5", "model.ckpt-1000.index")]
  ])("%s has the bits that transformers has", ([, model, path]) =>
    Effect.gen(function* () {
      const { arrays, config } = yield* TensorFlowCheckpoint.read(path)
      const expected = yield* arraysOf(model)
      assert.deepStrictEqual(only(arrays, expected.keys()), only(expected, expected.keys()))
      // what a checkpoint does not say: which token ends a text, which class the numbers are for
      agrees(config, configOf(model), ["architectures", "bos_token_id", "eos_token_id"])
    })
  )

  it.effect("opens as its family, and gives the logits of transformers from there on", () =>
    Effect.gen(function* () {
      const gpt2 = yield* TensorFlowCheckpoint.load(at("gpt2"))
      assert.deepStrictEqual([gpt2.family, gpt2.endOfTextId, gpt2.parameters], ["gpt2", 127, 30_592])
      const model = yield* LanguageModel.open(gpt2.family, gpt2)
      const nats = yield* model.nats(Int32Array.of(3, 4, 5), { B: 1, T: 2 })
      const expected = yield* HuggingFace.load(join(golden, "gpt2"))
      const same = yield* LanguageModel.open(expected.family, expected)
      assert.deepStrictEqual(nats, yield* same.nats(Int32Array.of(3, 4, 5), { B: 1, T: 2 }))
      for (const [path, kept] of [
        [at("bert", "bert_model.ckpt"), "cls.seq_relationship.weight"],
        [at("hub"), "cls.predictions.transform.dense.weight"],
        [at("garden", "bert_model.ckpt"), "bert.encoder.layer.0.output.dense.weight"],
        [at("t5"), "shared.weight"],
        [at("t5-v1.1"), "lm_head.weight"]
      ] as const)
        assert.isTrue((yield* TensorFlowCheckpoint.load(path)).arrays.has(kept), path)
    })
  )

  it.effect("says which class of transformers the arrays are for, and leaves out what is no part of it", () =>
    Effect.gen(function* () {
      const bert = yield* TensorFlowCheckpoint.read(at("bert", "bert_model.ckpt"))
      assert.deepStrictEqual(bert.config["architectures"], ["BertForPreTraining"])
      assert.deepStrictEqual(bert.unused.toSorted(), ["bert/pooler/dense/bias/adam_m", "global_step"])
      const hub = yield* TensorFlowCheckpoint.read(at("hub"))
      assert.deepStrictEqual(hub.config["architectures"], ["BertForMaskedLM"])
      assert.strictEqual(hub.config["num_attention_heads"], 4)
      assert.deepStrictEqual(hub.unused, [])
      const pooler = ["bert.pooler.dense.weight", "bert.pooler.dense.bias"]
      assert.deepStrictEqual(only(hub.arrays, pooler), only(bert.arrays, pooler))
      const t5 = yield* TensorFlowCheckpoint.read(at("t5"))
      assert.deepStrictEqual(t5.unused.toSorted(), [
        "decoder/block_000/layer_001/EncDecAttention/relative_attention_bias",
        "global_step",
        "shared/embedding_slot_vc"
      ])
    })
  )

  it.effect("reads the model garden's checkpoints by the numbers of Keras layers", () =>
    Effect.gen(function* () {
      const { arrays, config } = yield* TensorFlowCheckpoint.read(at("garden", "bert_model.ckpt"))
      const expected = yield* arraysOf("bert")
      const names = [...expected.keys()].filter((name) =>
        /^bert\.(embeddings|encoder\.layer\.0)\./.test(name)
      )
      assert.deepStrictEqual(only(arrays, names), only(expected, names))
      const bert = yield* TensorFlowCheckpoint.read(at("bert", "bert_model.ckpt"))
      const pooler = ["bert.pooler.dense.weight", "bert.pooler.dense.bias"]
      assert.deepStrictEqual(only(arrays, pooler), only(bert.arrays, pooler))
      assert.deepStrictEqual([config["num_hidden_layers"], config["num_attention_heads"]], [1, 4])
      assert.deepStrictEqual(config["architectures"], ["BertModel"])
    })
  )

  it.effect("reads the first encoders of TensorFlow Hub, whose names were others", () =>
    Effect.gen(function* () {
      const { arrays, config, unused } = yield* TensorFlowCheckpoint.read(at("hub-1"))
      const { arrays: expected } = yield* Safetensors.read(at("hub-1", "expected.safetensors"))
      assert.deepStrictEqual(only(arrays, expected.keys()), only(expected, expected.keys()))
      assert.deepStrictEqual([unused, config["num_attention_heads"], config["intermediate_size"]], [[], 2, 6])
    })
  )

  it.effect("knows T5 1.1: gated, a head of its own, norms of another name", () =>
    Effect.gen(function* () {
      const { arrays, config, unused } = yield* TensorFlowCheckpoint.read(at("t5-v1.1"))
      assert.deepStrictEqual(unused, [])
      assert.deepStrictEqual(arrays.get("lm_head.weight")?.shape, [6, 4])
      const bias = "SelfAttention.relative_attention_bias.weight"
      assert.deepStrictEqual(arrays.get(`decoder.block.0.layer.0.${bias}`)?.shape, [32, 2])
      assert.deepStrictEqual(arrays.get("decoder.block.0.layer.1.EncDecAttention.o.weight")?.shape, [4, 10])
      assert.deepStrictEqual(arrays.get("decoder.block.0.layer.2.DenseReluDense.wi_1.weight")?.shape, [7, 4])
      agrees(config, {
        model_type: "t5",
        vocab_size: 6,
        d_model: 4,
        d_kv: 5,
        d_ff: 7,
        num_layers: 1,
        num_decoder_layers: 1,
        num_heads: 2,
        feed_forward_proj: "gated-gelu",
        tie_word_embeddings: false
      })
    })
  )

  it.effect("says what it cannot read: no layout, no settings, several checkpoints, none", () =>
    Effect.gen(function* () {
      const folder = join(temporary, "some")
      mkdirSync(folder)
      assert.include(
        yield* refused(folder),
        "has no checkpoint and no SavedModel; give the path of one checkpoint"
      )
      for (const file of ["bert_model.ckpt.index", "bert_model.ckpt.data-00000-of-00001"])
        cpSync(at("bert", file), join(folder, file))
      assert.include(yield* refused(folder), `put bert_config.json into ${folder}`)
      writeFileSync(join(folder, "bert_config.json"), "[]")
      assert.include(yield* refused(folder), "bert_config.json: file:")
      writeFileSync(join(folder, "bert_config.json"), "{}")
      assert.include((yield* Effect.flip(TensorFlowCheckpoint.load(folder))).message, "num_attention_heads")
      cpSync(join(folder, "bert_model.ckpt.index"), join(folder, "other.index"))
      assert.include(
        yield* refused(folder),
        "has the checkpoints bert_model.ckpt, other; give the path of one"
      )
      const unknown = fileURLToPath(new URL("../../tensorflow/test/golden/objects", import.meta.url))
      assert.match(
        yield* refused(unknown),
        /of no layout that is known, such as .*dense\/kernel.*; known are: OpenAI's GPT-2/
      )
    })
  )

  it.effect("a SavedModel that is none, and numbers that were changed, are errors that name the file", () =>
    Effect.gen(function* () {
      const folder = join(temporary, "hub")
      cpSync(at("hub"), folder, { recursive: true })
      const data = join(folder, "variables", "variables.data-00000-of-00001")
      const bytes = readFileSync(data)
      bytes[5000] = (bytes[5000] ?? 0) ^ 1
      writeFileSync(data, bytes)
      const changed = yield* Effect.flip(TensorFlowCheckpoint.read(folder))
      assert.instanceOf(changed, CheckpointInvalid)
      assert.match(changed.message, /variables\/variables: tensor "weights.*[Cc]hecksum/)
      for (const none of [
        Buffer.from("no such thing"),
        Buffer.alloc(0),
        readFileSync(join(folder, "saved_model.pb")).subarray(0, 999)
      ]) {
        writeFileSync(join(folder, "saved_model.pb"), none)
        const error = yield* Effect.flip(TensorFlowCheckpoint.read(folder))
        assert.instanceOf(error, CheckpointInvalid)
        assert.include(error.message, "saved_model.pb")
      }
    })
  )
})
