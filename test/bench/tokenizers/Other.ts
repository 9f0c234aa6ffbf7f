// Encoding with tokenizers of other types. Their vocabularies are learned from the same speeches by Hugging Face's trainer, so
// that both sides read one file.
import { join } from "node:path"
import type { BenchOptions, Row } from "../Row.ts"
import * as Corpora from "./Corpora.ts"
import { encodeRows } from "./Measure.ts"
import { Corpus, Side } from "./Sides.ts"

export const otherRows = async (
  model: "wordpiece" | "unigram",
  name: string,
  options: BenchOptions,
  wanted: (work: string) => boolean
): Promise<ReadonlyArray<Row>> => {
  const work = `encode ${name} of 30k, SOTU`
  if (!wanted(work)) return []
  using corpus = new Corpus(Corpora.speeches())
  const json = join(corpus.folder, "tokenizer.json")
  const maker = await Side.start("tokenizers", corpus, { threads: 2 })
  if (maker === undefined) return []
  await maker.make(model, 30_000, json)
  maker.close()
  const rows = []
  for (const threads of [1, 2])
    rows.push(
      ...(await encodeRows({ work, corpus, tokenizer: { json }, threads, peers: ["tokenizers"] }, options))
    )
  return rows
}
