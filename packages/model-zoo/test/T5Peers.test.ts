import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { homedir, tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import * as HuggingFace from "../src/HuggingFace.ts"
import * as Safetensors from "../src/Safetensors.ts"
import { assertNear, floats, folderOf } from "./encoders.ts"

const python = process.env["INKSTONE_PEERS_PYTHON"] ?? join(homedir(), ".cache/inkstone/peers/bin/python")
const noPeers = existsSync(python) ? "" : ` (skipped: no Python at ${python})`
const temporary = mkdtempSync(join(tmpdir(), "inkstone-t5-"))
afterAll(() => rmSync(temporary, { recursive: true, force: true }))

// For each folder: every key is found, and the golden texts have which logits; then it is saved again by transformers.
const script = `
import sys
from safetensors.torch import load_file, save_file
import torch
torch.set_num_threads(1)
from transformers import AutoModelForSeq2SeqLM
for saved, golden in zip(sys.argv[1::2], sys.argv[2::2]):
    model, info = AutoModelForSeq2SeqLM.from_pretrained(saved, output_loading_info=True)
    wrong = {key: list(value) for key, value in info.items() if value and key != "error_msgs"}
    assert not wrong, wrong
    texts = load_file(golden)
    with torch.no_grad():
        logits = model.eval()(input_ids=texts["input_ids"], attention_mask=texts["attention_mask"], labels=texts["labels"]).logits
    save_file({"logits": logits.contiguous()}, saved + "/logits.safetensors")
    model.save_pretrained(saved + "/again")
`
const names = ["t5", "t5-gated", "t5-v1_1"]

describe.skipIf(noPeers !== "")(`T5 beside transformers${noPeers}`, () => {
  it.effect(
    "is loaded by it without a missing or unexpected key, gives its logits, and comes back the same",
    () =>
      Effect.gen(function* () {
        for (const name of names)
          yield* HuggingFace.save(join(temporary, name), yield* HuggingFace.load(folderOf(name)))
        const folders = names.flatMap((name) => [
          join(temporary, name),
          join(folderOf(name), "golden.safetensors")
        ])
        execFileSync(python, ["-c", script, ...folders], { stdio: ["ignore", "ignore", "pipe"] })
        for (const name of names) {
          const theirs = yield* Safetensors.read(join(temporary, name, "logits.safetensors"))
          const golden = yield* Safetensors.read(join(folderOf(name), "golden.safetensors"))
          const [found, expected] = [theirs, golden].map(({ arrays }) => floats(arrays.get("logits")))
          assertNear(found, expected ?? [], 2e-5, name)
          const original = yield* HuggingFace.load(folderOf(name))
          const { architecture, arrays } = yield* HuggingFace.load(join(temporary, name, "again"))
          assert.deepStrictEqual(architecture, original.architecture)
          assert.sameMembers([...arrays.keys()], [...original.arrays.keys()])
          for (const [key, array] of original.arrays) assert.deepStrictEqual(arrays.get(key), array)
        }
      })
  )
})
