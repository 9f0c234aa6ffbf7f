// Rows of encoding: both sides take turns on the same documents, and count only if their ids are the same.
import type { BenchOptions, Row } from "../Row.ts"
import * as Peer from "../Peer.ts"
import { Corpus, type Encoded, type Library, Side, type TokenizerSource } from "./Sides.ts"

export const median = (values: ReadonlyArray<number>): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

export interface EncodeWork {
  /** such as `encode GPT-2 BPE, SOTU` */
  readonly work: string
  readonly corpus: Corpus
  readonly tokenizer: TokenizerSource
  /** one core is measured in seconds of the processor, several on the clock */
  readonly threads: number
  readonly peers: ReadonlyArray<Exclude<Library, "inkstone">>
}

export const encodeRows = async (
  { corpus, peers, threads, tokenizer, work }: EncodeWork,
  { report, rounds }: BenchOptions
): Promise<ReadonlyArray<Row>> => {
  const libraries: ReadonlyArray<Library> = ["inkstone", ...peers]
  const sides: Array<Side> = []
  try {
    for (const library of libraries) {
      const side = await Side.start(library, corpus, { tokenizer, threads })
      if (side !== undefined) sides.push(side)
    }
    const times = sides.map(() => new Array<number>())
    // the first round warms up
    for (let round = 0; round <= rounds; round++) {
      const seen: Array<Encoded> = []
      for (const [i, side] of sides.entries()) {
        const encoded = await side.encode()
        seen.push(encoded)
        if (round > 0) times[i]!.push(threads === 1 ? encoded.cpu : encoded.wall)
      }
      const ids = new Set(seen.map(({ checksum, tokens }) => `${tokens} tokens with checksum ${checksum}`))
      if (ids.size > 1) throw new Error(`${work}: the ids differ: ${[...ids].join(" and ")}`)
    }
    const [ours = 0, ...theirs] = times.map((seconds) => corpus.megabytes / median(seconds))
    const unit = threads === 1 ? "MB/CPU s" : "MB/s"
    const name = `${work}, ${threads === 1 ? "one core" : `${threads} cores`}`
    const rows: ReadonlyArray<Row> =
      theirs.length === 0
        ? [{ work: name, unit, ours, peerName: Peer.advice }]
        : theirs.map((peer, i) => ({
            work: name,
            unit,
            ours,
            peer,
            peerName: sides[i + 1]!.name,
            ratio: ours / peer
          }))
    for (const row of rows) report(row)
    return rows
  } finally {
    for (const side of sides) side.close()
  }
}
