// A public layout of TensorFlow checkpoints: how its tensors are called and lie, and what `transformers` calls them.
import type { Dtype, NamedArray } from "../NamedArray.ts"
import { dtypeBytes, sizeOf } from "../NamedArray.ts"

export type Json = Readonly<Record<string, unknown>>

/** What becomes of a tensor. */
export interface Placed {
  readonly name: string
  /**
   * A matrix stored `[in, out]` that becomes `[out, in]`: how many leading axes are `in` (heads may be an axis of their
   * own), or -1 for all but the last.
   * Left out: the numbers stay as they are.
   */
  readonly inAxes?: number
  /** the shape without axes of 1, or with several folded into one, where no axis moves */
  readonly shape?: (stored: ReadonlyArray<number>) => ReadonlyArray<number>
}

export interface Layout {
  /** how it is told in errors */
  readonly title: string
  /** a tensor that no other layout has */
  readonly sign: string
  /** undefined for what is no part of the model */
  readonly place: (name: string) => Placed | undefined
  /** a file of settings beside the checkpoint, and whether the shapes could do without */
  readonly settings?: { readonly file: string; readonly needed: (shapes: Shapes) => boolean }
  /** `config.json` of `transformers`, from the shapes of the tensors and that file */
  readonly config: (shapes: Shapes, settings: Json) => Json & { readonly model_type: string }
}

/** Shapes by the names of `transformers`, and those as they were stored. */
export interface Shapes {
  readonly size: (name: string, axis: number) => number
  readonly stored: (name: string, axis: number) => number
  readonly has: (name: string) => boolean
  /** how many numbers a pattern's group takes: layers, blocks */
  readonly count: (pattern: RegExp) => number
}

/** Swaps the axes of a matrix `[rows, columns]`. */
const transposed = (bytes: Uint8Array, [rows, columns]: readonly [number, number], size: number) => {
  const out = new Uint8Array(bytes.length)
  if (size === 4) {
    const source = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice()
    const from = new Uint32Array(source.buffer, source.byteOffset, rows * columns)
    const to = new Uint32Array(out.buffer)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        to[column * rows + row] = from[row * columns + column] ?? 0
    return out
  }
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const at = (row * columns + column) * size
      out.set(bytes.subarray(at, at + size), (column * rows + row) * size)
    }
  return out
}

/** The shape an array gets. */
export const shapeOf = ({ inAxes, shape }: Placed, stored: ReadonlyArray<number>): ReadonlyArray<number> =>
  inAxes === undefined
    ? (shape?.(stored) ?? stored)
    : [sizeOf(stored.slice(inAxes)), sizeOf(stored.slice(0, inAxes))]

/** An array as `transformers` has it. */
export const placed = (
  place: Placed,
  stored: { readonly dtype: Dtype; readonly shape: ReadonlyArray<number>; readonly bytes: Uint8Array }
): NamedArray => {
  const { bytes, dtype } = stored
  const shape = shapeOf(place, stored.shape)
  const [out = 1, into = 1] = shape
  return {
    name: place.name,
    dtype,
    shape,
    bytes: place.inAxes === undefined ? bytes : transposed(bytes, [into, out], dtypeBytes[dtype])
  }
}
