// What a pickle of data is made of once it is read. Nothing here can run.
import type { Dtype } from "../NamedArray.ts"

export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Sequence
  | Dict
  | Known
  | Storage
  | Tensor
  | NumpyType

export interface Sequence {
  readonly kind: "list" | "tuple" | "set"
  readonly items: Array<Value>
}
/** A dictionary, or the attributes of an `argparse.Namespace`. */
export interface Dict {
  readonly kind: "dict" | "namespace"
  readonly entries: Array<readonly [Value, Value]>
}
/** A name of Python that the allow-list knows, such as `torch.float32`. */
export interface Known {
  readonly kind: "known"
  readonly name: string
}
/** Numbers in a row somewhere in the file; a view begins at `first` and has `length` of the `numel` numbers. */
export interface Storage {
  readonly kind: "storage"
  readonly key: string
  readonly dtype: Dtype
  readonly numel: number
  readonly first: number
  readonly length: number
}
/** Offset and strides count numbers, not bytes. */
export interface Tensor {
  readonly kind: "tensor"
  readonly storage: Storage
  readonly dtype: Dtype
  readonly offset: number
  readonly shape: ReadonlyArray<number>
  readonly strides: ReadonlyArray<number>
}
/** A type of NumPy's scalars, such as `f8`. */
export interface NumpyType {
  readonly kind: "numpy type"
  readonly code: string
  readonly order: string
}

/** Names for messages. */
export const describe = (value: Value | undefined): string =>
  value === undefined || value === null
    ? "nothing"
    : value instanceof Uint8Array
      ? "bytes"
      : typeof value !== "object"
        ? `a ${typeof value}`
        : value.kind === "known"
          ? value.name
          : `a ${value.kind}`

const isKind =
  <K extends Exclude<Value, null | boolean | number | bigint | string | Uint8Array>["kind"]>(
    ...kinds: ReadonlyArray<K>
  ) =>
  (value: Value | undefined): value is Extract<Value, { readonly kind: K }> =>
    typeof value === "object" &&
    value !== null &&
    !(value instanceof Uint8Array) &&
    kinds.some((kind) => kind === value.kind)

export const isSequence = isKind("list", "tuple", "set")
export const isDict = isKind("dict", "namespace")
export const isKnown = isKind("known")
export const isStorage = isKind("storage")
export const isTensor = isKind("tensor")
export const isNumpyType = isKind("numpy type")

export const isTuple = (value: Value | undefined): value is Sequence & { readonly kind: "tuple" } =>
  isSequence(value) && value.kind === "tuple"
export const isNatural = (value: Value | undefined): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0
export const areNatural = (values: ReadonlyArray<Value>): values is ReadonlyArray<number> =>
  values.every(isNatural)
