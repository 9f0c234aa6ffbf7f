// Ids of texts in which only some special tokens are marks, and which of the ids are learned.
import { Pipeline } from "../internal/Pipeline.ts"
import type { TextTokenizer } from "../TextTokenizer.ts"
import type { Stretch } from "./Marked.ts"

export interface Encoded {
  readonly ids: Uint32Array<ArrayBuffer>
  /** 1 for each token that a part to be learned has a share in */
  readonly learned: Uint8Array<ArrayBuffer>
}

const utf8 = new TextEncoder()

export class StretchEncoder {
  /** contents of the special tokens */
  readonly marks: ReadonlyArray<string>
  readonly #tokenizer: TextTokenizer
  readonly #pipeline: Pipeline

  constructor(tokenizer: TextTokenizer) {
    this.#tokenizer = tokenizer
    this.#pipeline = new Pipeline(tokenizer.parts)
    this.marks = [...tokenizer.specialTokens.values()]
  }

  /**
   * One text where no special token is written in it as text: its ids are those that the whole text has. Else every stretch by
   * itself, as `tokenizers` cuts at marks before it does anything else.
   */
  encode(stretches: ReadonlyArray<Stretch>): Encoded {
    const out = new Tokens()
    const isPlain = stretches.every(
      ({ mark, text }) => mark || !this.marks.some((each) => text.includes(each))
    )
    if (isPlain) this.#add(joined(stretches), false, out)
    else
      for (const stretch of stretches) {
        if (stretch.mark) out.push(this.#tokenizer.idOf(stretch.text), stretch.learned.length > 0)
        else this.#add(stretch, true, out)
      }
    return out.encoded()
  }

  #add({ learned, text }: Pick<Stretch, "learned" | "text">, ordinaryOnly: boolean, out: Tokens) {
    const parts = learned.map(([from, to]) => {
      const start = Buffer.byteLength(text.slice(0, from))
      return { start, end: start + Buffer.byteLength(text.slice(from, to)) }
    })
    const bytes = utf8.encode(text)
    let next = 0
    this.#pipeline.encode(bytes, bytes.length, {
      ordinaryOnly,
      emit: (id, start, end) => {
        while (next < parts.length && parts[next]!.end <= start) next++
        const part = parts[next]
        out.push(id, part !== undefined && part.start < end)
      }
    })
  }
}

/** All stretches as one text. */
const joined = (stretches: ReadonlyArray<Stretch>): Pick<Stretch, "learned" | "text"> => {
  let text = ""
  const learned: Array<readonly [number, number]> = []
  for (const stretch of stretches) {
    for (const [from, to] of stretch.learned) learned.push([text.length + from, text.length + to])
    text += stretch.text
  }
  return { text, learned }
}

class Tokens {
  readonly #ids: Array<number> = []
  readonly #learned: Array<number> = []

  push(id: number, learned: boolean): void {
    this.#ids.push(id)
    this.#learned.push(learned ? 1 : 0)
  }

  encoded(): Encoded {
    return { ids: Uint32Array.from(this.#ids), learned: Uint8Array.from(this.#learned) }
  }
}
