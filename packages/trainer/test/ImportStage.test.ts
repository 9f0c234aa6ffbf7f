// Weights of others: what comes out is what the checkpoint holds, and only the files that are named are read.
import { assert, describe, it } from "@effect/vitest"
import { Tokenizer } from "@inkstone/artifact"
import { HuggingFace, NamedArray, zoo } from "@inkstone/model-zoo"
import { StageFailure } from "@inkstone/stage"
import { sample, trial } from "@inkstone/stage/testkit"
import { Effect } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { importWeights } from "../src/ImportStage.ts"
import { temporaryFolder } from "./peers.ts"

const vocabSize = 20
const tokenizer = (size: number) =>
  sample(Tokenizer, {
    attributes: { type: "wordpiece", vocabSize: size, endOfTextId: 3, trainedOnBytes: 0 },
    tables: {}
  })

/** The files of a tiny BERT without a head, as transformers has them. */
const checkpoint = Effect.gen(function* () {
  const folder = join(yield* temporaryFolder, "bert")
  const architecture = {
    vocabSize,
    contextLength: 8,
    layers: 1,
    heads: 2,
    channels: 8,
    innerChannels: 16,
    segments: 2,
    layerNormEpsilon: 1e-12,
    labels: 2,
    paddingId: 0,
    head: "none"
  }
  const network = yield* zoo.bert.network(architecture)
  const arrays = new Map(
    network.parameters.map(({ name, shape }, n) => [
      name,
      NamedArray.of(
        name,
        "float32",
        Float32Array.from({ length: NamedArray.sizeOf(shape) }, (_, i) => Math.sin(i + n)),
        shape
      )
    ])
  )
  yield* HuggingFace.save(folder, { family: "bert", architecture, arrays, endOfTextId: -1 })
  const files = Object.fromEntries(
    readdirSync(folder).map((name) => [`model/${name}`, new Uint8Array(readFileSync(join(folder, name)))])
  )
  return { arrays, files }
})

const imported = (files: Readonly<Record<string, Uint8Array>>, size = vocabSize) =>
  trial(importWeights, {
    name: "",
    config: { files: ["model"] },
    inputs: { tokenizer: tokenizer(size) },
    files
  })

describe("@inkstone/trainer#import", () => {
  it.effect("reads a folder of Hugging Face, number for number", () =>
    Effect.gen(function* () {
      const { arrays, files } = yield* checkpoint
      const run = yield* imported(files)
      const model = yield* run.open("model")
      assert.strictEqual(model.attributes.family, "bert")
      assert.strictEqual(model.attributes.architecture["head"], "none")
      assert.strictEqual(model.attributes.vocabSize, vocabSize)
      assert.strictEqual(model.attributes.endOfTextId, 3)
      assert.notStrictEqual(model.attributes.tokenizer, "")
      const read = yield* NamedArray.read(model)
      assert.deepStrictEqual([...read.keys()].toSorted(), [...arrays.keys()].toSorted())
      for (const [name, { bytes }] of arrays) assert.deepStrictEqual(read.get(name)?.bytes, bytes, name)
      assert.deepStrictEqual(readdirSync(run.workspace), [], "nothing is left in the workspace")
    })
  )

  it.effect("refuses a tokenizer with more tokens than the checkpoint knows", () =>
    Effect.gen(function* () {
      const { files } = yield* checkpoint
      const failure = yield* Effect.flip(imported(files, vocabSize + 1))
      assert.include(
        failure instanceof StageFailure ? failure.problem : "",
        "knows 20 tokens, the tokenizer has 21"
      )
    })
  )

  it.effect("says what is missing where the files are no checkpoint", () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(imported({ "model/readme.md": Buffer.from("no model") }))
      assert.include(failure instanceof StageFailure ? failure.problem : "", "there is no config.json")
    })
  )

  it.effect("reads no weights that were not named", () =>
    Effect.gen(function* () {
      const { files } = yield* checkpoint
      const { "model/config.json": config = new Uint8Array() } = files
      const failure = yield* Effect.flip(
        imported({ "model/config.json": config, "other/model.safetensors": config })
      )
      assert.strictEqual(failure instanceof StageFailure ? failure.fact : "", "CheckpointUnusable")
    })
  )
})
