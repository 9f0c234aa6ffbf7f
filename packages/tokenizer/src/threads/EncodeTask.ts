// Some documents to encode, and what comes out: the unit in which the encode stage hands out work.
import type { StepEncoder } from "../StepEncoder.ts"
import type { TokenRun } from "../TokenRun.ts"

export interface EncodeTask {
  readonly texts: ReadonlyArray<string>
}

export interface EncodedTask {
  /** of all documents, end-of-text after each; 2 bytes where the vocabulary allows */
  readonly ids: Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>
  /** where each token starts in its document, in UTF-8 bytes */
  readonly offsets: Uint32Array<ArrayBuffer>
  /** tokens of each document, end-of-text included */
  readonly tokens: Uint32Array<ArrayBuffer>
  /** UTF-8 bytes of each document */
  readonly bytes: Uint32Array<ArrayBuffer>
}

/** What of a tokenizer is needed to write its tokens down. */
export interface EncodeSettings {
  readonly vocabSize: number
  readonly endOfTextId: number
}

export const encodeTask = (
  { texts }: EncodeTask,
  encoder: StepEncoder,
  run: TokenRun,
  { endOfTextId, vocabSize }: EncodeSettings
): EncodedTask => {
  const tokens = new Uint32Array(texts.length)
  const bytes = new Uint32Array(texts.length)
  run.clear()
  for (const [row, text] of texts.entries()) {
    const before = run.length
    const length = encoder.load(text)
    encoder.advance(run, Infinity)
    run.push(endOfTextId, length)
    tokens[row] = run.length - before
    bytes[row] = length
  }
  return { ids: narrowIds(run, vocabSize), offsets: run.offsets.slice(0, run.length), tokens, bytes }
}

/** A copy of the ids of a run, in the narrowest numbers that hold every id of the vocabulary. */
export const narrowIds = (
  run: TokenRun,
  vocabSize: number
): Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer> => {
  const ids = run.ids.subarray(0, run.length)
  return vocabSize <= 2 ** 16 ? new Uint16Array(ids) : new Uint32Array(ids)
}
