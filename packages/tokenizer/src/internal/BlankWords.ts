// Words of a Unigram model straight from the given text: where nothing is normalized and blanks become `▁`, a long stretch
// without blanks, as Chinese is, need not go through the general pipeline.
import { Schema } from "effect"
import { Unigram } from "../models/Unigram.ts"
import type { Parts } from "../Parts.ts"
import { MetaspaceJson } from "../preTokenizers/Metaspace.ts"
import type { TokenRun } from "../TokenRun.ts"
import { growBytes } from "./Grow.ts"

const blank = 0x20
/** `▁` */
const [meta0, meta1, meta2] = [0xe2, 0x96, 0x81] as const

export class BlankWords {
  readonly #model: Unigram
  /** is `▁` put before a text? */
  readonly #hasPrefix: boolean
  #word = new Uint8Array(1 << 12)

  private constructor(model: Unigram, hasPrefix: boolean) {
    this.#model = model
    this.#hasPrefix = hasPrefix
  }

  /** `undefined` where the general pipeline is needed. */
  static of({ model, normalizer, preTokenizer }: Parts): BlankWords | undefined {
    const json = preTokenizer?.json
    return normalizer === undefined &&
      model instanceof Unigram &&
      isMetaspace(json) &&
      json.replacement === "▁"
      ? new BlankWords(model, json.prepend_scheme !== "never")
      : undefined
  }

  /** Appends the tokens of `bytes[start .. stop)`, a part of a text that begins at byte 0. */
  append(run: TokenRun, bytes: Uint8Array, start: number, stop: number): void {
    for (let from = start; from < stop;) {
      let to = from + 1
      while (to < stop && bytes[to] !== blank && !isMeta(bytes, to)) to++
      this.#appendWord(run, bytes, from, to)
      from = to
    }
  }

  #appendWord(run: TokenRun, bytes: Uint8Array, from: number, to: number): void {
    const isSpaced = bytes[from] === blank
    const isMarked = isSpaced || (from === 0 && this.#hasPrefix && !isMeta(bytes, from))
    let [source, start, end] = [bytes, from, to]
    if (isMarked) {
      const rest = isSpaced ? from + 1 : from
      const size = 3 + to - rest
      if (size > this.#word.length) this.#word = growBytes(this.#word, size)
      source = this.#word
      source[0] = meta0
      source[1] = meta1
      source[2] = meta2
      source.set(bytes.subarray(rest, to), 3)
      start = 0
      end = size
    }
    const count = this.#model.cut(source, start, end)
    const { ends, ids } = this.#model
    // a byte after a `▁` that is not in the text is so much further on in the word
    const shift = isSpaced ? 2 : isMarked ? 3 : 0
    let [began, ended] = [0, 0]
    for (let i = 0; i < count; i++) {
      if (ends[i]! > ended) began = ended
      ended = ends[i]!
      run.push(ids[i]!, from + (began < 3 && isMarked ? 0 : began - shift))
    }
  }
}

const isMeta = (bytes: Uint8Array, at: number): boolean =>
  bytes[at] === meta0 && bytes[at + 1] === meta1 && bytes[at + 2] === meta2

const isMetaspace = Schema.is(MetaspaceJson)
