// SentencePiece's Unigram with Metaspace.
import type { BenchOptions, Row } from "../Row.ts"
import { otherRows } from "./Other.ts"

export const unigram = (
  options: BenchOptions,
  wanted: (work: string) => boolean
): Promise<ReadonlyArray<Row>> => otherRows("unigram", "Unigram", options, wanted)
