// BPE over characters, as SentencePiece's models are written for Hugging Face (Llama's, Gemma's) and as the character
// tokenizer is, which has no merges. What has no token falls back to the tokens of its bytes or is unknown.
import { Effect, Schema } from "effect"
import { mergesOf } from "../internal/MergesJson.ts"
import { MergeTable } from "../internal/MergeTable.ts"
import { denseVocab, vocabObject } from "../internal/VocabJson.ts"
import { codePointAt, lengthOf } from "../internal/Utf8.ts"
import { invalid, part } from "../Part.ts"
import type { TokenSpans } from "../TokenSpans.ts"
import { CharacterMerger } from "../internal/CharacterMerger.ts"
import type { Model } from "./Model.ts"

export interface BpeVocabulary {
  /** by id */
  readonly tokens: ReadonlyArray<string>
  /** `[left, right, result]` ids, one after another, the first to be applied first */
  readonly merges: Int32Array
  /** `null`: what has no token gives nothing */
  readonly unkToken: string | null
  /** neighbouring unknown characters are one */
  readonly fuseUnk: boolean
  /** the tokens `<0x00>` ... `<0xFF>` stand for bytes, where all those needed are there */
  readonly byteFallback: boolean
  /** a word that is a token is that token, whatever the merges say */
  readonly ignoreMerges: boolean
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true })

const byteToken = (byte: number): string => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`

export class Bpe implements Model {
  readonly vocabulary: BpeVocabulary
  readonly unkId: number
  readonly #ids: ReadonlyMap<string, number>
  /** id of each character that is a token */
  readonly #characters: ReadonlyMap<number, number>
  /** id of each byte's token, -1 without one */
  readonly #bytes: Int32Array
  readonly #merger: CharacterMerger

  constructor(vocabulary: BpeVocabulary) {
    this.vocabulary = vocabulary
    this.#ids = new Map(vocabulary.tokens.map((token, id) => [token, id]))
    this.unkId = vocabulary.unkToken === null ? -1 : this.idOf(vocabulary.unkToken)
    const characters = new Map<number, number>()
    for (const [id, token] of vocabulary.tokens.entries()) {
      const codePoint = token.codePointAt(0)
      if (codePoint !== undefined && String.fromCodePoint(codePoint) === token) characters.set(codePoint, id)
    }
    this.#characters = characters
    this.#bytes = Int32Array.from({ length: 256 }, (_, byte) =>
      vocabulary.byteFallback ? this.idOf(byteToken(byte)) : -1
    )
    this.#merger = new CharacterMerger(new MergeTable(vocabulary.merges))
  }

  get type(): "bpe" | "character" {
    return this.vocabulary.merges.length === 0 ? "character" : "bpe"
  }

  get vocabSize(): number {
    return this.vocabulary.tokens.length
  }

  idOf(token: string): number {
    return this.#ids.get(token) ?? -1
  }

  tokenOf(id: number): string | undefined {
    return this.vocabulary.tokens[id]
  }

  bytesOf(id: number): Uint8Array {
    const token = this.vocabulary.tokens[id] ?? ""
    const byte = this.vocabulary.byteFallback ? this.#bytes.indexOf(id) : -1
    return byte < 0 ? Buffer.from(token.replaceAll("▁", " ")) : Uint8Array.of(byte)
  }

  tokenize(bytes: Uint8Array, start: number, end: number, out: TokenSpans): void {
    if (this.vocabulary.ignoreMerges) {
      const whole = this.idOf(decoder.decode(bytes.subarray(start, end)))
      if (whole >= 0) {
        out.push(whole, start, end)
        return
      }
    }
    const from = out.length
    let unknownFrom = -1
    let unknownTo = -1
    const endUnknown = () => {
      if (unknownFrom >= 0) out.push(this.unkId, unknownFrom, unknownTo)
      unknownFrom = -1
    }
    for (let at = start; at < end;) {
      const next = at + lengthOf(bytes[at]!)
      const id = this.#characters.get(codePointAt(bytes, at))
      if (id !== undefined) {
        endUnknown()
        out.push(id, at, next)
      } else if (!this.#fallBack(bytes, at, next, out) && this.unkId >= 0) {
        if (!this.vocabulary.fuseUnk) endUnknown()
        if (unknownFrom < 0) unknownFrom = at
        unknownTo = next
      }
      at = next
    }
    endUnknown()
    this.#merger.merge(out, from)
  }

  /** As Hugging Face does, bytes are written before an unknown character that stands right before them. */
  #fallBack(bytes: Uint8Array, from: number, to: number, out: TokenSpans): boolean {
    for (let at = from; at < to; at++) if (this.#bytes[bytes[at]!]! < 0) return false
    for (let at = from; at < to; at++) out.push(this.#bytes[bytes[at]!]!, at, at + 1)
    return true
  }

  json(): object {
    const { byteFallback, fuseUnk, ignoreMerges, merges, tokens, unkToken } = this.vocabulary
    const pairs: Array<[string, string]> = []
    for (let i = 0; i < merges.length; i += 3) pairs.push([tokens[merges[i]!]!, tokens[merges[i + 1]!]!])
    return {
      type: "BPE",
      dropout: null,
      unk_token: unkToken,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: fuseUnk,
      byte_fallback: byteFallback,
      ignore_merges: ignoreMerges,
      vocab: vocabObject(tokens),
      merges: pairs
    }
  }
}

const nothing = Schema.optionalKey(Schema.NullOr(Schema.Literal("")))
const Json = Schema.Struct({
  type: Schema.Literal("BPE"),
  dropout: Schema.optionalKey(Schema.Null),
  unk_token: Schema.optionalKey(Schema.NullOr(Schema.String)),
  continuing_subword_prefix: nothing,
  end_of_word_suffix: nothing,
  fuse_unk: Schema.optionalKey(Schema.Boolean),
  byte_fallback: Schema.optionalKey(Schema.Boolean),
  ignore_merges: Schema.optionalKey(Schema.Boolean),
  vocab: Schema.Unknown,
  merges: Schema.Array(Schema.Union([Schema.Tuple([Schema.String, Schema.String]), Schema.String]))
})

export const readBpe = part(
  Json,
  Effect.fnUntraced(function* (json, field) {
    const tokens = yield* denseVocab(json.vocab, `${field}.vocab`)
    const ids = new Map(tokens.map((token, id) => [token, id]))
    const unkToken = json.unk_token ?? null
    if (unkToken !== null && !ids.has(unkToken))
      return yield* invalid(`${field}.unk_token`, `${JSON.stringify(unkToken)} is not in the vocabulary`)
    return new Bpe({
      tokens,
      merges: yield* mergesOf(json.merges, ids, `${field}.merges`),
      unkToken,
      fuseUnk: json.fuse_unk ?? false,
      byteFallback: json.byte_fallback ?? false,
      ignoreMerges: json.ignore_merges ?? false
    })
  })
)
