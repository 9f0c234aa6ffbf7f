// A tokenizer ready for use, whatever its type: ids of a text, text of ids. Made of the parts that a `tokenizer.json` lists.
import { Effect } from "effect"
import { byteLevel as byteLevelDecoder } from "./decoders/ByteLevel.ts"
import { specialToken } from "./AddedTokens.ts"
import type { Encoding } from "./Encoding.ts"
import { BertEncoder } from "./internal/BertEncoder.ts"
import { BlankWords } from "./internal/BlankWords.ts"
import { mergeAll, specialEncoding } from "./internal/Encodings.ts"
import { PartEncoder } from "./internal/PartEncoder.ts"
import { Pipeline } from "./internal/Pipeline.ts"
import { PipelineEncoder } from "./internal/PipelineEncoder.ts"
import { SequenceEncoder } from "./internal/SequenceEncoder.ts"
import { ByteLevelBpe } from "./models/ByteLevelBpe.ts"
import { BertNormalizer } from "./normalizers/Bert.ts"
import { pad, type Padding } from "./Padding.ts"
import type { Parts } from "./Parts.ts"
import { bertPreTokenizer } from "./preTokenizers/Bert.ts"
import { byteLevelOf } from "./preTokenizers/ByteLevel.ts"
import { type SpecialIds, specialIds } from "./SpecialIds.ts"
import type { StepEncoder } from "./StepEncoder.ts"
import { TokenRun } from "./TokenRun.ts"
import { truncate, type Truncation, TruncationImpossible } from "./Truncation.ts"
import type { Vocabulary } from "./Vocabulary.ts"

/** Ids and where each starts in the text, in UTF-8 bytes. */
export interface IdsWithOffsets {
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

export interface EncodingOptions extends EncodeOptions {
  /** take special tokens written in the text as what they name; here the default is true, as in Hugging Face */
  readonly specialTokens?: boolean
  /** put the template's special tokens around; default true */
  readonly addSpecialTokens?: boolean
  /** instead of the tokenizer's own; `null` cuts nothing */
  readonly truncation?: Truncation | null
  /** instead of the tokenizer's own; `null` fills up nothing */
  readonly padding?: Padding | null
}

export class TextTokenizer {
  readonly parts: Parts
  /** ids of tokens with a role, -1 where there is none */
  readonly special: SpecialIds
  /** ids are below this */
  readonly vocabSize: number
  readonly #pipeline: Pipeline
  readonly #sequences: SequenceEncoder
  readonly #encoder: StepEncoder
  readonly #run = new TokenRun()
  readonly #specialText: ReadonlyMap<number, string>
  readonly #addedText: ReadonlyMap<number, string>
  readonly #idOfAdded: ReadonlyMap<string, number>

  constructor(parts: Parts) {
    this.parts = parts
    const { addedTokens, model } = parts
    this.special = specialIds(addedTokens, model.unkId)
    this.vocabSize = addedTokens.reduce((size, { id }) => Math.max(size, id + 1), model.vocabSize)
    this.#addedText = new Map(addedTokens.map(({ content, id }) => [id, content]))
    this.#idOfAdded = new Map(addedTokens.map(({ content, id }) => [content, id]))
    this.#specialText = new Map(
      addedTokens.flatMap(({ content, id, special }) => (special ? [[id, content]] : []))
    )
    this.#pipeline = new Pipeline(parts)
    this.#sequences = new SequenceEncoder(this.#pipeline)
    this.#encoder = this.encoder()
  }

  /** What kind of model it has, as artifacts name it. */
  get type(): Parts["model"]["type"] {
    return this.parts.model.type
  }

  /** Closes every document; -1 if there is no such token. */
  get endOfTextId(): number {
    return this.special.endOfText
  }

  /** Special tokens by id. */
  get specialTokens(): ReadonlyMap<number, string> {
    return this.#specialText
  }

  /** Ids of a text alone, without the special tokens that a template puts around it. Unpaired surrogates are U+FFFD. */
  encode(text: string, options: EncodeOptions = {}): Uint32Array {
    return this.encodeWithOffsets(text, options).ids
  }

  /** As `encode`, with where each token starts in UTF-8 bytes. */
  encodeWithOffsets(text: string, { specialTokens = false }: EncodeOptions = {}): IdsWithOffsets {
    const run = this.#run
    run.clear()
    if (specialTokens && this.#mentionsSpecial(text)) {
      const bytes = new TextEncoder().encode(text)
      this.#pipeline.encode(bytes, bytes.length, {
        ordinaryOnly: false,
        emit: (id, start) => run.push(id, start)
      })
    } else {
      this.#encoder.load(text)
      this.#encoder.advance(run, Infinity)
    }
    return { ids: run.ids.slice(0, run.length), offsets: run.offsets.slice(0, run.length) }
  }

  /**
   * Everything about a text or a pair of texts, as Hugging Face's `encode` gives it: with special tokens of the template
   * and those found in the text, cut and filled up as the tokenizer's file or `options` say.
   */
  encoding(
    input: string | readonly [string, string],
    options: EncodingOptions = {}
  ): Effect.Effect<Encoding, TruncationImpossible> {
    return Effect.map(this.encodings([input], options), ([encoding]) => encoding ?? specialEncoding([], 0))
  }

  /** As `encoding` for a batch, all filled up to the same length; Hugging Face's `encode_batch`. */
  encodings(
    inputs: ReadonlyArray<string | readonly [string, string]>,
    options: EncodingOptions = {}
  ): Effect.Effect<ReadonlyArray<Encoding>, TruncationImpossible> {
    const padding = options.padding === null ? undefined : (options.padding ?? this.parts.padding)
    return Effect.forEach(inputs, (input) => this.#processed(input, options)).pipe(
      Effect.map((encodings) => (padding === undefined ? encodings : pad(encodings, padding)))
    )
  }

  /** An encoder with a cache of its own, for documents that are encoded in steps; special tokens in them are text. */
  encoder(): StepEncoder {
    const { addedTokens, model, normalizer, preTokenizer } = this.parts
    // tokens that users added are found in documents too
    const isWithoutOrdinary = addedTokens.every(({ special }) => special)
    const isPlain = isWithoutOrdinary && normalizer === undefined
    if (isPlain && model instanceof ByteLevelBpe && preTokenizer?.pattern === model.vocabulary.pattern)
      return model.encoder()
    const pipeline = new Pipeline(this.parts)
    const isOfBert = normalizer instanceof BertNormalizer && preTokenizer === bertPreTokenizer
    if (isWithoutOrdinary && isOfBert) return new BertEncoder(pipeline, normalizer.options)
    const isPartwise = preTokenizer?.partwise === true && (normalizer === undefined || normalizer.partwise)
    return isWithoutOrdinary && isPartwise
      ? new PartEncoder(pipeline, BlankWords.of(this.parts))
      : new PipelineEncoder(pipeline)
  }

  /** Text of ids; special tokens and unknown ids give nothing, bytes that are no UTF-8 give U+FFFD. */
  decode(ids: ArrayLike<number>, { specialTokens = false }: EncodeOptions = {}): string {
    const { decoder } = this.parts
    const tokens: Array<string> = []
    for (let i = 0; i < ids.length; i++) {
      const token = this.tokenOf(ids[i]!)
      if (token !== undefined && (specialTokens || !this.#specialText.has(ids[i]!))) tokens.push(token)
    }
    return decoder === undefined ? tokens.join(" ") : decoder.decode(tokens).join("")
  }

  /** A token as the vocabulary spells it. */
  tokenOf(id: number): string | undefined {
    return this.#addedText.get(id) ?? this.parts.model.tokenOf(id)
  }

  /** Id of a token as the vocabulary spells it, -1 if it is not there. */
  idOf(token: string): number {
    return this.#idOfAdded.get(token) ?? this.parts.model.idOf(token)
  }

  /** The bytes of text an id stands for; none for special tokens and unknown ids. */
  pieceBytes(id: number): Uint8Array {
    if (this.#specialText.has(id)) return new Uint8Array(0)
    const added = this.#addedText.get(id)
    return added === undefined ? this.parts.model.bytesOf(id) : new TextEncoder().encode(added)
  }

  #processed(
    input: string | readonly [string, string],
    { addSpecialTokens = true, specialTokens = true, truncation }: EncodingOptions
  ): Effect.Effect<Encoding, TruncationImpossible> {
    const { postProcessor, truncation: usual } = this.parts
    const texts = typeof input === "string" ? [input] : input
    const whole = texts.map((text, sequence) => this.#sequences.encode(text, { sequence, specialTokens }))
    const limit = truncation === null ? undefined : (truncation ?? usual)
    const added = addSpecialTokens ? (postProcessor?.added(texts.length > 1) ?? 0) : 0
    const kept = limit === undefined ? whole : truncate(whole, limit, added)
    if (kept instanceof TruncationImpossible) return Effect.fail(kept)
    const tokenOf = (id: number) => this.tokenOf(id)
    return Effect.succeed(mergeAll(postProcessor?.process(kept, { addSpecialTokens, tokenOf }) ?? kept))
  }

  #mentionsSpecial(text: string): boolean {
    for (const content of this.#specialText.values()) if (text.includes(content)) return true
    return false
  }
}

/** The tokenizer of a byte-level vocabulary. */
export const byteLevelBpe = (vocabulary: Vocabulary): TextTokenizer =>
  new TextTokenizer({
    addedTokens: [...vocabulary.specialTokens].map(([id, content]) => specialToken(id, content)),
    normalizer: undefined,
    preTokenizer: byteLevelOf(vocabulary.pattern),
    model: new ByteLevelBpe(vocabulary),
    postProcessor: undefined,
    decoder: byteLevelDecoder
  })
