// Where normalizer and pre-tokenizer let nothing reach across a blank after a visible ASCII character (`partwise`), the given
// text is cut there, and parts that came before need no second look. That is the way of Metaspace: T5, XLNet, mBART, and
// Unigram tokenizers learned here.
import type { StepEncoder } from "../StepEncoder.ts"
import type { TokenRun } from "../TokenRun.ts"
import type { BlankWords } from "./BlankWords.ts"
import { KnownParts, padding } from "./KnownParts.ts"
import { longestCached } from "./PartCache.ts"
import type { Pipeline } from "./Pipeline.ts"

const utf8 = new TextEncoder()
const blank = 0x20
const lastVisible = 0x7e

export class PartEncoder implements StepEncoder {
  readonly #parts: KnownParts
  readonly #words: BlankWords | undefined
  #bytes = new Uint8Array(1 << 12)
  #position = 0
  #end = 0

  /** `words` where long parts can do without the pipeline. */
  constructor(pipeline: Pipeline, words?: BlankWords) {
    this.#parts = new KnownParts(pipeline)
    this.#words = words
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
    const bytes = this.#bytes
    const end = this.#end
    let start = this.#position
    while (start < end && run.length < limit) {
      let stop = start + 1
      for (let before = bytes[start]!; stop < end; stop++) {
        const byte = bytes[stop]!
        if (byte === blank && before > blank && before <= lastVisible) break
        before = byte
      }
      if (stop - start > longestCached && this.#words !== undefined)
        this.#words.append(run, bytes, start, stop)
      // the first part alone may be treated otherwise: it is not among those remembered
      else if (start === 0) this.#parts.encode(run, start, stop)
      else this.#parts.append(run, start, stop)
      start = stop
    }
    this.#position = start
    return start >= end
  }
}
