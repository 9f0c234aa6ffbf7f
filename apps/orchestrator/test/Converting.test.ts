// `inkstone models` and `inkstone convert` from outside.
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { cp, rm, truncate, writeFile } from "node:fs/promises"
import path from "node:path"
import { describe, expect, it } from "vitest"
import { inkstone, jsonLines, temporary } from "./inkstone.ts"

const minute = 60_000
const golden = (name: string) =>
  path.join(import.meta.dirname, "..", "..", "..", "packages", "model-zoo", "test", "golden", name)
const jsonOf = (file: string): unknown => JSON.parse(readFileSync(file, "utf8"))

describe("models", () => {
  it("shows every family with its presets, and says what does not fit", { timeout: minute }, async () => {
    const { code, stderr, stdout } = await inkstone(["models"])
    expect(code, stderr).toBe(0)
    for (const name of ["GPT-2", "GPT-3", "Llama", "BERT", "RoBERTa", "DistilBERT", "T5", "n-gram"])
      expect(stdout).toMatch(new RegExp(`^${name} \\(`, "m"))
    expect(stdout).toMatch(/^gpt2 +gpt2 +124,439,808 +124,439,808 +1,024 +498 MB/m)
    expect(stdout).toMatch(/^gpt3 +gpt3-175b +174,604,259,328 \(paper: 175\.0B\).* too much$/m)
  })

  it("gives a program the same, and for one preset what training takes", { timeout: minute }, async () => {
    const [all] = jsonLines(await inkstone(["models", "bert", "--json"]))
    expect(all?.["models"]).toContainEqual(
      expect.objectContaining({
        family: "bert",
        preset: "bert-base-uncased",
        licence: "Apache 2.0, weights public",
        context: 512,
        parameters: {
          computed: 109_514_298,
          counted: 109_482_240,
          published: 109_482_240,
          rounded: null
        }
      })
    )
    const [one] = jsonLines(await inkstone(["models", "bert:nano", "--json"]))
    expect(one?.["models"]).toHaveLength(1)
    expect(one?.["training"]).toMatchObject({ precision: "bfloat16", batch: 1, length: 128 })
  })

  it("names what was meant", { timeout: minute }, async () => {
    const { code, stderr } = await inkstone(["models", "gtp2"])
    expect(code).toBe(2)
    expect(stderr).toContain("no model is called gtp2. Did you mean gpt2?")
  })
})

describe("convert", () => {
  it.each([
    ["gpt2", "gpt2", 30_592],
    ["fairseq/new.pt", "roberta", 23_616],
    ["tensorflow/bert", "bert", 24_706]
  ])(
    "writes %s as a Hugging Face folder, in half the bytes",
    { timeout: minute },
    async (from, family, count) => {
      await using folder = await temporary()
      const to = path.join(folder.path, "deep", "model")
      const ended = await inkstone(["convert", golden(from), to, "--dtype", "bfloat16", "--json"])
      expect(ended.code, ended.stderr).toBe(0)
      expect(jsonLines(ended)).toEqual([
        expect.objectContaining({ type: "converted", family, parameters: count, dtype: "bfloat16" })
      ])
      expect(jsonOf(path.join(to, "config.json"))).toMatchObject({ model_type: family, dtype: "bfloat16" })
      expect(readdirSync(path.dirname(to))).toEqual(["model"])
    }
  )

  it("writes a SavedModel", { timeout: minute }, async () => {
    await using folder = await temporary()
    const to = path.join(folder.path, "served")
    const { code, stderr } = await inkstone(["convert", golden("gpt2"), to, "--to", "tensorflow"])
    expect(code, stderr).toBe(0)
    expect(existsSync(path.join(to, "served", "1", "saved_model.pb"))).toBe(true)
  })

  it("carries the tokenizer over", { timeout: minute }, async () => {
    await using folder = await temporary()
    const from = path.join(folder.path, "from")
    await cp(golden("gpt2"), from, { recursive: true })
    await writeFile(path.join(from, "tokenizer.json"), '{"version": "1.0"}')
    const to = path.join(folder.path, "to")
    expect((await inkstone(["convert", from, to])).code).toBe(0)
    expect(readFileSync(path.join(to, "tokenizer.json"), "utf8")).toBe('{"version": "1.0"}')
  })

  it("leaves nothing behind that is not whole, and says what is wrong", { timeout: minute }, async () => {
    await using folder = await temporary()
    const from = path.join(folder.path, "from")
    await cp(golden("gpt2"), from, { recursive: true })
    await truncate(path.join(from, "model.safetensors"), 5000)
    const to = path.join(folder.path, "to")
    const cut = await inkstone(["convert", from, to])
    expect(cut.code).toBe(3)
    expect(cut.stderr).toContain("model.safetensors")
    await rm(path.join(from, "model.safetensors"))
    const none = await inkstone(["convert", from, to, "--json"])
    expect(none.code).toBe(3)
    expect(none.stderr).toContain("has no weights")
    expect(readdirSync(folder.path)).toEqual(["from"])
  })

  it("refuses what the words ask for but cannot be", { timeout: minute }, async () => {
    await using folder = await temporary()
    const to = path.join(folder.path, "to")
    const told = async (...words: ReadonlyArray<string>) => {
      const { code, stderr } = await inkstone(["convert", ...words, "--store", folder.path])
      return [code, stderr] as const
    }
    expect(await told(golden("gpt2"), folder.path)).toEqual([2, expect.stringContaining("is there already")])
    expect(await told("./nowhere.pt", to)).toEqual([2, expect.stringContaining("./nowhere.pt is not there")])
    expect(await told("gpt", to)).toEqual([2, expect.stringContaining("no model is called gpt")])
    expect(await told(golden("gpt2"), to, "--to", "tensorflow", "--dtype", "float16")).toEqual([
      2,
      expect.stringContaining("written in float32")
    ])
  })
})
