// Models in folders as Hugging Face has them, with tokenizers of other types than GPT-2's.
import { cp, writeFile } from "node:fs/promises"
import path from "node:path"
import { expect, it } from "vitest"
import { inkstone, jsonLines, temporary } from "./inkstone.ts"

const golden = (name: string) =>
  path.join(import.meta.dirname, "..", "..", "..", "packages", "model-zoo", "test", "golden", name)

/** As many tokens as the golden models have. */
const filledUp = (tokens: ReadonlyArray<string>) =>
  Array.from({ length: 128 }, (_, id) => tokens[id] ?? `unused${id}`)

it("fills a gap with a BERT that has only a vocab.txt", { timeout: 120_000 }, async () => {
  await using folder = await temporary()
  await cp(golden("bert"), folder.path, { recursive: true })
  const tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "cat", "##s", "sat", "."]
  await writeFile(path.join(folder.path, "vocab.txt"), `${filledUp(tokens).join("\n")}\n`)
  const ended = await inkstone(["fill", folder.path, "The [MASK] sat.", "--top", "3", "--json"])
  expect(ended.code, ended.stderr).toBe(0)
  expect(jsonLines(ended)).toEqual([
    {
      type: "filling",
      candidates: Array.from({ length: 3 }, () => ({
        id: expect.any(Number),
        text: expect.any(String),
        probability: expect.any(Number)
      }))
    }
  ])
})

it("answers with a T5 whose tokenizer is Unigram", { timeout: 120_000 }, async () => {
  await using folder = await temporary()
  await cp(golden("t5"), folder.path, { recursive: true })
  const vocab = filledUp(["<pad>", "</s>", "<unk>", "▁", "▁the", "a", "t", "▁cat"]).map((piece, id) => [
    piece,
    id < 3 ? 0 : -id
  ])
  const special = ["<pad>", "</s>", "<unk>"].map((content, id) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true
  }))
  const metaspace = { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true }
  const json = {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: special,
    normalizer: null,
    pre_tokenizer: metaspace,
    post_processor: null,
    decoder: metaspace,
    model: { type: "Unigram", unk_id: 2, vocab, byte_fallback: false }
  }
  await writeFile(path.join(folder.path, "tokenizer.json"), JSON.stringify(json))
  const ended = await inkstone([
    "generate",
    folder.path,
    "--prompt",
    "the cat",
    "--max-tokens",
    "5",
    "--json"
  ])
  expect(ended.code, ended.stderr).toBe(0)
  const [answer] = jsonLines(ended)
  expect(answer).toMatchObject({ type: "text", prompt: "the cat", text: expect.stringMatching(/^$|^\S/) })
})

it("names the files of a tokenizer where a folder has none", async () => {
  await using folder = await temporary()
  await cp(golden("bert"), folder.path, { recursive: true })
  const { code, stderr } = await inkstone(["fill", folder.path, "The [MASK] sat."])
  expect(code).toBe(3)
  expect(stderr).toContain("none of tokenizer.json, spiece.model, tokenizer.model, vocab.txt")
})
