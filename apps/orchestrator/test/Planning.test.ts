// What is said about networks before anything is built, and what is refused before anything starts.
import { readdir, writeFile } from "node:fs/promises"
import path from "node:path"
import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import * as Networks from "../src/Networks.ts"
import { inkstone, jsonLines, temporary } from "./inkstone.ts"

const timeout = 60_000

/** A pipeline whose training is too large for any machine that tests run on. */
const giant = `name: giant
nodes:
  corpus: { uses: "@inkstone/ingest#ingest", with: { files: ["*.txt"] } }
  tokenizer: { uses: "@inkstone/tokenizer#train", in: { documents: corpus.documents } }
  tokens: { uses: "@inkstone/tokenizer#encode", in: { documents: corpus.documents, tokenizer: tokenizer }, with: { split: train } }
  gpt:
    uses: "@inkstone/trainer#pretrain"
    in: { train: tokens, validation: tokens }
    with: { preset: gpt2-xl, batchSize: 1000 }
`

const project = async (folder: string) => {
  const file = path.join(folder, "giant.yaml")
  await writeFile(file, giant)
  await writeFile(path.join(folder, "one.txt"), "The lamp was lit before the evening.\n")
  return { file, store: ["--store", path.join(folder, "store")] }
}

describe("inkstone plan --model", () => {
  it("says what 175 billion parameters take, that they do not fit, and what would", { timeout }, async () => {
    const words = ["plan", "--model", "gpt3-175b", "--batch", "1", "--length", "2048"]
    const { code, stderr, stdout } = await inkstone(words)
    expect(code).toBe(4)
    expect(stderr).toContain("gpt3:gpt3-175b does not fit")
    expect(stdout).toContain("gpt3:gpt3-175b: 174,604,259,328 parameters")
    expect(stdout).toMatch(/^weights +698 GB +698 GB$/m)
    expect(stdout).toMatch(/^optimizer +1\.40 TB +1\.40 TB$/m)
    expect(stdout).toMatch(/does not fit into the [\d.]+ [GM]B of this machine/)
  })

  it("gives a program the numbers of both precisions", { timeout }, async () => {
    const [plan] = jsonLines(await inkstone(["plan", "--model", "bert:nano", "--batch", "2", "--json"]))
    expect(plan).toMatchObject({
      type: "network",
      network: "bert:nano",
      batch: 2,
      length: 128,
      estimates: [{ precision: "float32" }, { precision: "bfloat16" }]
    })
  })
})

describe("inkstone graph --program", () => {
  it("explains a training step without the native library", { timeout }, async () => {
    await using empty = await temporary()
    const words = ["graph", "--program", "gpt2:nano", "--batch", "2", "--length", "64"]
    const { code, stderr, stdout } = await inkstone(words, () => {}, {
      HOME: empty.path,
      XDG_CACHE_HOME: empty.path
    })
    expect(code, stderr).toBe(0)
    for (const fact of [
      /TensorFlow nodes +\d+/,
      /clusters +\d+, of \d+ functions/,
      /FLOP a token/,
      /all at once/
    ])
      expect(stdout).toMatch(fact)
    expect(stdout).toMatch(/^fused_[0-9a-f]{16} +\d/m)
    expect(await readdir(empty.path)).toEqual([])
  })

  it("gives a program all of it, of an evaluation too", { timeout }, async () => {
    const words = ["graph", "--program", "t5:nano", "--entry", "evaluate", "--precision", "float32", "--json"]
    const [report] = jsonLines(await inkstone(words))
    expect(report).toMatchObject({
      type: "program",
      network: "t5:nano",
      entry: "evaluate",
      memory: { state: 0, gradients: 0 }
    })
  })
})

describe("names of networks", () => {
  it.each([
    ["gtp2-medium", /no network is called gtp2-medium\. Did you mean gpt2-medium\?/],
    ["bert:nanno", /Did you mean nano\? There are nano, micro/],
    ["nano", /nano is a preset of several families. Say which: gpt2:nano, [^]*bert:nano/],
    ["", /no network is called \. There are nano/]
  ])("%j that are wrong are told with the right ones", (name, says) => {
    const { category, message } = Effect.runSync(Effect.flip(Networks.find(name)))
    expect(message).toMatch(says)
    expect(category).toBe("usage")
  })

  it("may leave the family out where only one has it", () => {
    expect(Networks.nameOf(Effect.runSync(Networks.find("t5-small")))).toBe("t5:t5-small")
    expect(Networks.nameOf(Effect.runSync(Networks.find("gpt2")))).toBe("gpt2:gpt2")
  })

  it("go with no more tokens than the network sees at once", { timeout }, async () => {
    const { code, stderr } = await inkstone(["graph", "--program", "gpt2", "--length", "1025"])
    expect(stderr).toMatch(/sees 1024 tokens at once, --length asks for 1025/)
    expect(code).toBe(2)
  })
})

describe("a pipeline whose training cannot fit", () => {
  it("is planned with what it would hold, and refused with what to change", { timeout }, async () => {
    await using folder = await temporary()
    const { file, store } = await project(folder.path)
    const { code, stderr, stdout } = await inkstone(["plan", file, ...store])
    expect(stdout).toMatch(
      /^gpt +[\d.]+ TB: 1\.5\d G parameters, 1\.5\d G trained, [\d.]+ GFLOP a token, weight/m
    )
    expect(stderr).toMatch(
      /gpt: would hold about \d[^]*Lower microBatchSize \(1 would hold [^]*smaller preset/
    )
    expect(code).toBe(4)
  })

  it("does not start at all", { timeout }, async () => {
    await using folder = await temporary()
    const { file, store } = await project(folder.path)
    const ended = await inkstone(["run", file, ...store, "--json"])
    expect(ended.code, ended.stderr).toBe(4)
    expect(jsonLines(ended)).toMatchObject([{ type: "error", category: "resource", exitCode: 4 }])
    expect(await readdir(folder.path)).not.toContain("store")
  })
})
