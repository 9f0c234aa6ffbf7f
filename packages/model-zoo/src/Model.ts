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
