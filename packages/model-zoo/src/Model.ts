// A model with its numbers, and what can be wrong on the way there.
import { type Effect, Schema, type Scope } from "effect"
import type { NamedArrays } from "./NamedArray.ts"

/** The weights do not make a model: another family, a missing array, a wrong shape. */
export class ModelUnusable extends Schema.TaggedError<ModelUnusable>()("ModelUnusable", {
  family: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return `${this.family}: ${this.problem}`
  }
}

/** A call into the native library failed. */
export class ModelFailed extends Schema.TaggedError<ModelFailed>()("ModelFailed", {
  family: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return `${this.family}: ${this.problem}`
  }
}

/** What a family gets to open: sealed weights, or a checkpoint read from elsewhere. */
export interface Opening {
  readonly architecture: unknown
  readonly vocabSize: number
  readonly contextLength: number
  readonly parameters: number
  readonly endOfTextId: number
  readonly arrays: NamedArrays
}

/** Rows that grow token by token; what was read stays in a cache. Used by `Generate` and `Beam`. */
export interface Decoder {
  /**
   * Forgets what was before and reads a prompt a row, each of 1 to contextLength tokens; gives the logits after the last token
   * of each, [B, V].
   */
  readonly prefill: (
    prompts: ReadonlyArray<ReadonlyArray<number>>
  ) => Effect.Effect<Float32Array, ModelFailed>
  /** Reads one more token a row, [B]; gives the logits after it, [B, V]. Of a row beyond contextLength they mean nothing. */
  readonly decode: (tokens: Int32Array) => Effect.Effect<Float32Array, ModelFailed>
  /** Row `b` goes on from what row `rows[b]` has read. */
  readonly reorder: (rows: Int32Array) => Effect.Effect<void, ModelFailed>
}

export interface LanguageModel {
  readonly family: string
  readonly vocabSize: number
  /** most positions of one call; Infinity where the model has no limit */
  readonly contextLength: number
  /** trainable numbers; for a count model, stored n-grams */
  readonly parameters: number
  readonly endOfTextId: number
  /**
   * Negative log-likelihood in nats of each next token: `tokens` [B, T + 1] row by row gives [B, T], where place `t`
   * says how little token `t + 1` was expected after tokens `0..t` of its row.
   */
  readonly nats: (
    tokens: Int32Array,
    shape: { readonly B: number; readonly T: number }
  ) => Effect.Effect<Float32Array, ModelFailed>
  /** Room for `B` rows to generate in. */
  readonly decoder: (B: number) => Effect.Effect<Decoder, ModelFailed, Scope.Scope>
}

/** Rows of texts: `B` of them, `T` tokens each. */
export interface ClassifierTexts {
  readonly B: number
  readonly T: number
  /** [B, T] */
  readonly tokens: Int32Array
  /** [B, T]: 0 where a token is padding; left out where none is */
  readonly mask?: Uint8Array
  /** [B, T]: 0 for the first text of a pair, 1 for the second; left out for single texts */
  readonly segments?: Int32Array
}

/** Which head of `EncoderHeads` says it: classes of a text, a number, classes of each token, or begin and end of an answer. */
export type ClassifierHead = "labels" | "value" | "tags" | "span"

/** Says something of whole texts or of their tokens, and writes none. */
export interface Classifier {
  readonly family: string
  readonly vocabSize: number
  /** most tokens of one text; Infinity where the model has no limit */
  readonly contextLength: number
  /** trainable numbers */
  readonly parameters: number
  readonly head: ClassifierHead
  /** Row by row: logits [B, labels], numbers [B], logits [B, T, labels], or logits of begin and end [B, T, 2]. */
  readonly answer: (texts: ClassifierTexts) => Effect.Effect<Float32Array, ModelFailed>
}
