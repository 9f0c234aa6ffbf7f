// What all encoders of one vocabulary share and only read.
import { wordEnd, type WordEnd } from "../Pattern.ts"
import type { Vocabulary } from "../Vocabulary.ts"
import { MergeTable } from "./MergeTable.ts"

export interface EncoderTables {
  readonly wordEnd: WordEnd
  readonly merges: MergeTable
  readonly hasMerges: boolean
  /** id of each byte */
  readonly byteIds: Int32Array
  /** bytes of each id */
  readonly lengths: Uint32Array
}

export const encoderTables = (vocabulary: Vocabulary): EncoderTables => {
  const byteIds = new Int32Array(256)
  const lengths = new Uint32Array(vocabulary.pieces.length)
  vocabulary.pieces.forEach((piece, id) => {
    lengths[id] = piece.length
    if (piece.length === 1) byteIds[piece[0]!] = id
  })
  return {
    wordEnd: wordEnd(vocabulary.pattern),
    merges: new MergeTable(vocabulary.merges),
    hasMerges: vocabulary.merges.length > 0,
    byteIds,
    lengths
  }
}
