// Folders of every shape: in shards, rounded, tied, and damaged or malicious in every way that was thought of.
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import * as HuggingFace from "../src/HuggingFace.ts"
import * as NamedArray from "../src/NamedArray.ts"
import * as Safetensors from "../src/Safetensors.ts"
import * as golden from "./golden.ts"

const temporary = mkdtempSync(join(tmpdir(), "inkstone-folder-"))
afterAll(() => rmSync(temporary, { recursive: true, force: true }))
let made = 0
const fresh = () => join(temporary, String(made++))

const Index = Schema.Struct({
  metadata: Schema.Struct({ total_size: Schema.Int, total_parameters: Schema.Int }),
  weight_map: Schema.Record(Schema.String, Schema.String)
})
const index = "model.safetensors.index.json"
const jsonOf = (...path: ReadonlyArray<string>): unknown => JSON.parse(readFileSync(join(...path), "utf8"))

/** A copy of the golden folder with other arrays, or another config. */
const changed = Effect.fnUntraced(function* (
  change: (arrays: ReadonlyArray<NamedArray.NamedArray>) => ReadonlyArray<NamedArray.NamedArray>,
  config: Readonly<Record<string, unknown>> = {}
) {
  const folder = fresh()
  cpSync(golden.folder, folder, { recursive: true })
  const file = join(folder, "model.safetensors")
  const { arrays } = yield* Safetensors.read(file)
  yield* Safetensors.write(file, { arrays: change([...arrays.values()]), metadata: {} })
  const json = Object.assign({}, jsonOf(folder, "config.json"), config)
  writeFileSync(join(folder, "config.json"), JSON.stringify(json))
  return folder
})
const messageOf = (folder: string) =>
  Effect.map(Effect.flip(HuggingFace.load(folder)), ({ message }) => message)

const zeros = (name: string, ...shape: ReadonlyArray<number>) =>
  NamedArray.of(name, "float32", new Float32Array(NamedArray.sizeOf(shape)), shape)
const [table, head] = ["transformer.wte.weight", "lm_head.weight"]

describe("shards", () => {
  it.effect("are as large as was said, have an index with sizes, and load as one", () =>
    Effect.gen(function* () {
      const checkpoint = yield* golden.checkpoint
      const folder = fresh()
      yield* HuggingFace.save(folder, checkpoint, { maxShardBytes: 40_000 })
      const files = readdirSync(folder).filter((name) => name.endsWith(".safetensors"))
      const count = String(files.length).padStart(5, "0")
      assert.isAbove(files.length, 2)
      assert.deepStrictEqual(
        files,
        files.map((_, i) => `model-${String(i + 1).padStart(5, "0")}-of-${count}.safetensors`)
      )
      const { metadata, weight_map } = Schema.decodeUnknownSync(Index)(jsonOf(folder, index))
      assert.deepStrictEqual(metadata, { total_parameters: 30_592, total_size: 4 * 30_592 })
      for (const file of files) {
        const listed = yield* Safetensors.list(join(folder, file))
        assert.isAtMost(
          listed.reduce((sum, { shape }) => sum + 4 * NamedArray.sizeOf(shape), 0),
          40_000
        )
        for (const { name } of listed) assert.strictEqual(weight_map[name], file)
      }
      assert.deepStrictEqual(yield* HuggingFace.load(folder), checkpoint)
    })
  )

  it.effect("give way to one file, and one file to shards", () =>
    Effect.gen(function* () {
      const checkpoint = yield* golden.checkpoint
      const folder = fresh()
      for (const maxShardBytes of [1e9, 40_000, 1e9]) {
        yield* HuggingFace.save(folder, checkpoint, { maxShardBytes })
        const weights = readdirSync(folder).filter((name) => name.startsWith("model"))
        if (maxShardBytes > 1e6) assert.deepStrictEqual(weights, ["model.safetensors"])
        else assert.notInclude(weights, "model.safetensors")
        assert.deepStrictEqual(yield* HuggingFace.load(folder), checkpoint)
      }
    })
  )

  it.effect.each([
    ["../model.safetensors", "names files that do not lie beside it: ../model.safetensors"],
    ["/etc/passwd", "names files that do not lie beside it: /etc/passwd"],
    ["..", "names files that do not lie beside it: .."],
    ["model-00009-of-00009.safetensors", "ENOENT"]
  ] as const)("refuse an index that names %s", ([file, problem]) =>
    Effect.gen(function* () {
      const folder = fresh()
      yield* HuggingFace.save(folder, yield* golden.checkpoint, { maxShardBytes: 40_000 })
      const { metadata, weight_map } = Schema.decodeUnknownSync(Index)(jsonOf(folder, index))
      writeFileSync(
        join(folder, index),
        JSON.stringify({ metadata, weight_map: { ...weight_map, [table]: file } })
      )
      assert.include(yield* messageOf(folder), problem)
    })
  )

  it.effect("refuse an index that does not say what its files hold", () =>
    Effect.gen(function* () {
      const folder = fresh()
      yield* HuggingFace.save(folder, yield* golden.checkpoint, { maxShardBytes: 40_000 })
      const { metadata, weight_map } = Schema.decodeUnknownSync(Index)(jsonOf(folder, index))
      const rest = Object.fromEntries(Object.entries(weight_map).filter(([name]) => name !== table))
      const write = (map: object) =>
        writeFileSync(join(folder, index), JSON.stringify({ metadata, weight_map: map }))
      write(rest)
      assert.include(yield* messageOf(folder), `does not say so, but its files hold: ${table} in model-0000`)
      write({ ...weight_map, ghost: weight_map[table] })
      assert.include(yield* messageOf(folder), "names arrays that its files do not hold: ghost")
      writeFileSync(join(folder, index), "[]")
      assert.include(yield* messageOf(folder), "is no index of weights")
    })
  )

  it.effect("may be links, as in the cache of huggingface_hub", () =>
    Effect.gen(function* () {
      const folder = yield* changed((arrays) => arrays)
      rmSync(join(folder, "model.safetensors"))
      symlinkSync(join(golden.folder, "model.safetensors"), join(folder, "model.safetensors"))
      assert.strictEqual((yield* HuggingFace.load(folder)).parameters, 30_592)
    })
  )
})

describe("rounded numbers", () => {
  it.effect.each([
    ["bfloat16", 2 ** -8],
    ["float16", 2 ** -11]
  ] as const)("are the nearest there are in %s, and read again", ([dtype, share]) =>
    Effect.gen(function* () {
      const checkpoint = yield* golden.checkpoint
      const folder = fresh()
      yield* HuggingFace.save(folder, checkpoint, { dtype })
      const read = yield* HuggingFace.load(folder)
      assert.nestedPropertyVal(jsonOf(folder, "config.json"), "dtype", dtype)
      for (const [name, array] of checkpoint.arrays) {
        const other = read.arrays.get(name) ?? zeros(name, 0)
        assert.strictEqual(other.dtype, dtype)
        const [exact, found] = [NamedArray.float32(array), NamedArray.float32(other)]
        assert.strictEqual(found?.length, exact?.length)
        // half a unit of the last place; the smallest numbers of float16 have fewer places
        for (const [i, value] of exact?.entries() ?? [])
          assert.approximately(found?.[i] ?? Number.NaN, value, Math.abs(value) * share + 2 ** -25)
      }
    })
  )
})

const copyOf = (arrays: ReadonlyArray<NamedArray.NamedArray>) => {
  const original = arrays.find(({ name }) => name === table) ?? zeros(table, 0)
  return { ...original, name: head }
}

describe("tied weights", () => {
  it.effect("may be repeated, or be there under their other name alone", () =>
    Effect.gen(function* () {
      const checkpoint = yield* golden.checkpoint
      const twice = yield* changed((arrays) => [...arrays, copyOf(arrays)])
      assert.deepStrictEqual(yield* HuggingFace.load(twice), checkpoint)
      const once = yield* changed((arrays) => [
        ...arrays.filter(({ name }) => name !== table),
        copyOf(arrays)
      ])
      assert.deepStrictEqual(yield* HuggingFace.load(once), checkpoint)
    })
  )
  it.effect("are refused by name when they differ", () =>
    Effect.gen(function* () {
      const folder = yield* changed((arrays) => [...arrays, zeros(head, 128, 32)])
      assert.include(yield* messageOf(folder), `unties what the model ties: ${head} is not ${table}`)
    })
  )
})

describe("a folder is refused", () => {
  it.effect("when arrays are missing, unexpected, there twice or misshapen, by up to five names", () =>
    Effect.gen(function* () {
      const none = yield* changed(() => [zeros(table, 128, 32), zeros("transformer.ln_f.bias", 32)])
      assert.match(
        yield* messageOf(none),
        /lacks 26 arrays that config\.json asks for: transformer\.wpe\.weight, (\S+, ){3}\S+ and 21 more; is config\.json/
      )
      const more = yield* changed((arrays) => [...arrays, zeros("adapter.a", 2), zeros("adapter.b", 2)])
      assert.include(
        yield* messageOf(more),
        "holds 2 arrays that config.json does not ask for: adapter.a, adapter.b; "
      )
      const twice = yield* changed((arrays) => [...arrays, zeros("wte.weight", 128, 32)])
      assert.include(yield* messageOf(twice), `holds ${table} twice`)
      const misshapen = yield* changed((arrays) => arrays, { vocab_size: 130 })
      assert.include(yield* messageOf(misshapen), `${table} is [128, 32], not [130, 32]`)
      const whole = yield* changed((arrays) =>
        arrays.map((one) =>
          one.name === table ? NamedArray.of(table, "int32", new Int32Array(4096), [128, 32]) : one
        )
      )
      assert.include(yield* messageOf(whole), `${table} is int32, not a float type`)
    })
  )

  it.effect("before memory is taken on its config's word alone", () =>
    Effect.gen(function* () {
      const before = process.memoryUsage().rss
      const wide = yield* changed((arrays) => arrays, { vocab_size: 1e12 })
      assert.include(yield* messageOf(wide), `${table} is [128, 32], not [1000000000000, 32]`)
      const deep = yield* changed((arrays) => arrays, { n_layer: 1e9 })
      assert.include(yield* messageOf(deep), "asks for layers 1000000000, and there are 28 arrays")
      assert.isBelow(process.memoryUsage().rss - before, 2e8)
    })
  )

  it.effect("when it has no weights, no config, or one that is none", () =>
    Effect.gen(function* () {
      const folder = yield* changed((arrays) => arrays)
      writeFileSync(join(folder, "config.json"), "{")
      assert.include(yield* messageOf(folder), "config.json")
      writeFileSync(join(folder, "config.json"), '{"model_type": "mamba"}')
      assert.include(yield* messageOf(folder), "no family of this model_type; there are gpt2, llama, bert")
      rmSync(join(folder, "model.safetensors"))
      cpSync(join(golden.folder, "config.json"), join(folder, "config.json"))
      assert.include(yield* messageOf(folder), "has no weights; there should be one of model.safetensors, ")
    })
  )
})

describe("what lies beside the weights", () => {
  it.effect("is carried over as it is, and nothing else", () =>
    Effect.gen(function* () {
      const from = yield* changed((arrays) => arrays)
      const files = {
        "tokenizer.json": "{}",
        "merges.txt": "a b\n",
        "generation_config.json": '{"top_k": 3}'
      }
      for (const [name, text] of Object.entries({ ...files, "train.log": "x", ".env": "y" }))
        writeFileSync(join(from, name), text)
      const to = fresh()
      const companions = yield* HuggingFace.companions(from)
      yield* HuggingFace.save(to, { ...(yield* HuggingFace.load(from)), companions })
      assert.sameMembers(readdirSync(to), [
        ...Object.keys(files),
        "config.json",
        "model.safetensors",
        "tokenizer_config.json"
      ])
      for (const [name, text] of Object.entries(files))
        assert.strictEqual(readFileSync(join(to, name), "utf8"), text)
      assert.deepStrictEqual(jsonOf(to, "tokenizer_config.json"), {
        tokenizer_class: "PreTrainedTokenizerFast",
        model_max_length: 32
      })
    })
  )
  it.effect("says where a text ends, or that it does not", () =>
    Effect.gen(function* () {
      const checkpoint = yield* golden.checkpoint
      for (const endOfTextId of [-1, 0, 7]) {
        const folder = fresh()
        yield* HuggingFace.save(folder, { ...checkpoint, endOfTextId })
        assert.nestedPropertyVal(
          jsonOf(folder, "config.json"),
          "eos_token_id",
          endOfTextId < 0 ? null : endOfTextId
        )
        assert.strictEqual((yield* HuggingFace.load(folder)).endOfTextId, endOfTextId)
      }
    })
  )
})
