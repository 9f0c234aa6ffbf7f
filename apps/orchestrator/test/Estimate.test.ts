// `inkstone estimate`: a few steps of each training in a process of its own, of which nothing stays.
import { mkdir, readdir, writeFile } from "node:fs/promises"
import path from "node:path"
import { describe, expect, it } from "vitest"
import { inkstone, jsonLines, temporary } from "./inkstone.ts"

const timeout = 120_000

const tiny = "architecture: { layers: 1, heads: 2, channels: 16 }, precision: float32, compile: false"

const pipeline = `name: trainings
nodes:
  corpus: { uses: "@inkstone/ingest#ingest", with: { files: ["*.txt"] } }
  tokenizer: { uses: "@inkstone/tokenizer#train", in: { documents: corpus.documents }, with: { vocabSize: 300 } }
  tokens: { uses: "@inkstone/tokenizer#encode", in: { documents: corpus.documents, tokenizer: tokenizer }, with: { split: train } }
  rows: { uses: "@inkstone/tokenizer#pack", in: { tokens: tokens }, with: { contextLength: 24 } }
  gpt:
    uses: "@inkstone/trainer#pretrain"
    in: { train: tokens, validation: tokens }
    with: { ${tiny}, contextLength: 16, batchSize: 3, steps: 300, patience: 0 }
  chat:
    uses: "@inkstone/trainer#finetune"
    in: { train: rows, validation: rows }
    with: { ${tiny}, contextLength: 24, batchSize: 2, steps: 10 }
  onward:
    uses: "@inkstone/trainer#finetune"
    in: { train: rows, validation: rows, model: gpt.model }
    with: { batchSize: 2, steps: 10 }
`

const project = async (folder: string) => {
  const file = path.join(folder, "trainings.yaml")
  await writeFile(file, pipeline)
  const text = Array.from({ length: 200 }, (_, i) => `The lamp number ${i} was lit before the evening.`).join(
    "\n"
  )
  await writeFile(path.join(folder, "one.txt"), text)
  const store = path.join(folder, "store")
  return { file, store, flags: ["--store", store, "--probe", "3"] }
}

describe("inkstone estimate", () => {
  it(
    "probes on made-up data where there is none yet, and says what must run first",
    { timeout },
    async () => {
      await using folder = await temporary()
      const { file, flags, store } = await project(folder.path)
      const scratch = path.join(folder.path, "tmp")
      await mkdir(scratch)
      const words = ["estimate", file, ...flags, "--json"]
      const ended = await inkstone(words, () => {}, { TMPDIR: scratch })
      expect(ended.code, ended.stderr).toBe(0)
      const [said] = jsonLines(ended)
      expect(said).toMatchObject({
        type: "estimate",
        answers: [
          {
            node: "gpt",
            data: "made up: tokens not run yet",
            found: {
              batchSize: 3,
              contextLength: 16,
              tokensPerStep: 48,
              probed: 3,
              total: { steps: 300, evaluations: 3, checkpoints: 3, atMost: false }
            }
          },
          { node: "chat", found: { contextLength: 24, total: { steps: 10, evaluations: 1, atMost: true } } },
          { node: "onward", problem: "run gpt first: its weights say what is trained" }
        ]
      })
      await expect(readdir(store)).rejects.toThrow("ENOENT")
      expect(await readdir(scratch)).toEqual([])
    }
  )

  it("probes on the store's data, which it leaves as it is", { timeout }, async () => {
    await using folder = await temporary()
    const { file, flags, store } = await project(folder.path)
    const run = await inkstone(["run", file, "--only", "tokens", "--store", store])
    expect(run.code, run.stderr).toBe(0)
    const all = async () => (await readdir(store, { recursive: true })).toSorted()
    const before = await all()
    const { code, stderr, stdout } = await inkstone(["estimate", file, ...flags, "--node", "gpt"])
    expect(code, stderr).toBe(0)
    expect(stdout).toMatch(
      /^gpt +[\d.]+(?: k)?, float32 +3 rows +16 +48 tokens, [\d.]+ MFLOP +of the store$/m
    )
    expect(stdout).toMatch(/for 300 steps +\d+ MB \(at most \d+ MB by the program\)$/m)
    expect(await all()).toEqual(before)
  })

  it("starts nothing that cannot fit, and says what would", { timeout }, async () => {
    await using folder = await temporary()
    const { file, flags } = await project(folder.path)
    const words = ["estimate", file, ...flags, "--node", "gpt", "--memory", "0.1"]
    const { code, stderr, stdout } = await inkstone(words)
    expect(code).toBe(4)
    expect(stderr).toContain("gpt would not fit into memory")
    expect(stdout).toMatch(
      /^gpt: it would hold about 0\.\d+ GB, and there are 0\.107 GB: not probed\. Lower microBatchSize/
    )
  })

  it("finds the most rows at once that fit, with the speed of each size", { timeout }, async () => {
    await using folder = await temporary()
    const { file, flags } = await project(folder.path)
    const words = ["estimate", file, ...flags, "--node", "gpt", "--find-batch-size", "--json"]
    const [said] = jsonLines(await inkstone(words))
    expect(said).toMatchObject({
      answers: [
        {
          node: "gpt",
          microBatchSize: 3,
          tried: [1, 2, 3].map((microBatchSize) => ({
            microBatchSize,
            fits: true,
            tokensPerSecond: expect.any(Number)
          }))
        }
      ]
    })
  })

  it("knows a node that trains nothing", { timeout }, async () => {
    await using folder = await temporary()
    const { file, flags } = await project(folder.path)
    const { code, stderr } = await inkstone(["estimate", file, ...flags, "--node", "tokens"])
    expect(code).toBe(2)
    expect(stderr).toContain("tokens trains no network")
  })
})
