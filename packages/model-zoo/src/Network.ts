// What programs need of a network. A family builds one of these from its config; training, scoring, generation and export
// are written against them and know no family.
// B sequences, T positions, S positions looked at, V vocabulary, C channels, H heads, D channels of a head.
import type { Parameter, Precision, Run, Tensor } from "@inkstone/graph"

/** How a text is to be read. Everything left out means: no such thing. */
export interface Reading extends Run {
  /** bool [B, T]: false where a token is padding, which no other token may look at */
  readonly mask?: Tensor
  /** int32 [B, T]: number of the document each token of a packed row belongs to; a token sees its own document alone */
  readonly documents?: Tensor
  /** int32 [B, T]: place of each token in its text; left out: its place in the row */
  readonly positions?: Tensor
  /** int32 [B, T]: domain of each token, for networks with a domain embedding; 0 is none */
  readonly domains?: Tensor
  /** int32 [B, T]: 0 for the first text of a pair, 1 for the second; for encoders that know segments */
  readonly segments?: Tensor
}

/** What one layer's attention works on. Keys and values may have fewer heads (K divides H). */
export interface Heads {
  /** [B, H, T, D] */
  readonly queries: Tensor
  /** [B, K, T, D] */
  readonly keys: Tensor
  /** [B, K, T, D] */
  readonly values: Tensor
}

export interface AttendOptions {
  /** multiplies the scores; 1 / sqrt(D) if left out */
  readonly scale?: number
  /** Added to the scores: from places of queries int32 [T] and of keys int32 [S] to float32 [H, T, S]. */
  readonly bias?: (queries: Tensor, keys: Tensor) => Tensor
  /** most places a token sees, itself counted */
  readonly window?: number
}

/**
 * Mixes positions: from one layer's heads to `[B, H, T, D]`. What lies between is the program's: the plain one looks at the
 * tokens that are read, generation puts a cache in between.
 */
export type Attend = (layer: number, heads: Heads, options?: AttendOptions) => Tensor

export interface Network {
  readonly vocabSize: number
  /** most positions of one run; Infinity where the network has no limit */
  readonly contextLength: number
  /** all of them, in the order of the family's checkpoints, named as `transformers` names them */
  readonly parameters: ReadonlyArray<Parameter>
}

/** Sizes of a cache of keys and values. */
export interface CacheShape {
  readonly layers: number
  /** of keys and values: K */
  readonly heads: number
  /** D */
  readonly headChannels: number
}

/** Reads from left to right and says what comes next. */
export interface CausalNetwork extends Network {
  readonly kind: "causal"
  readonly cache: CacheShape
  /** int32 `[B, T]` -> `[B, T, C]`; a token sees those before it and itself */
  readonly hidden: (tokens: Tensor, reading: Reading & { readonly attend?: Attend }) => Tensor
  /** `[..., C]` -> float32 `[..., V]` */
  readonly logits: (hidden: Tensor, precision: Precision) => Tensor
}

/** Reads a text as a whole. */
export interface EncoderNetwork extends Network {
  readonly kind: "encoder"
  /** C */
  readonly channels: number
  /** int32 `[B, T]` -> `[B, T, C]` */
  readonly hidden: (tokens: Tensor, reading: Reading) => Tensor
  /** Heads that its config asks for, from hidden states. */
  readonly heads: EncoderHeads
}

export interface EncoderHeads {
  /** masked language modelling: `[..., C]` -> float32 `[..., V]` */
  readonly tokens?: (hidden: Tensor, reading: Run) => Tensor
  /** whether the second text follows the first: `[B, T, C]` -> float32 `[B, 2]`, place 0 for yes */
  readonly nextSentence?: (hidden: Tensor, reading: Run) => Tensor
  /** classes of a text: `[B, T, C]` -> float32 `[B, labels]` */
  readonly labels?: (hidden: Tensor, reading: Run) => Tensor
  /** one number of a text: `[B, T, C]` -> float32 `[B]` */
  readonly value?: (hidden: Tensor, reading: Run) => Tensor
  /** classes of each token: `[B, T, C]` -> float32 `[B, T, labels]` */
  readonly tags?: (hidden: Tensor, reading: Run) => Tensor
  /** begin and end of an answer: `[B, T, C]` -> float32 `[B, T, 2]` */
  readonly span?: (hidden: Tensor, reading: Run) => Tensor
}

/** Keys and values of one layer, `[B, H, S, D]`. */
export interface KeysValues {
  readonly keys: Tensor
  readonly values: Tensor
}

/** Reads one text as a whole and writes another from left to right. */
export interface EncoderDecoderNetwork extends Network {
  readonly kind: "encoder-decoder"
  /** of the decoder, for what is written and for what was read */
  readonly cache: CacheShape
  /** what every written text starts with */
  readonly startId: number
  /** int32 `[B, S]` -> `[B, S, C]` */
  readonly encode: (tokens: Tensor, reading: Reading) => Tensor
  /** `[B, S, C]` -> what each layer of the decoder looks at; the same for every token that is written */
  readonly memory: (encoded: Tensor, precision: Precision) => ReadonlyArray<KeysValues>
  /** int32 `[B, T]`, the text written so far, -> `[B, T, C]` */
  readonly decode: (
    tokens: Tensor,
    reading: Reading & {
      readonly memory: ReadonlyArray<KeysValues>
      /** bool [B, S]: false where a token that was read is padding */
      readonly memoryMask?: Tensor
      readonly attend?: Attend
    }
  ) => Tensor
  /** `[..., C]` -> float32 `[..., V]` */
  readonly logits: (hidden: Tensor, precision: Precision) => Tensor
}

export type AnyNetwork = CausalNetwork | EncoderNetwork | EncoderDecoderNetwork
