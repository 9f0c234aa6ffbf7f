// The baseline that learns nothing but which characters there are: every code point is a token.
import { specialToken } from "./AddedTokens.ts"
import { byteFallback } from "./decoders/ByteFallback.ts"
import { fuse } from "./decoders/Fuse.ts"
import { sequence } from "./decoders/Sequence.ts"
import { Bpe } from "./models/Bpe.ts"
import { TextTokenizer } from "./TextTokenizer.ts"

export interface CharacterSettings {
  /** pieces at most, special tokens and byte pieces among them */
  readonly vocabSize: number
  /** a rarer character gets no piece */
  readonly minFrequency: number
  /** other characters become pieces of their bytes; else they are unknown */
  readonly byteFallback: boolean
  readonly endOfText: string
  readonly unknown: string
}

/** Call `add` for every document, then take `tokenizer()`. */
export class CharacterTrainer {
  readonly #settings: CharacterSettings
  readonly #counts = new Float64Array(0x110000)
  textBytes = 0

  constructor(settings: CharacterSettings) {
    this.#settings = settings
  }

  add(text: string): void {
    const whole = text.toWellFormed()
    this.textBytes += Buffer.byteLength(whole)
    for (const character of whole) this.#counts[character.codePointAt(0) ?? 0]!++
  }

  /** The frequent characters, in the order of their code points after special tokens and bytes. */
  tokenizer(): TextTokenizer {
    const { byteFallback: hasBytes, endOfText, minFrequency, unknown, vocabSize } = this.#settings
    const special = hasBytes ? [endOfText] : [endOfText, unknown]
    const bytes = hasBytes
      ? Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`)
      : []
    const room = Math.max(0, vocabSize - special.length - bytes.length)
    const seen: Array<number> = []
    for (const [codePoint, count] of this.#counts.entries())
      if (count >= Math.max(1, minFrequency)) seen.push(codePoint)
    const kept = seen
      .toSorted((a, b) => this.#counts[b]! - this.#counts[a]! || a - b)
      .slice(0, room)
      .toSorted((a, b) => a - b)
    return new TextTokenizer({
      addedTokens: special.map((token, id) => specialToken(id, token)),
      normalizer: undefined,
      preTokenizer: undefined,
      model: new Bpe({
        tokens: [...special, ...bytes, ...kept.map((codePoint) => String.fromCodePoint(codePoint))],
        merges: new Int32Array(0),
        unkToken: hasBytes ? null : unknown,
        fuseUnk: false,
        byteFallback: hasBytes,
        ignoreMerges: false
      }),
      postProcessor: undefined,
      decoder: hasBytes ? sequence([byteFallback, fuse]) : fuse
    })
  }
}
