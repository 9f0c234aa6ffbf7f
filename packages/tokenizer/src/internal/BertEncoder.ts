// BERT's normalizer and pre-tokenizer let nothing reach across white space, punctuation and Chinese characters. So the given
// text itself is cut there, and what was between before need not be normalized again: its tokens are known.
import type { StepEncoder } from "../StepEncoder.ts"
import type { TokenRun } from "../TokenRun.ts"
import { alone, bertKinds, bertWordEnd, inWord } from "./BertWords.ts"
import { KnownParts, padding } from "./KnownParts.ts"
import type { Pipeline } from "./Pipeline.ts"
import { codePointAt, lengthOf } from "./Utf8.ts"

const utf8 = new TextEncoder()

export class BertEncoder implements StepEncoder {
  readonly #parts: KnownParts
  readonly #kinds: Uint8Array
  /** 1 + id of characters that stand alone and are one token, 0 for those not yet looked up */
  readonly #characters = new Int32Array(0x10000)
  #bytes = new Uint8Array(1 << 12)
  #position = 0
  #end = 0

  constructor(pipeline: Pipeline, { chineseCharacters }: { readonly chineseCharacters: boolean }) {
    this.#parts = new KnownParts(pipeline)
    this.#kinds = bertKinds(chineseCharacters)
  }

  load(text: string): number {
    const bound = padding + (text.length < 1 << 20 ? 3 * text.length : Buffer.byteLength(text))
    if (bound > this.#bytes.length) this.#bytes = new Uint8Array(bound)
    this.#end = utf8.encodeInto(text, this.#bytes).written
    this.#bytes.fill(0, this.#end, this.#end + padding)
    this.#parts.load(this.#bytes)
    this.#position = 0
    return this.#end
  }

  advance(run: TokenRun, limit: number): boolean {
    const kinds = this.#kinds
    const parts = this.#parts
    const bytes = this.#bytes
    const end = this.#end
    const characters = this.#characters
    let start = this.#position
    while (start < end && run.length < limit) {
      const lead = bytes[start]!
      const codePoint = lead < 0x80 ? lead : codePointAt(bytes, start)
      const kind = codePoint < 0x10000 ? kinds[codePoint] : inWord
      if (kind === inWord) {
        const stop = bertWordEnd(kinds, bytes, start, end)
        parts.append(run, start, stop)
        start = stop
        continue
      }
      const stop = start + lengthOf(lead)
      if (kind === alone) {
        const known = characters[codePoint]!
        if (known > 0) run.push(known - 1, start)
        else this.#appendNew(run, start, stop, codePoint)
      }
      start = stop
    }
    this.#position = start
    return start >= end
  }

  #appendNew(run: TokenRun, start: number, stop: number, codePoint: number): void {
    const before = run.length
    this.#parts.encode(run, start, stop)
    if (run.length === before + 1 && run.offsets[before] === start)
      this.#characters[codePoint] = 1 + run.ids[before]!
  }
}
