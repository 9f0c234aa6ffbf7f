// BERT's tokenizer: lower case, accents off, Chinese characters apart.
import type { BenchOptions, Row } from "../Row.ts"
import { otherRows } from "./Other.ts"

export const wordpiece = (
  options: BenchOptions,
  wanted: (work: string) => boolean
): Promise<ReadonlyArray<Row>> => otherRows("wordpiece", "WordPiece", options, wanted)
