// SentencePiece's `.model`: a `ModelProto` (`sentencepiece_model.proto`).
import { Effect, Result } from "effect"
import { TokenizerInvalid } from "../TokenizerInvalid.ts"
import { bytePiece } from "../unigram/UnigramModel.ts"
import { Charsmap } from "./Charsmap.ts"
import { readFields, type WireField } from "./Wire.ts"

/** What a piece is for. */
export const pieceKinds = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const

export interface NormalizerSpec {
  readonly name: string
  /** empty for the identity */
  readonly charsmapBytes: Uint8Array
  readonly charsmap: Charsmap | undefined
  readonly addDummyPrefix: boolean
  readonly removeExtraWhitespaces: boolean
  readonly escapeWhitespaces: boolean
}

export interface ModelFile {
  readonly type: "unigram" | "bpe" | "word" | "char"
  /** by id */
  readonly pieces: ReadonlyArray<string>
  /** float32 */
  readonly scores: Float64Array
  /** one of `pieceKinds` each */
  readonly kinds: Uint8Array
  readonly unkId: number
  readonly byteFallback: boolean
  /** what an unknown piece is decoded to */
  readonly unkSurface: string
  readonly treatWhitespaceAsSuffix: boolean
  readonly normalizer: NormalizerSpec
}

const types = [undefined, "unigram", "bpe", "word", "char"] as const
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

const textOf = (bytes: Uint8Array): string | undefined => {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

/** Reads a file's bytes; `file` is its name, for the error. Fails on anything that SentencePiece would not load. */
export const parseModelFile = (
  bytes: Uint8Array,
  file: string
): Effect.Effect<ModelFile, TokenizerInvalid> => {
  const draft = new Draft()
  const problem = readFields(bytes, (field) => draft.onField(field)) ?? draft.problem()
  return problem === undefined
    ? Effect.succeed(draft.finish())
    : Effect.fail(new TokenizerInvalid({ file, problem }))
}

class Draft {
  readonly #pieces: Array<string> = []
  readonly #scores: Array<number> = []
  readonly #kinds: Array<number> = []
  #type: ModelFile["type"] | undefined = "unigram"
  #byteFallback = false
  #unkSurface = " \u2047 "
  #suffix = false
  #charsmap: Charsmap | undefined
  #name = ""
  #charsmapBytes = new Uint8Array(0)
  #flags = { addDummyPrefix: true, removeExtraWhitespaces: true, escapeWhitespaces: true }

  onField({ number, type, value }: WireField): string | undefined {
    if (type !== "bytes") return undefined
    if (number === 1) return this.#readPiece(value)
    if (number === 2) return readFields(value, (field) => this.#onTrainer(field))
    if (number === 3) return readFields(value, (field) => this.#onNormalizer(field))
    return undefined
  }

  #readPiece(bytes: Uint8Array): string | undefined {
    const id = this.#pieces.length
    let [piece, score, kind]: [string | undefined, number, number] = ["", 0, pieceKinds.normal]
    const problem = readFields(bytes, ({ number, type, value }) => {
      if (number === 1 && type === "bytes") piece = textOf(value)
      else if (number === 2 && type === "float") score = value
      else if (number === 3 && type === "integer") kind = value
      return undefined
    })
    if (problem !== undefined) return `pieces[${id}]: ${problem}`
    if (piece === undefined) return `pieces[${id}].piece: no UTF-8`
    if (piece === "") return `pieces[${id}].piece: empty`
    if (!Number.isFinite(score)) return `pieces[${id}].score: ${score} is no log probability`
    if (kind < 1 || kind > 6) return `pieces[${id}].type: there is no type ${kind}`
    this.#pieces.push(piece)
    this.#scores.push(score)
    this.#kinds.push(kind)
    return undefined
  }

  #onTrainer({ number, type, value }: WireField): string | undefined {
    if (type === "integer" && number === 3) this.#type = types[value]
    else if (type === "integer" && number === 24) this.#suffix = value !== 0
    else if (type === "integer" && number === 35) this.#byteFallback = value !== 0
    else if (type === "bytes" && number === 44) this.#unkSurface = textOf(value) ?? this.#unkSurface
    return undefined
  }

  #onNormalizer({ number, type, value }: WireField): string | undefined {
    if (type === "integer") {
      if (number === 3) this.#flags.addDummyPrefix = value !== 0
      else if (number === 4) this.#flags.removeExtraWhitespaces = value !== 0
      else if (number === 5) this.#flags.escapeWhitespaces = value !== 0
    } else if (type === "bytes" && number === 1) this.#name = textOf(value) ?? ""
    else if (type === "bytes" && number === 2 && value.length > 0) {
      const parsed = Charsmap.parse(value)
      if (Result.isFailure(parsed)) return `normalizer_spec.precompiled_charsmap: ${parsed.failure}`
      this.#charsmap = parsed.success
      this.#charsmapBytes = value.slice()
    }
    return undefined
  }

  /** What SentencePiece checks when it loads a model. */
  problem(): string | undefined {
    if (this.#pieces.length === 0) return "no pieces: not a SentencePiece model"
    if (this.#type === undefined) return "trainer_spec.model_type: unknown"
    const unknown = this.#kinds.filter((kind) => kind === pieceKinds.unknown).length
    if (unknown !== 1) return `pieces: ${unknown} of them are the unknown piece, not one`
    const seen = new Set<string>()
    for (const [id, piece] of this.#pieces.entries()) {
      if (seen.has(piece)) return `pieces[${id}]: ${JSON.stringify(piece)} is there twice`
      seen.add(piece)
    }
    if (!this.#byteFallback) return undefined
    for (let byte = 0; byte < 256; byte++) {
      const id = this.#pieces.indexOf(bytePiece(byte))
      if (this.#kinds[id] !== pieceKinds.byte) return `byte_fallback: byte ${bytePiece(byte)} has no piece`
    }
    return undefined
  }

  finish(): ModelFile {
    return {
      type: this.#type ?? "unigram",
      pieces: this.#pieces,
      scores: Float64Array.from(this.#scores),
      kinds: Uint8Array.from(this.#kinds),
      unkId: this.#kinds.indexOf(pieceKinds.unknown),
      byteFallback: this.#byteFallback,
      unkSurface: this.#unkSurface,
      treatWhitespaceAsSuffix: this.#suffix,
      normalizer: {
        name: this.#name,
        charsmap: this.#charsmap,
        charsmapBytes: this.#charsmapBytes,
        ...this.#flags
      }
    }
  }
}
