import { assert, describe, it } from "@effect/vitest"
import { input, Program } from "@inkstone/graph"
import { Session } from "@inkstone/tensorflow"
import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { homedir, tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll } from "vitest"
import * as Fairseq from "../src/Fairseq.ts"
import * as NamedArray from "../src/NamedArray.ts"
import * as Roberta from "../src/Roberta.ts"
import * as Safetensors from "../src/Safetensors.ts"
import { assertNear, floats, integers } from "./encoders.ts"
import { archive, tensor, write, type Written } from "./torchFiles.ts"

const golden = fileURLToPath(new URL("golden/fairseq", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "inkstone-fairseq-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const python = process.env["INKSTONE_PEERS_PYTHON"] ?? join(homedir(), ".cache/inkstone/peers/bin/python")
const noPeers = existsSync(python) ? "" : ` (skipped: no Python at ${python})`

const segments = "roberta.embeddings.token_type_embeddings.weight"

/** A checkpoint of one layer with two channels and three tokens, changed or not; undefined takes a tensor away. */
const tiny = (
  changes: Readonly<Record<string, ReadonlyArray<number> | undefined>>,
  args: Written = { encoder_attention_heads: 1 }
) => {
  const [layer, norms] = ["encoder.sentence_encoder.layers.0", ["weight", "bias"]]
  const shapes: Record<string, ReadonlyArray<number> | undefined> = {
    "encoder.sentence_encoder.embed_tokens.weight": [3, 2],
    "encoder.sentence_encoder.embed_positions.weight": [4, 2],
    "encoder.lm_head.dense.weight": [2, 2],
    "encoder.lm_head.dense.bias": [2],
    "encoder.lm_head.bias": [3],
    [`${layer}.self_attn.in_proj_weight`]: [6, 2],
    [`${layer}.self_attn.in_proj_bias`]: [6],
    [`${layer}.self_attn.out_proj.weight`]: [2, 2],
    [`${layer}.self_attn.out_proj.bias`]: [2],
    [`${layer}.fc1.weight`]: [5, 2],
    [`${layer}.fc1.bias`]: [5],
    [`${layer}.fc2.weight`]: [2, 5],
    [`${layer}.fc2.bias`]: [2]
  }
  for (const part of norms) {
    shapes[`encoder.sentence_encoder.emb_layer_norm.${part}`] = [2]
    shapes[`encoder.lm_head.layer_norm.${part}`] = [2]
    shapes[`${layer}.self_attn_layer_norm.${part}`] = [2]
    shapes[`${layer}.final_layer_norm.${part}`] = [2]
  }
  const model = Object.entries({ ...shapes, ...changes }).flatMap(([name, shape]) =>
    shape === undefined
      ? []
      : [[name, tensor({ shape, offset: name.endsWith("lm_head.weight") ? 1 : 0, numel: 16 })] as const]
  )
  const file = join(folder, "tiny.pt")
  const numbers = new Uint8Array(Float32Array.from({ length: 16 }, (_, at) => at).buffer)
  writeFileSync(file, archive(write({ args, model: Object.fromEntries(model) }), { "0": numbers }))
  return Fairseq.read(file)
}

describe("Fairseq", () => {
  it.effect.each([
    ["old", "one matrix for query, key and value, the format before 1.6"],
    ["new.pt", "three matrices, a zip file, beside an optimizer and another head"]
  ] as const)("reads %s: %s", ([name]) =>
    Effect.gen(function* () {
      const { arrays, config } = yield* Fairseq.read(join(golden, name))
      const expected: unknown = JSON.parse(readFileSync(join(golden, "arrays.json"), "utf8"))
      const digests = Array.from(arrays.values(), ({ name, shape, bytes }) => [
        name,
        [shape, createHash("sha256").update(bytes).digest("hex").slice(0, 16)]
      ]).filter(([name]) => name !== segments)
      assert.deepStrictEqual(Object.fromEntries(digests), expected)
      assert.deepStrictEqual(
        arrays.get(segments),
        NamedArray.of(segments, "float32", new Float32Array(32), [1, 32])
      )
      assert.deepStrictEqual(config, {
        model_type: "roberta",
        architectures: ["RobertaForMaskedLM"],
        vocab_size: 128,
        hidden_size: 32,
        num_hidden_layers: 2,
        num_attention_heads: 4,
        intermediate_size: 64,
        hidden_act: "gelu",
        hidden_dropout_prob: 0.1,
        attention_probs_dropout_prob: 0.1,
        max_position_embeddings: 34, // 32 of fairseq's, from the padding id 1 on
        type_vocab_size: 1,
        layer_norm_eps: 1e-5,
        bos_token_id: 0,
        pad_token_id: 1,
        eos_token_id: 2,
        tie_word_embeddings: true
      })
    })
  )

  it.effect.each(["old", "new.pt"])(
    "opens %s as RoBERTa, with the logits of transformers, padding included",
    (name) =>
      Effect.gen(function* () {
        const loaded = yield* Fairseq.load(join(golden, name))
        const network = yield* Roberta.family.network(loaded.architecture)
        assert.sameMembers(
          network.parameters.map((parameter) => parameter.name),
          [...loaded.arrays.keys()]
        )
        assert.deepInclude(loaded, { family: "roberta", vocabSize: 128, contextLength: 32, endOfTextId: 2 })
        const inputs = {
          tokens: input("tokens", "int32", ["B", "T"]),
          mask: input("mask", "bool", ["B", "T"])
        }
        const reading = { precision: "float32", mask: inputs.mask } as const
        const hidden = network.hidden(inputs.tokens, reading)
        const logits = network.heads.tokens?.(hidden, reading) ?? hidden
        const program = Program.lower({ forward: { inputs, outputs: { logits } } }, { clusters: false })
        const session = yield* Session.open(program.graphDef)
        for (const variable of program.variables)
          session.call(variable.write, { value: { values: floats(loaded.arrays.get(variable.name)) } })
        const { arrays } = yield* Safetensors.read(join(golden, "golden.safetensors"))
        const [ids, shape] = [integers(arrays.get("input_ids")), [2, 8]]
        const found = session.call(program.entries.forward, {
          tokens: { shape, values: ids },
          mask: { shape, values: Uint8Array.from(ids, (id) => (id === 1 ? 0 : 1)) }
        })
        assertNear(found.logits.values, floats(arrays.get("logits")), 1e-5, "logits")
      })
  )

  it.effect("does not open as RoBERTa of the zoo what that has not: a head of its own", () =>
    Effect.gen(function* () {
      yield* tiny({ "encoder.lm_head.weight": [3, 2] })
      const error = yield* Effect.flip(Fairseq.load(join(folder, "tiny.pt")))
      assert.strictEqual(error._tag, "ModelUnusable")
      assert.include(error.message, "tie_word_embeddings")
    })
  )

  it.effect("gives each id its token where dict.txt lies beside, and nothing where it does not", () =>
    Effect.gen(function* () {
      const { tokens } = yield* Fairseq.read(join(golden, "old"))
      assert.deepStrictEqual(tokens?.slice(0, 6), ["<s>", "<pad>", "</s>", "<unk>", "0", "1"])
      assert.deepStrictEqual(tokens?.slice(-2), ["122", "<mask>"])
      assert.isUndefined((yield* Fairseq.read(join(golden, "new.pt"))).tokens)
    })
  )

  it.effect("says that dict.txt belongs to another model", () =>
    Effect.gen(function* () {
      const copy = join(folder, "copy")
      cpSync(join(golden, "old"), copy, { recursive: true })
      writeFileSync(join(copy, "dict.txt"), "one 2\ntwo 1\n")
      const error = yield* Effect.flip(Fairseq.read(copy))
      assert.include(error.message, "dict.txt: lines: 2 make 7 tokens with fairseq's own, the model has 128")
    })
  )

  it.effect("splits query, key and value by rows, in this order", () =>
    Effect.gen(function* () {
      const { arrays } = yield* tiny({})
      const numbers = (part: string) => [
        ...(NamedArray.view(arrays.get(`roberta.encoder.layer.0.attention.self.${part}`), "float32") ?? [])
      ]
      assert.deepStrictEqual(
        ["query", "key", "value"].map((part) => numbers(`${part}.weight`)),
        [
          [0, 1, 2, 3],
          [4, 5, 6, 7],
          [8, 9, 10, 11]
        ]
      )
      assert.deepStrictEqual(
        ["query", "key", "value"].map((part) => numbers(`${part}.bias`)),
        [
          [0, 1],
          [2, 3],
          [4, 5]
        ]
      )
    })
  )

  it.effect("keeps a head that is not tied to the words, and says so in the config", () =>
    Effect.gen(function* () {
      const { arrays, config } = yield* tiny({ "encoder.lm_head.weight": [3, 2] })
      assert.isFalse(config.tie_word_embeddings)
      assert.deepStrictEqual(
        [...(NamedArray.view(arrays.get("lm_head.decoder.weight"), "float32") ?? [])],
        [1, 2, 3, 4, 5, 6]
      )
    })
  )

  it.effect.each([
    [
      "a tensor of another family",
      { "encoder.sentence_encoder.layer_norm.weight": [2] },
      {},
      "layer_norm.weight: is no part of RoBERTa"
    ],
    [
      "a tensor that is missing",
      { "encoder.lm_head.bias": undefined },
      {},
      "has nothing that becomes lm_head.bias"
    ],
    [
      "a tensor of another shape",
      { "encoder.lm_head.dense.weight": [2, 3] },
      {},
      "lm_head.dense.weight should be [2, 2] but is [2, 3]"
    ],
    [
      "a layer that is missing",
      { "encoder.sentence_encoder.layers.2.fc1.bias": [5] },
      {},
      "has nothing that becomes roberta.encoder.layer.1"
    ],
    [
      "the old and the new name of one tensor",
      { "encoder.sentence_encoder.layernorm_embedding.bias": [2] },
      {},
      "is a second roberta.embeddings.LayerNorm.bias"
    ],
    [
      "a head of another shape",
      { "encoder.lm_head.weight": [2, 3] },
      {},
      "lm_head.weight: should be [3, 2] but is [2, 3]"
    ],
    [
      "no vocabulary",
      { "encoder.sentence_encoder.embed_tokens.weight": [0, 2 ** 52] },
      {},
      "no embed_tokens"
    ],
    ["no layers", { "encoder.sentence_encoder.embed_tokens.weight": undefined }, {}, "no embed_tokens"],
    ["no number of heads", {}, { encoder_layers: 1 }, 'args: Missing key\n  at ["encoder_attention_heads"]'],
    [
      "heads that do not divide",
      {},
      { encoder_attention_heads: 7 },
      "7 attention heads do not divide 2 channels"
    ],
    ["an unknown activation", {}, { encoder_attention_heads: 1, activation_fn: "swish" }, '["activation_fn"]']
  ] as const)("says what is wrong with %s", ([, changes, args, problem]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(tiny(changes, Object.keys(args).length === 0 ? undefined : args))
      assert.strictEqual(error._tag, "TorchInvalid")
      assert.include(error.message, problem)
    })
  )

  describe.skipIf(noPeers !== "")(`beside transformers${noPeers}`, () => {
    const script = `
import sys, torch
from safetensors.torch import load_file
from transformers import AutoModelForMaskedLM
golden = load_file(sys.argv[1])
ids = golden["input_ids"]
for folder in sys.argv[2:]:
    model, info = AutoModelForMaskedLM.from_pretrained(folder, output_loading_info=True)
    wrong = {key: list(value) for key, value in info.items() if value and key != "error_msgs"}
    assert not wrong, wrong
    with torch.no_grad():
        logits = model.eval()(ids, attention_mask=(ids != 1).long()).logits
    assert (logits - golden["logits"]).abs().max() < 1e-6
`
    it.effect(
      "is a folder that it loads without a missing or unexpected key, with the logits of the original",
      () =>
        Effect.gen(function* () {
          const saved: Array<string> = []
          for (const name of ["old", "new.pt"]) {
            const { arrays, config } = yield* Fairseq.read(join(golden, name))
            const to = join(folder, `saved-${name}`)
            mkdirSync(to)
            writeFileSync(join(to, "config.json"), JSON.stringify(config))
            yield* Safetensors.write(join(to, "model.safetensors"), {
              arrays: arrays.values(),
              metadata: { format: "pt" }
            })
            saved.push(to)
          }
          execFileSync(python, ["-c", script, join(golden, "golden.safetensors"), ...saved], {
            stdio: ["ignore", "ignore", "pipe"]
          })
        })
    )
  })
})
