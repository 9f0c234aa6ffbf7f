// Every head of every encoder is written for `transformers` and says the same there, at odd lengths, padded and alone.
import { assert, describe, it } from "@effect/vitest"
import { input, Program, reshape, slice, type Tensor } from "@inkstone/graph"
import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { homedir, tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import type { Architecture, EncoderFamily } from "../src/Family.ts"
import * as HuggingFace from "../src/HuggingFace.ts"
import * as ModelSession from "../src/ModelSession.ts"
import * as NamedArray from "../src/NamedArray.ts"
import type { EncoderNetwork } from "../src/Network.ts"
import * as Safetensors from "../src/Safetensors.ts"
import { zoo } from "../src/Zoo.ts"
import { assertNear, floats } from "./encoders.ts"

const temporary = mkdtempSync(join(tmpdir(), "inkstone-encoders-"))
afterAll(() => rmSync(temporary, { recursive: true, force: true }))

const python = process.env["INKSTONE_PEERS_PYTHON"] ?? join(homedir(), ".cache/inkstone/peers/bin/python")
const noPeers = existsSync(python) ? "" : ` (skipped: no Python at ${python})`

// reads <folder>/texts.json of each folder given, writes what the model says of each text as <folder>/said.safetensors
const script = `
import json, sys, torch, transformers
from safetensors.torch import save_file
for folder in sys.argv[1:]:
    config = json.load(open(f"{folder}/config.json"))
    cls = getattr(transformers, config["architectures"][0])
    model, info = cls.from_pretrained(folder, output_loading_info=True)
    wrong = {key: list(value) for key, value in info.items() if value and key != "error_msgs"}
    assert not wrong, (folder, wrong)
    said = {}
    for i, text in enumerate(json.load(open(f"{folder}/texts.json"))):
        given = {"input_ids": torch.tensor(text["tokens"]), "attention_mask": torch.tensor(text["mask"])}
        if config["model_type"] == "bert":
            given["token_type_ids"] = torch.tensor(text["segments"])
        with torch.no_grad():
            result = model.eval()(**given)
        for key in ("last_hidden_state", "logits", "prediction_logits", "seq_relationship_logits", "start_logits", "end_logits"):
            if key in result:
                said[f"{i}.{key}"] = result[key].contiguous()
    save_file(said, f"{folder}/said.safetensors")
`

const shape = {
  vocabSize: 37,
  contextLength: 19,
  layers: 2,
  heads: 3,
  channels: 12,
  innerChannels: 20,
  labels: 3
}
const heads = [
  "masked-language",
  "classification",
  "regression",
  "token-classification",
  "question-answering",
  "none"
]
interface Case {
  readonly family: EncoderFamily
  readonly head: string
  readonly architecture: Architecture
}
const cases: ReadonlyArray<Case> = [
  { family: zoo.bert, own: { segments: 2, layerNormEpsilon: 1e-12 }, heads: ["pretraining", ...heads] },
  { family: zoo.roberta, own: { segments: 1, layerNormEpsilon: 1e-5 }, heads },
  { family: zoo.distilbert, own: {}, heads }
].flatMap(({ family, heads, own }) =>
  heads.map((head) => ({ family, head, architecture: { ...shape, ...own, head } }))
)

/** Any numbers, other ones for each name, so that no bias is 0 and no gain is 1. */
const numbers = (name: string, size: number) => {
  const phase = Array.from(name, (letter) => letter.charCodeAt(0)).reduce((sum, code) => sum + code)
  const about = /norm.*weight$/i.test(name) ? 1 : 0
  return Float32Array.from({ length: size }, (_, i) => about + 0.2 * Math.sin(i * 12.9898 + phase * 0.37))
}

/** A single token, an odd length alone, as long as can be, and three rows of which two are padded. */
const textsFor = (paddingId: number) =>
  [
    { B: 1, T: 1, lengths: [1] },
    { B: 1, T: 7, lengths: [7] },
    { B: 1, T: shape.contextLength, lengths: [shape.contextLength] },
    { B: 3, T: 11, lengths: [11, 4, 9] }
  ].map(({ B, T, lengths }) => {
    const rows = lengths.map((length) => Array.from({ length: T }, (_, place) => place < length))
    const row = <A>(of: (place: number, b: number) => A) =>
      Array.from({ length: B }, (_, b) => Array.from({ length: T }, (_, place) => of(place, b)))
    return {
      shape: [B, T],
      mask: row((place, b) => (rows[b]?.[place] === true ? 1 : 0)),
      tokens: row((place, b) =>
        rows[b]?.[place] === true ? 3 + ((place * place + 5 * place + 11 * b) % 34) : paddingId
      ),
      segments: row((place) => (place > 4 ? 1 : 0))
    }
  })

/** Everything a network says of a text, by the names of `transformers`. */
const ours = (network: EncoderNetwork) => {
  const inputs = {
    tokens: input("tokens", "int32", ["B", "T"]),
    mask: input("mask", "bool", ["B", "T"]),
    segments: input("segments", "int32", ["B", "T"])
  }
  const { mask, segments, tokens } = inputs
  const reading = { precision: "float32", mask, segments } as const
  const hidden = network.hidden(tokens, reading) // [B, T, C]
  const { labels, nextSentence, span, tags, tokens: words, value } = network.heads
  const side = (which: number) => {
    const both = span?.(hidden, reading) // [B, T, 2]
    return both && reshape(slice(both, { axis: 2, from: which, size: 1 }), ["B", "T"])
  }
  const said: Readonly<Record<string, Tensor | undefined>> = {
    logits: nextSentence === undefined ? (words ?? labels ?? tags ?? value)?.(hidden, reading) : undefined,
    prediction_logits: nextSentence === undefined ? undefined : words?.(hidden, reading),
    seq_relationship_logits: nextSentence?.(hidden, reading),
    start_logits: side(0),
    end_logits: side(1)
  }
  const outputs = Object.fromEntries(
    Object.entries(said).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
  )
  return Program.lower(
    {
      read: {
        inputs,
        outputs: Object.keys(outputs).length === 0 ? { last_hidden_state: hidden } : outputs
      }
    },
    { clusters: false }
  )
}

describe.skipIf(noPeers !== "")(`encoders beside transformers${noPeers}`, () => {
  it.effect("every head loads without a missing or unexpected key and says what it says here", () =>
    Effect.gen(function* () {
      const made = yield* Effect.forEach(
        cases,
        Effect.fnUntraced(function* ({ architecture, family, head }) {
          const folder = join(temporary, `${family.name}-${head}`)
          const network = yield* family.network(architecture)
          const arrays = new Map(
            network.parameters.map(({ name, shape }) => {
              const values = numbers(name, NamedArray.sizeOf(shape))
              return [name, NamedArray.of(name, "float32", values, shape)]
            })
          )
          yield* HuggingFace.save(folder, { family: family.name, architecture, arrays, endOfTextId: 2 })
          const texts = textsFor(family.name === "roberta" ? 1 : 0)
          writeFileSync(join(folder, "texts.json"), JSON.stringify(texts))
          return { family, folder, network, arrays, texts }
        })
      )
      execFileSync(python, ["-c", script, ...made.map(({ folder }) => folder)], {
        stdio: ["ignore", "ignore", "pipe"],
        env: { ...process.env, HF_HUB_OFFLINE: "1" }
      })
      for (const { arrays, family, folder, network, texts } of made) {
        const program = ours(network)
        const { parameters } = network
        const session = yield* ModelSession.open(family.name, program, { arrays, parameters })
        const theirs = (yield* Safetensors.read(join(folder, "said.safetensors"))).arrays
        const names = Object.keys(program.entries.read.outputs)
        assert.sameMembers(
          [...theirs.keys()],
          texts.flatMap((_, i) => names.map((name) => `${i}.${name}`))
        )
        for (const [i, { mask, segments, shape, tokens }] of texts.entries()) {
          const found: Readonly<Record<string, { readonly values: ArrayLike<number> }>> = session.call(
            program.entries.read,
            {
              tokens: { shape, values: Int32Array.from(tokens.flat()) },
              mask: { shape, values: Uint8Array.from(mask.flat()) },
              segments: { shape, values: Int32Array.from(segments.flat()) }
            }
          )
          for (const name of names) {
            const expected = floats(theirs.get(`${i}.${name}`))
            assertNear(found[name]?.values, expected, 1e-5, `${folder} ${i} ${name}`)
          }
        }
      }
    })
  )
})
