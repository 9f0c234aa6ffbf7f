// BERT's model: a word is cut into the longest pieces there are, from left to right; a word that cannot be is unknown.
import { Schema } from "effect"
import { Effect } from "effect"
import { vocabObject, denseVocab } from "../internal/VocabJson.ts"
import { WordPieceTrie } from "../internal/WordPieceTrie.ts"
import { invalid, part } from "../Part.ts"
import type { TokenSpans } from "../TokenSpans.ts"
import type { Model } from "./Model.ts"

export interface WordPieceSettings {
  /** by id, as the vocabulary spells them */
  readonly tokens: ReadonlyArray<string>
  readonly unkToken: string
  /** `##` in BERT's: what the pieces inside of words begin with */
  readonly prefix: string
  /** longer words are unknown */
  readonly longestWord: number
}

const utf8 = new TextEncoder()

export class WordPiece implements Model {
  readonly type = "wordpiece"
  readonly settings: WordPieceSettings
  readonly unkId: number
  readonly #ids: ReadonlyMap<string, number>
  readonly #trie: WordPieceTrie

  /** The unknown token must be among the tokens. */
  constructor(settings: WordPieceSettings) {
    this.settings = settings
    this.#ids = new Map(settings.tokens.map((token, id) => [token, id]))
    this.unkId = this.idOf(settings.unkToken)
    this.#trie = new WordPieceTrie(settings.tokens, settings.prefix)
  }

  get vocabSize(): number {
    return this.settings.tokens.length
  }

  idOf(token: string): number {
    return this.#ids.get(token) ?? -1
  }

  tokenOf(id: number): string | undefined {
    return this.settings.tokens[id]
  }

  bytesOf(id: number): Uint8Array {
    const token = this.settings.tokens[id]
    if (token === undefined) return new Uint8Array(0)
    const { prefix } = this.settings
    return utf8.encode(token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`)
  }

  tokenize(bytes: Uint8Array, start: number, end: number, out: TokenSpans): void {
    if (!this.#isTooLong(bytes, start, end) && this.#trie.match(bytes, start, end, out)) return
    out.push(this.unkId, start, end)
  }

  json(): object {
    const { longestWord, prefix, tokens, unkToken } = this.settings
    return {
      type: "WordPiece",
      unk_token: unkToken,
      continuing_subword_prefix: prefix,
      max_input_chars_per_word: longestWord,
      vocab: vocabObject(tokens)
    }
  }

  #isTooLong(bytes: Uint8Array, start: number, end: number): boolean {
    const { longestWord } = this.settings
    if (end - start <= longestWord) return false
    let characters = 0
    for (let at = start; at < end; at++) if ((bytes[at]! & 0xc0) !== 0x80) characters++
    return characters > longestWord
  }
}

const Json = Schema.Struct({
  type: Schema.Literal("WordPiece"),
  unk_token: Schema.String,
  continuing_subword_prefix: Schema.String,
  max_input_chars_per_word: Schema.Int,
  vocab: Schema.Unknown
})

export const readWordPiece = part(
  Json,
  Effect.fnUntraced(function* (json, field) {
    const tokens = yield* denseVocab(json.vocab, `${field}.vocab`)
    if (!tokens.includes(json.unk_token))
      return yield* invalid(
        `${field}.unk_token`,
        `${JSON.stringify(json.unk_token)} is not in the vocabulary`
      )
    return new WordPiece({
      tokens,
      unkToken: json.unk_token,
      prefix: json.continuing_subword_prefix,
      longestWord: json.max_input_chars_per_word
    })
  })
)
