// Words are tokens, or unknown.
import { Effect, Schema } from "effect"
import { denseVocab, vocabObject } from "../internal/VocabJson.ts"
import { invalid, part } from "../Part.ts"
import type { TokenSpans } from "../TokenSpans.ts"
import type { Model } from "./Model.ts"

const decoder = new TextDecoder("utf-8", { ignoreBOM: true })
const utf8 = new TextEncoder()

export class WordLevel implements Model {
  readonly type = "word"
  readonly unkId: number
  readonly #tokens: ReadonlyArray<string>
  readonly #unkToken: string
  readonly #ids: ReadonlyMap<string, number>

  /** The unknown token must be among the tokens, which stand in the order of their ids. */
  constructor(tokens: ReadonlyArray<string>, unkToken: string) {
    this.#tokens = tokens
    this.#unkToken = unkToken
    this.#ids = new Map(tokens.map((token, id) => [token, id]))
    this.unkId = this.idOf(unkToken)
  }

  get vocabSize(): number {
    return this.#tokens.length
  }

  idOf(token: string): number {
    return this.#ids.get(token) ?? -1
  }

  tokenOf(id: number): string | undefined {
    return this.#tokens[id]
  }

  bytesOf(id: number): Uint8Array {
    const token = this.#tokens[id]
    return token === undefined ? new Uint8Array(0) : utf8.encode(` ${token}`)
  }

  tokenize(bytes: Uint8Array, start: number, end: number, out: TokenSpans): void {
    out.push(this.#ids.get(decoder.decode(bytes.subarray(start, end))) ?? this.unkId, start, end)
  }

  json(): object {
    return { type: "WordLevel", vocab: vocabObject(this.#tokens), unk_token: this.#unkToken }
  }
}

const Json = Schema.Struct({
  type: Schema.Literal("WordLevel"),
  unk_token: Schema.String,
  vocab: Schema.Unknown
})

export const readWordLevel = part(
  Json,
  Effect.fnUntraced(function* ({ unk_token, vocab }, field) {
    const tokens = yield* denseVocab(vocab, `${field}.vocab`)
    return tokens.includes(unk_token)
      ? new WordLevel(tokens, unk_token)
      : yield* invalid(`${field}.unk_token`, `${JSON.stringify(unk_token)} is not in the vocabulary`)
  })
)
