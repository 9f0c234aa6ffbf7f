// Every family's checkpoint, saved anew and loaded by `transformers`; and what PyTorch saved, loaded here.
import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger, Schema } from "effect"
import { execFileSync } from "node:child_process"
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { homedir, tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import * as HuggingFace from "../src/HuggingFace.ts"
import * as Start from "../src/internal/contract/Start.ts"
import * as NamedArray from "../src/NamedArray.ts"
import { zoo } from "../src/Zoo.ts"
import { folderOf } from "./encoders.ts"
import { tinies } from "./tinies.ts"

const temporary = mkdtempSync(join(tmpdir(), "inkstone-peers-"))
afterAll(() => rmSync(temporary, { recursive: true, force: true }))

const python = process.env["INKSTONE_PEERS_PYTHON"] ?? join(homedir(), ".cache/inkstone/peers/bin/python")
const noPeers = existsSync(python) ? "" : ` (skipped: no Python at ${python})`
const run = (script: string, ...words: ReadonlyArray<string>) =>
  execFileSync(python, ["-c", script, ...words], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] })

/** How far the logits are from the golden ones, and what was missing or unexpected, for each folder. */
const judge = `
import json, sys, torch, transformers
from safetensors.torch import load_file
transformers.logging.set_verbosity_error()
found = {}
for pair in sys.argv[1:]:
    folder, golden = pair.split("::")
    name = json.load(open(folder + "/config.json"))["architectures"][0]
    model, info = getattr(transformers, name).from_pretrained(folder, output_loading_info=True, dtype=torch.float32)
    wrong = sorted(str(key) for kind in ("missing_keys", "unexpected_keys", "mismatched_keys") for key in info[kind])
    apart = 0.0
    if golden:
        g = load_file(golden)
        batch = {k: g[k] for k in ("input_ids", "attention_mask", "labels") if k in g}
        with torch.no_grad():
            apart = (model.eval()(**batch).logits - g["logits"]).abs().max().item()
    found[folder] = {"wrong": wrong, "apart": apart}
print(json.dumps(found))
`
const Judged = Schema.fromJsonString(
  Schema.Record(Schema.String, Schema.Struct({ wrong: Schema.Array(Schema.String), apart: Schema.Finite }))
)

const goldens = ["gpt2", "llama", "bert", "roberta", "distilbert", "t5", "t5-gated", "t5-v1_1"]
const quiet = Logger.layer([])

describe.skipIf(noPeers !== "")(`beside transformers${noPeers}`, () => {
  it.effect("every family is loaded without a missing or unexpected key, and gives its logits", () =>
    Effect.gen(function* () {
      const folders = new Map<string, number>()
      for (const name of goldens)
        for (const [kind, tolerance, options] of [
          ["whole", 2e-5, {}],
          ["shards", 2e-5, { maxShardBytes: 50_000 }],
          ["rounded", 0.3, { dtype: "bfloat16" }]
        ] as const) {
          const folder = join(temporary, `${name}-${kind}`)
          yield* HuggingFace.save(folder, yield* HuggingFace.load(folderOf(name)), options)
          folders.set(`${folder}::${join(folderOf(name), "golden.safetensors")}`, tolerance)
        }
      for (const combine of ["sum", "project"]) {
        const architecture = { ...tinies.gpt2[0]?.architecture, domain: { size: 3, combine } }
        const network = yield* zoo.gpt2.network(architecture)
        const arrays = network.parameters.map(({ name, shape }) =>
          NamedArray.of(name, "float32", Start.stirred({ name, shape }), shape)
        )
        const folder = join(temporary, `domain-${combine}`)
        const named = new Map(arrays.map((array) => [array.name, array]))
        yield* HuggingFace.save(folder, { family: "gpt2", architecture, arrays: named, endOfTextId: 0 })
        folders.set(`${folder}::`, 0)
      }
      const judged = Schema.decodeUnknownSync(Judged)(run(judge, ...folders.keys()))
      for (const [pair, tolerance] of folders) {
        const [folder = ""] = pair.split("::")
        assert.deepStrictEqual(judged[folder]?.wrong, [], folder)
        assert.isAtMost(judged[folder]?.apart ?? Number.NaN, tolerance, folder)
      }
    }).pipe(Effect.provide(quiet))
  )

  it.effect("PyTorch's files are read, one or many, as safetensors are", () =>
    Effect.gen(function* () {
      const script = `
import json, sys, torch
from safetensors.torch import load_file
arrays = load_file(sys.argv[1] + "/model.safetensors")
torch.save({**arrays, "lm_head.weight": arrays["transformer.wte.weight"]}, sys.argv[2] + "/pytorch_model.bin")
names, halves = sorted(arrays), {}
for i, name in enumerate(names):
    halves.setdefault(f"pytorch_model-0000{1 + i % 2}-of-00002.bin", {})[name] = arrays[name]
for file, half in halves.items():
    torch.save(half, sys.argv[3] + "/" + file)
json.dump({"metadata": {}, "weight_map": {n: f for f, h in halves.items() for n in h}}, open(sys.argv[3] + "/pytorch_model.bin.index.json", "w"))
`
      const [one, many] = [join(temporary, "one"), join(temporary, "many")]
      for (const folder of [one, many]) {
        cpSync(folderOf("gpt2"), folder, { recursive: true })
        rmSync(join(folder, "model.safetensors"))
      }
      run(script, folderOf("gpt2"), one, many)
      const expected = yield* HuggingFace.load(folderOf("gpt2"))
      assert.deepStrictEqual(yield* HuggingFace.load(one), expected)
      assert.lengthOf(
        readdirSync(many).filter((name) => name.endsWith(".bin")),
        2
      )
      assert.deepStrictEqual(yield* HuggingFace.load(many), expected)
    })
  )
})
