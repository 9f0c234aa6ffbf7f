// A SentencePiece model ready for use, with the ids that the library itself gives. For the parts of a `tokenizer.json`, with
// which Hugging Face comes close, see `Conversion.ts`.
import { byteOfPiece } from "../models/Unigram.ts"
import { meta } from "../unigram/Runs.ts"
import { UnigramModel } from "../unigram/UnigramModel.ts"
import { type ModelFile, pieceKinds } from "./ModelFile.ts"
import { ScoredMerges } from "./ScoredMerges.ts"
import { SentencePieceNormalizer } from "./SentencePieceNormalizer.ts"

/** SentencePiece's `FLT_MIN`, from which it looks for the largest score. */
const leastPositive = 2 ** -126

/** What cuts a normalized text into pieces. */
interface Cutter {
  encode(bytes: Uint8Array, start: number, end: number): number
  readonly ids: Uint32Array
}

export class SentencePiece {
  readonly file: ModelFile
  readonly #normalizer: SentencePieceNormalizer
  readonly #cutter: Cutter

  /** For Unigram and BPE models; `undefined` comes back for those of words and characters. */
  static of(file: ModelFile): SentencePiece | undefined {
    return file.type === "unigram" || file.type === "bpe" ? new SentencePiece(file) : undefined
  }

  private constructor(file: ModelFile) {
    this.file = file
    this.#normalizer = new SentencePieceNormalizer(file)
    this.#cutter = file.type === "bpe" ? new ScoredMerges(file) : unigram(file)
  }

  /** Ids are below this. */
  get vocabSize(): number {
    return this.file.pieces.length
  }

  /** Ids of a text, without begin and end. */
  encode(text: string): Uint32Array {
    const normalizer = this.#normalizer
    normalizer.normalize(text)
    if (normalizer.length === 0) return new Uint32Array(0)
    const count = this.#cutter.encode(normalizer.bytes, 0, normalizer.length)
    return this.#cutter.ids.slice(0, count)
  }

  /** Text of ids; control pieces and unknown ids give nothing, the unknown piece what the file says. */
  decode(ids: ArrayLike<number>): string {
    const { kinds, normalizer, pieces, unkSurface } = this.file
    const stripsFirst = normalizer.addDummyPrefix || normalizer.removeExtraWhitespaces
    let text = ""
    let isStart = true
    let bytes: Array<number> = []
    const flush = () => {
      text += bytes.length === 0 ? "" : Buffer.from(bytes).toString("utf8")
      bytes = []
    }
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!
      const piece = pieces[id]
      if (piece === undefined) continue
      if (kinds[id] === pieceKinds.byte) {
        bytes.push(byteOfPiece(piece) ?? 0)
        continue
      }
      flush()
      if (text !== "") isStart = false
      if (kinds[id] === pieceKinds.control) continue
      if (kinds[id] === pieceKinds.unknown) text += unkSurface
      else {
        const isStripped = isStart && stripsFirst && piece.startsWith(meta)
        text += (isStripped ? piece.slice(meta.length) : piece).replaceAll(meta, " ")
        // one blank was put before the text; more than one only where blanks are not taken together
        if (isStripped && !normalizer.removeExtraWhitespaces) isStart = false
      }
    }
    flush()
    return text
  }
}

const unigram = (file: ModelFile): UnigramModel => {
  const { byteFallback, kinds, pieces, unkId } = file
  const scores = file.scores.slice()
  let [least, most] = [Infinity, leastPositive]
  for (let id = 0; id < scores.length; id++) {
    if (kinds[id] !== pieceKinds.normal) continue
    least = Math.min(least, scores[id]!)
    most = Math.max(most, scores[id]!)
  }
  // pieces that users defined are always worth taking
  for (let id = 0; id < scores.length; id++) {
    if (kinds[id] === pieceKinds.userDefined)
      scores[id] = Math.fround(Math.fround(Buffer.byteLength(pieces[id]!) * most) - 0.1)
  }
  return new UnigramModel(
    { pieces, scores, unkId, byteFallback },
    {
      precision: "single",
      matched: kinds.map((kind) => (kind === pieceKinds.normal || kind === pieceKinds.userDefined ? 1 : 0)),
      leastScore: least
    }
  )
}
