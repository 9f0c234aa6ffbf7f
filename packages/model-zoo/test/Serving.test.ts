import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { homedir, tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { type Feed, SavedModel, Session, TensorBundle } from "@inkstone/tensorflow"
import { Effect } from "effect"
import { afterAll } from "vitest"
import type { NamedArray } from "../src/NamedArray.ts"
import * as Safetensors from "../src/Safetensors.ts"
import * as Serving from "../src/Serving.ts"
import { floats } from "./encoders.ts"
import { distance, golden, int64 } from "./served.ts"

const temporary = mkdtempSync(join(tmpdir(), "inkstone-serving-"))
afterAll(() => rmSync(temporary, { recursive: true, force: true }))

const python =
  process.env["INKSTONE_TENSORFLOW_PYTHON"] ?? join(homedir(), ".cache/inkstone/peers-tensorflow/bin/python")
const noPeer = existsSync(python) ? "" : ` (skipped: no Python with TensorFlow at ${python})`

const models = ["gpt2", "bert", "roberta", "distilbert", "t5", "t5-gated"]
const write = (folder: string, options: Partial<Serving.Options> = {}) =>
  Effect.flatMap(golden("gpt2"), ({ model }) => Serving.write(folder, { ...model, name: "tiny", ...options }))
const files = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted()

/** Files of a SavedModel there. */
const version = (name: string) =>
  ["saved_model.pb", "variables/variables.data-00000-of-00001", "variables/variables.index"].map((file) =>
    join(name, file)
  )

describe("a served model", () => {
  it.effect.each(models)("%s, opened from its SavedModel, gives the logits of transformers", (name) =>
    Effect.gen(function* () {
      const { logits, model, sent, signature, tolerance } = yield* golden(name)
      const folder = join(temporary, name)
      // what crosses into a session of ours is int32
      const inputs = yield* Serving.savedModel(folder, { ...model, ids: "int32" })
      const named = inputs[signature] ?? []
      assert.includeMembers([...named], ["input_ids", "attention_mask"])
      assert.strictEqual(named.includes("token_type_ids"), name === "bert") // the others have no second segment
      const feeds = named.map((key): Feed => {
        const { shape = [], values = new Int32Array(0) } = sent[key] ?? {}
        return { node: `${signature}_${key}:0`, dtype: "int32", shape, values }
      })
      const session = yield* Session.openSavedModel(folder)
      const [result] = session.run(feeds, [`${signature}/outputs/logits:0`])
      assert.isBelow(distance(result?.values, logits), tolerance)
    })
  )

  it.effect("holds every parameter that its signatures need, bit for bit, and runs on any TensorFlow", () =>
    Effect.gen(function* () {
      const { model } = yield* golden("gpt2")
      const folder = join(temporary, "bits")
      yield* Serving.savedModel(folder, model)
      const contents = yield* SavedModel.read(folder)
      assert.deepStrictEqual(contents.tags, [["serve"]])
      assert.deepStrictEqual(contents.signatures, ["serving_default", "masked"])
      const index = yield* TensorBundle.readIndex(contents.variables)
      assert.deepStrictEqual([...index.entries.keys()].toSorted(), [...model.arrays.keys()].toSorted())
      for (const [name, { bytes }] of model.arrays)
        assert.deepStrictEqual(Buffer.compare((yield* TensorBundle.read(index, name)).bytes, bytes), 0, name)
      // functions that only XLA may compile
      assert.isFalse(readFileSync(join(folder, "saved_model.pb")).includes("_Xla"))
    })
  )
})

describe("Serving.write", () => {
  it.effect("lays out what TensorFlow Serving and PAI-EAS want, and adds versions and models", () =>
    Effect.gen(function* () {
      const folder = join(temporary, "deep", "models")
      const { savedModel } = yield* write(folder, { eas: { modelPath: "oss://bucket/tiny.tar.gz", cpu: 2 } })
      assert.strictEqual(savedModel, join(folder, "tiny", "1"))
      const described = ["models.config", "tiny/README.md", "tiny/service.json"]
      assert.deepStrictEqual(files(folder), [...version("tiny/1"), ...described].toSorted())
      assert.deepStrictEqual(JSON.parse(readFileSync(join(folder, "tiny/service.json"), "utf8")), {
        name: "tiny",
        model_path: "oss://bucket/tiny.tar.gz",
        processor: "tensorflow_cpu_2.7",
        metadata: { instance: 1, cpu: 2, memory: 4000 }
      })
      yield* write(folder, { version: 2 })
      yield* write(folder, { name: "other" })
      const all = [
        ...version("tiny/1"),
        ...version("tiny/2"),
        ...version("other/1"),
        ...described,
        "other/README.md"
      ]
      assert.deepStrictEqual(files(folder), all.toSorted())
      const config = readFileSync(join(folder, "models.config"), "utf8")
      assert.deepStrictEqual(config.match(/base_path: .*/g), [
        'base_path: "/models/other"',
        'base_path: "/models/tiny"'
      ])
      assert.include(
        readFileSync(join(folder, "tiny/README.md"), "utf8"),
        '{"inputs":{"input_ids":[[5,6,7]]}}'
      )
    })
  )

  it.effect("refuses what it cannot write, and leaves nothing behind", () =>
    Effect.gen(function* () {
      const folder = join(temporary, "refused", "models")
      mkdirSync(dirname(folder))
      const refused = (options: Partial<Serving.Options>) =>
        Effect.map(Effect.flip(write(folder, options)), ({ message }) => message)
      assert.include(yield* refused({ name: "../up" }), 'the name "../up"; take letters')
      assert.include(yield* refused({ version: 0 }), "versions are whole numbers from 1")
      assert.include(yield* refused({ family: "ngram" }), "is no family of networks")
      assert.include(yield* refused({ arrays: new Map() }), "has no array transformer.")
      assert.deepStrictEqual(readdirSync(dirname(folder)), [])
      yield* write(folder)
      const before = files(folder)
      assert.include(yield* refused({}), "has version 1 of tiny; write the next version")
      assert.include(yield* refused({ version: 2, arrays: new Map() }), "has no array")
      assert.deepStrictEqual([files(folder), readdirSync(dirname(folder))], [before, ["models"]])
      writeFileSync(join(temporary, "file"), "")
      const place = yield* Effect.flip(write(join(temporary, "file", "models")))
      assert.strictEqual(place._tag, "StorageFailed")
    })
  )
})

const script = `
import os, sys
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow as tf
from safetensors.numpy import load_file, save_file
from tensorflow.python.tools import saved_model_cli
v1 = tf.compat.v1
answers = {}
for line in sys.argv[3:]:
    name, signature = line.split(":")
    folder = os.path.join(sys.argv[1], name, "1")
    asked = {key[len(name) + 1:]: value for key, value in load_file(sys.argv[2]).items() if key.startswith(name + "/")}
    model = tf.saved_model.load(folder)
    assert len(model.variables) > 0 and all(variable.trainable for variable in model.variables)
    found = model.signatures[signature](**{key: tf.constant(value) for key, value in asked.items()})
    answers[name + "/2"] = found["logits"].numpy()
    with v1.Session(graph=tf.Graph()) as session:
        signatures = v1.saved_model.load(session, ["serve"], folder).signature_def
        nodes = signatures[signature]
        feeds = {nodes.inputs[key].name: value for key, value in asked.items()}
        answers[name + "/1"] = session.run(nodes.outputs["logits"].name, feeds)
save_file(answers, os.path.join(sys.argv[1], "answers.safetensors"))
sys.argv = ["saved_model_cli", "show", "--dir", os.path.join(sys.argv[1], "bert", "1"), "--all"]
saved_model_cli.main()
`

describe.skipIf(noPeer !== "")(`beside Python's TensorFlow${noPeer}`, () => {
  it.effect("TensorFlow 2 and 1 load each kind, take int64, give our logits; saved_model_cli shows it", () =>
    Effect.gen(function* () {
      const folder = join(temporary, "python")
      const kinds = ["gpt2", "bert", "t5"]
      const all = yield* Effect.forEach(kinds, (name) => Effect.map(golden(name), (of) => ({ ...of, name })))
      for (const { model, name } of all) yield* Serving.write(folder, { ...model, name })
      const asked = all.flatMap(({ name, sent }) =>
        Object.entries(sent).map(([key, { shape, values }]): NamedArray => {
          return { name: `${name}/${key}`, dtype: "int64", shape, bytes: int64(values) }
        })
      )
      const questions = join(temporary, "asked.safetensors")
      yield* Safetensors.write(questions, { arrays: asked, metadata: {} })
      const signatures = all.map(({ name, signature }) => `${name}:${signature}`)
      const shown = execFileSync(python, ["-c", script, folder, questions, ...signatures], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"]
      })
      const { arrays } = yield* Safetensors.read(join(folder, "answers.safetensors"))
      for (const { logits, name, tolerance } of all)
        for (const version of [1, 2]) {
          const answer = floats(arrays.get(`${name}/${version}`))
          assert.isBelow(distance(answer, logits), tolerance, `${name} in ${version}`)
        }
      assert.include(shown, "MetaGraphDef with tag-set: 'serve'")
      for (const name of ["input_ids", "attention_mask", "token_type_ids"])
        assert.match(
          shown,
          new RegExp(`inputs\\['${name}'\\] tensor_info:\\s+dtype: DT_INT64\\s+shape: \\(-1, -1\\)`)
        )
      assert.match(shown, /outputs\['logits'\] tensor_info:\s+dtype: DT_FLOAT\s+shape: \(-1, -1, 128\)/)
      assert.include(shown, "Method name is: tensorflow/serving/predict")
    })
  )
})
