// Small corpora for whole runs, the same on every machine.
import { mkdir, writeFile } from "node:fs/promises"
import path from "node:path"

const letters = "etaoinshrdlucm"

/** Numbers from 0 to 2^32: a linear congruential generator (Numerical Recipes). */
const counter = (seed: number) => {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state
  }
}

/** Lines of ten made-up words, from a vocabulary of some thousands; no two texts of different seeds are alike. */
export const prose = (seed: number, lines: number): string => {
  const next = counter(seed)
  const word = () =>
    Array.from({ length: 3 + ((next() >>> 16) % 5) }, () => letters[(next() >>> 16) % letters.length]).join(
      ""
    )
  const words = Array.from({ length: 5000 }, word)
  const line = () => Array.from({ length: 10 }, () => words[(next() >>> 8) % words.length]).join(" ")
  return Array.from({ length: lines }, () => `${line()}.\n`).join("")
}

/** Writes files (name -> content) below a folder. */
export const place = async (
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>
): Promise<void> => {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name)
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, content)
  }
}

/** A pipeline that only ingests. */
export const ingestOnly = (pattern: string): string => `name: bad-input
nodes:
  corpus:
    uses: "@inkstone/ingest#ingest"
    with: { files: ["${pattern}"] }
`

/** From text to an n-gram model: no part of it needs the native library. */
export const toNgram = (pattern: string): string => `${ingestOnly(pattern)}  tokenizer:
    uses: "@inkstone/tokenizer#train"
    in: { documents: corpus.documents }
    with: { vocabSize: 300 }
  tokens:
    uses: "@inkstone/tokenizer#encode"
    in: { documents: corpus.documents, tokenizer: tokenizer }
    with: { split: all }
  ngram:
    uses: "@inkstone/trainer#ngram"
    in: { train: tokens }
`
