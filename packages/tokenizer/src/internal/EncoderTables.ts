// What all encoders of one vocabulary share and only read.
import { type Pattern, wordEnd, type WordEnd } from "../Pattern.ts"
import type { Vocabulary } from "../Vocabulary.ts"
import { apostrophe } from "./ByteScan.ts"
import { MergeBorders } from "./MergeBorders.ts"
import { MergeTable } from "./MergeTable.ts"

export interface EncoderTables {
  readonly wordEnd: WordEnd
  readonly plain: PlainWords
  readonly merges: MergeTable
  readonly borders: MergeBorders
  readonly hasMerges: boolean
  /** id of each byte */
  readonly byteIds: Int32Array
  /** bytes of each id */
  readonly lengths: Uint32Array
}

/**
 * The words that need no scanner, four letters at a time: a space or none, ASCII letters, and a byte after them that no
 * word of this kind could go on with, whatever the pattern.
 */
export interface PlainWords {
  /** what makes the first four letters small, and those after them, before they are compared with a to z */
  readonly firstFold: number
  readonly laterFold: number
  /** 1 for bytes that end it */
  readonly ends: Uint8Array
}

const plainWords = (pattern: Pattern): PlainWords => {
  const ends = Uint8Array.from({ length: 256 }, (_, byte) =>
    byte >= 0x80 || /[a-z]/i.test(String.fromCharCode(byte)) ? 0 : 1
  )
  if (pattern !== "o200k") return { firstFold: 0x20202020, laterFold: 0x20202020, ends }
  // only the first letter may be a capital, and contractions belong to the word before them
  ends[apostrophe] = 0
  return { firstFold: 0x20, laterFold: 0, ends }
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
    plain: plainWords(vocabulary.pattern),
    merges: new MergeTable(vocabulary.merges),
    borders: new MergeBorders(vocabulary),
    hasMerges: vocabulary.merges.length > 0,
    byteIds,
    lengths
  }
}
