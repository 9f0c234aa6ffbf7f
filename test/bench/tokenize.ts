// Tokenizers beside Hugging Face `tokenizers`, `tiktoken` and npm's `gpt-tokenizer`: the same text, in turns, and only if the
// ids are the same. `--only NAME` takes the rows with that in their name, such as `GPT-2`, `Chinese` or `train`.
import type { BenchOptions, Row } from "./Row.ts"
import { bpe } from "./tokenizers/bpe.ts"
import { unigram } from "./tokenizers/unigram.ts"
import { wordpiece } from "./tokenizers/wordpiece.ts"

export const tokenize = async (options: BenchOptions): Promise<ReadonlyArray<Row>> => {
  const wanted = (work: string) => options.only === undefined || work.includes(options.only)
  const rows: Array<Row> = []
  for (const part of [bpe, wordpiece, unigram]) rows.push(...(await part(options, wanted)))
  return rows
}
