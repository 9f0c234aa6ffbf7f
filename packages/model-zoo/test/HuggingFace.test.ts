import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs"
import { homedir, tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import * as HuggingFace from "../src/HuggingFace.ts"
import * as NamedArray from "../src/NamedArray.ts"
import * as Safetensors from "../src/Safetensors.ts"
import * as LanguageModel from "../src/LanguageModel.ts"
import * as golden from "./golden.ts"

const temporary = mkdtempSync(join(tmpdir(), "inkstone-hugging-face-"))
afterAll(() => rmSync(temporary, { recursive: true, force: true }))

const python = process.env["INKSTONE_PEERS_PYTHON"] ?? join(homedir(), ".cache/inkstone/peers/bin/python")
const noPeers = existsSync(python) ? "" : ` (skipped: no Python at ${python})`

const script = `
import sys, torch
from safetensors.numpy import save_file
from transformers import AutoModelForCausalLM
model, info = AutoModelForCausalLM.from_pretrained(sys.argv[1], output_loading_info=True)
wrong = {key: list(value) for key, value in info.items() if value and key != "error_msgs"}
assert not wrong, wrong
ids = torch.tensor([[int(id) for id in sys.argv[3].split(",")]])
with torch.no_grad():
    save_file({"logits": model.eval()(ids).logits[0].numpy()}, sys.argv[2])
`

describe("HuggingFace", () => {
  it.effect("loads what it saved, bit for bit", () =>
    Effect.gen(function* () {
      const checkpoint = yield* golden.checkpoint
      const folder = join(temporary, "saved", "deep")
      yield* HuggingFace.save(folder, checkpoint)
      assert.deepStrictEqual(yield* HuggingFace.load(folder), checkpoint)
    })
  )

  it.effect("loads names without prefix, as OpenAI's own checkpoints have them, and lets masks be", () =>
    Effect.gen(function* () {
      const checkpoint = yield* golden.checkpoint
      const folder = join(temporary, "bare")
      cpSync(golden.folder, folder, { recursive: true })
      const bare = Array.from(checkpoint.arrays.values(), (array) => ({
        ...array,
        name: array.name.replace("transformer.", "")
      }))
      const mask = NamedArray.of("h.0.attn.bias", "float32", new Float32Array(4))
      yield* Safetensors.write(join(folder, "model.safetensors"), { arrays: [...bare, mask], metadata: {} })
      const model = yield* LanguageModel.open("gpt2", yield* HuggingFace.load(folder))
      const tokens = Int32Array.of(3, 4, 5)
      const shape = { B: 1, T: 2 }
      assert.deepStrictEqual(
        yield* model.nats(tokens, shape),
        yield* (yield* golden.model).nats(tokens, shape)
      )
    })
  )

  it.effect("says what it cannot save or load", () =>
    Effect.gen(function* () {
      const checkpoint = yield* golden.checkpoint
      const save = (change: Partial<HuggingFace.Checkpoint>) =>
        Effect.flip(HuggingFace.save(join(temporary, "never"), { ...checkpoint, ...change }))
      assert.include((yield* save({ family: "ngram" })).message, "transformers has no model of this kind")
      assert.include((yield* save({ arrays: new Map() })).message, "has no array transformer.wte.weight")
      assert.isFalse(existsSync(join(temporary, "never")))
      const error = yield* Effect.flip(HuggingFace.load(join(temporary, "never")))
      assert.strictEqual(error._tag, "StorageFailed")
    })
  )

  describe.skipIf(noPeers !== "")(`beside transformers${noPeers}`, () => {
    it.effect("is loaded without a missing or unexpected key, and gives the same logits", () =>
      Effect.gen(function* () {
        const checkpoint = yield* golden.checkpoint
        const folder = join(temporary, "peer")
        yield* HuggingFace.save(folder, checkpoint)
        const ids = [9, 3, 77, 120, 4, 4, 55]
        const logits = join(temporary, "logits.safetensors")
        execFileSync(python, ["-c", script, folder, logits, ids.join(",")], {
          stdio: ["ignore", "ignore", "pipe"]
        })
        const { arrays } = yield* Safetensors.read(logits)
        const theirs = NamedArray.view(arrays.get("logits"), "float32") ?? new Float32Array(0) // [T, V]
        const decoder = yield* (yield* golden.model).decoder(1)
        for (const T of ids.keys()) {
          const ours = yield* decoder.prefill([ids.slice(0, T + 1)])
          assert.isBelow(golden.distance(ours, theirs.subarray(T * golden.V, (T + 1) * golden.V)), 2e-6)
        }
      })
    )
  })
})
