// What programs need of a family of models that write from left to right.
import type { Parameter } from "./Parameter.ts"
import type { Tensor } from "./Tensor.ts"

/** Dtype of the operands of matrix products. All else is float32 in either case. */
export type Precision = "float32" | "bfloat16"

export interface ForwardOptions {
  readonly precision: Precision
  /** bool [B, T]: false where a token is padding that no other may look at */
  readonly keyMask?: Tensor
}

/** Keys and values of one layer, float32 `[B, H, S, D]`. */
export interface LayerCache {
  readonly keys: Tensor
  readonly values: Tensor
}

export interface CacheShape {
  readonly layers: number
  readonly heads: number
  /** D */
  readonly headChannels: number
}

export interface CausalModel {
  readonly vocabSize: number
  /** most positions of one run */
  readonly contextLength: number
  /** all of them, in the order of the family's checkpoints */
  readonly parameters: ReadonlyArray<Parameter>
  /** int32 `[B, T]` -> float32 logits `[B, T, V]` */
  readonly forward: (tokens: Tensor, options: ForwardOptions) => Tensor
  readonly cache: CacheShape
  /** int32 `[B, T]` -> logits after the last token `[B, V]`, and keys and values `[B, H, T, D]` */
  readonly prefill: (
    tokens: Tensor,
    options: ForwardOptions
  ) => { readonly logits: Tensor; readonly cache: ReadonlyArray<LayerCache> }
  /**
   * One more token a row: int32 `[B]` at `position`, an int32 scalar. `cache` holds what came before, `[B, H, S, D]`, and
   * comes back with the token's own keys and values in place.
   */
  readonly decode: (
    tokens: Tensor,
    options: ForwardOptions & { readonly position: Tensor; readonly cache: ReadonlyArray<LayerCache> }
  ) => { readonly logits: Tensor; readonly cache: ReadonlyArray<LayerCache> }
}

/** Trainable numbers. */
export const parameterCount = ({ parameters }: Pick<CausalModel, "parameters">): number =>
  parameters.reduce((sum, { shape }) => sum + shape.reduce((n, dim) => n * dim, 1), 0)
