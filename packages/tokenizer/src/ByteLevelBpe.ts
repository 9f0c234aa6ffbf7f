// A tokenizer ready for use: ids of a text, text of ids. Works on UTF-8 bytes, so every text can be encoded and comes back.
import { Encoder } from "./Encoder.ts"
import { type EncoderTables, encoderTables } from "./internal/EncoderTables.ts"
import { TokenRun } from "./TokenRun.ts"
import type { Vocabulary } from "./Vocabulary.ts"

/** Ids and where each starts in the text, in UTF-8 bytes. */
export interface Encoding {
  readonly ids: Uint32Array
  readonly offsets: Uint32Array
}

export interface EncodeOptions {
  /**
   * Take special tokens written in the text, such as `<|endoftext|>`, as what they name. For prompts; documents are
   * encoded without it, since a document that mentions the mark must not end there. Default false.
   */
  readonly specialTokens?: boolean
}

export class ByteLevelBpe {
  readonly vocabulary: Vocabulary
  readonly #tables: EncoderTables
  readonly #encoder: Encoder
  readonly #run = new TokenRun()

  constructor(vocabulary: Vocabulary) {
    this.vocabulary = vocabulary
    this.#tables = encoderTables(vocabulary)
    this.#encoder = new Encoder(this.#tables)
  }

  /** Ids are below this. */
  get vocabSize(): number {
    return this.vocabulary.pieces.length
  }

  get endOfTextId(): number {
    return this.vocabulary.endOfTextId
  }

  /** Ids of a text, without end-of-text. Unpaired surrogates are encoded as U+FFFD. */
  encode(text: string, options: EncodeOptions = {}): Uint32Array {
    return this.encodeWithOffsets(text, options).ids
  }

  /** As `encode`, with the offset of each token in UTF-8 bytes. */
  encodeWithOffsets(text: string, options: EncodeOptions = {}): Encoding {
    const run = this.#run
    run.clear()
    let base = 0
    for (const part of options.specialTokens === true ? this.#splitAtSpecialTokens(text) : [text]) {
      const from = run.length
      if (typeof part === "string") {
        const bytes = this.#encoder.load(part)
        this.#encoder.advance(run, Infinity)
        if (base > 0) for (let i = from; i < run.length; i++) run.offsets[i]! += base
        base += bytes
      } else {
        run.push(part.id, base)
        base += Buffer.byteLength(part.content)
      }
    }
    return { ids: run.ids.slice(0, run.length), offsets: run.offsets.slice(0, run.length) }
  }

  /** An encoder with a cache of its own, for documents that are encoded in steps. */
  encoder(): Encoder {
    return new Encoder(this.#tables)
  }

  /** Text of ids; special tokens and unknown ids give nothing, bytes that are no UTF-8 give U+FFFD. */
  decode(ids: ArrayLike<number>): string {
    const { pieces } = this.vocabulary
    let length = 0
    for (let i = 0; i < ids.length; i++) length += pieces[ids[i]!]?.length ?? 0
    const bytes = new Uint8Array(length)
    let at = 0
    for (let i = 0; i < ids.length; i++) {
      const piece = pieces[ids[i]!]
      if (piece === undefined) continue
      bytes.set(piece, at)
      at += piece.length
    }
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)
  }

  /** The bytes an id stands for; none for special tokens and unknown ids. */
  pieceBytes(id: number): Uint8Array {
    return this.vocabulary.pieces[id] ?? new Uint8Array(0)
  }

  /** The text between special tokens, and these, in order; where two start together the longer one is taken. */
  *#splitAtSpecialTokens(
    text: string
  ): Generator<string | { readonly id: number; readonly content: string }> {
    let rest = 0
    for (;;) {
      let found: { readonly id: number; readonly content: string } | undefined
      let at = text.length
      for (const [id, content] of this.vocabulary.specialTokens) {
        const where = text.indexOf(content, rest)
        if (where < 0 || where > at) continue
        if (where === at && content.length <= (found?.content.length ?? 0)) continue
        at = where
        found = { id, content }
      }
      if (at > rest) yield text.slice(rest, at)
      if (found === undefined) return
      yield found
      rest = at + found.content.length
    }
  }
}
