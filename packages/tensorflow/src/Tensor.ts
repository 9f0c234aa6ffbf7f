// What crosses between JavaScript and TensorFlow: flat typed arrays with a shape.

/** The dtypes that cross; inside a graph there may be any other, cast before it is fetched. */
export type Dtype = "float32" | "int32" | "bool"

export type Values = Float32Array | Int32Array | Uint8Array

/** A fetched tensor, row-major; `bool` as one byte an element, 0 or 1. */
export type Tensor =
  | { readonly dtype: "float32"; readonly shape: ReadonlyArray<number>; readonly values: Float32Array }
  | { readonly dtype: "int32"; readonly shape: ReadonlyArray<number>; readonly values: Int32Array }
  | { readonly dtype: "bool"; readonly shape: ReadonlyArray<number>; readonly values: Uint8Array }

/** What `node` (such as `tokens:0`) is given for one run; the values are copied. */
export interface Feed {
  readonly node: string
  readonly dtype: Dtype
  readonly shape: ReadonlyArray<number>
  readonly values: Values
}

export const elements = (shape: ReadonlyArray<number>): number => shape.reduce((n, dim) => n * dim, 1)
