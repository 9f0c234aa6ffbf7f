// `inkstone tokenizers` from outside: files, a run's tokenizer, and names that nobody knows.
import { readFile, writeFile } from "node:fs/promises"
import path from "node:path"
import { byteLevelBpe, byteVocabulary, toJson } from "@inkstone/tokenizer"
import { expect, it } from "vitest"
import { inkstone, jsonLines, temporary } from "./inkstone.ts"

it("puts tokenizers side by side, from a file and from a run", { timeout: 120_000 }, async () => {
  await using folder = await temporary()
  const at = (name: string) => path.join(folder.path, name)
  await writeFile(at("tokenizer.json"), toJson(byteLevelBpe(byteVocabulary("<|endoftext|>"))))
  await writeFile(at("zh.txt"), "中文")
  await writeFile(
    at("en.txt"),
    "The lamp was lit before the evening, and the people of the valley waited for the other people.\n"
  )
  await writeFile(
    at("words.yaml"),
    `name: words\nnodes:\n  corpus:\n    uses: "@inkstone/ingest#ingest"\n    with: { files: ["en.txt"], splits: { validation: 0, test: 0 } }\n  pieces:\n    uses: "@inkstone/tokenizer#train"\n    in: { documents: corpus.documents }\n    with: { vocabSize: 259 }\n  compared:\n    uses: "@inkstone/tokenizer#report"\n    in: { documents: corpus.documents, tokenizers: pieces }\n`
  )
  const store = ["--store", at("store")]
  const texts = ["--on", at("zh.txt"), "--on", at("en.txt")]
  const ran = await inkstone(["run", at("words.yaml"), "--out", at("out"), ...store])
  expect(ran.code, ran.stderr).toBe(0)
  const page = at(path.join("out", "words", "compared", "tokenizers.html"))
  expect(ran.stdout).toContain(page)
  expect(await readFile(page, "utf8")).toContain("<td>pieces</td><td>byte-bpe</td>")
  const told = await inkstone(["tokenizers", folder.path, "pieces", ...texts, ...store])
  expect(told.stderr).toBe("")
  expect(told.stdout).toMatch(/pieces +byte-bpe +259/)
  const [answer] = jsonLines(
    await inkstone(["tokenizers", folder.path, "pieces", ...texts, ...store, "--json"])
  )
  expect(answer).toMatchObject({
    type: "tokenizers",
    tokenizers: [
      {
        name: folder.path,
        type: "byte",
        vocabSize: 257,
        metrics: { bytes_per_token: 1, round_trip_failures: 0 }
      },
      { name: "pieces", type: "byte-bpe", byText: { [at("zh.txt")]: { characters_per_token: 2 / 6 } } }
    ]
  })
  const written = await inkstone(["tokenizers", "pieces", "--write", at("taken"), ...store])
  expect(written.stdout).toBe(`${at(path.join("taken", "tokenizer.json"))}\n`)
  expect(JSON.parse(await readFile(written.stdout.trim(), "utf8"))).toMatchObject({ model: { type: "BPE" } })
  const wrong = await inkstone(["tokenizers", "piecse", ...store])
  expect([wrong.code, wrong.stdout]).toEqual([3, ""])
  expect(wrong.stderr).toContain("Did you mean pieces?")
})
