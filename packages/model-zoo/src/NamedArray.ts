// A model's numbers as they are stored: name, type, shape, bytes. What trainers write and families read.
import type {
  Artifact,
  ArtifactCorrupt,
  ArtifactInvalid,
  Draft,
  StorageFailed,
  Weights
} from "@inkstone/artifact"
import { Effect } from "effect"

/** Bytes of one number. */
export const dtypeBytes = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint64: 8,
  uint32: 4,
  uint16: 2,
  uint8: 1,
  bool: 1
} as const
export type Dtype = keyof typeof dtypeBytes

export interface NamedArray {
  readonly name: string
  readonly dtype: Dtype
  readonly shape: ReadonlyArray<number>
  /** little-endian, row-major */
  readonly bytes: Uint8Array
}
export type NamedArrays = ReadonlyMap<string, NamedArray>

/** Types with a typed array of their own. */
interface Views {
  readonly float64: Float64Array
  readonly float32: Float32Array
  readonly int32: Int32Array
  readonly uint32: Uint32Array
  readonly uint16: Uint16Array
  readonly uint8: Uint8Array
}
const constructors: {
  readonly [D in keyof Views]: new (buffer: ArrayBufferLike, offset: number, length: number) => Views[D]
} = {
  float64: Float64Array,
  float32: Float32Array,
  int32: Int32Array,
  uint32: Uint32Array,
  uint16: Uint16Array,
  uint8: Uint8Array
}

/** Numbers of a shape. */
export const sizeOf = (shape: ReadonlyArray<number>): number => shape.reduce((a, b) => a * b, 1)

/** Wraps a typed array; its bytes are shared, not copied. */
export const of = <D extends keyof Views>(
  name: string,
  dtype: D,
  values: Views[D],
  shape: ReadonlyArray<number> = [values.length]
): NamedArray => ({
  name,
  dtype,
  shape,
  bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
})

/** The numbers of an array of that type, or undefined if it has another; a view where the bytes are aligned. */
export const view = <D extends keyof Views>(
  array: NamedArray | undefined,
  dtype: D
): Views[D] | undefined => {
  if (array?.dtype !== dtype) return undefined
  const size = dtypeBytes[dtype]
  const bytes = array.bytes.byteOffset % size === 0 ? array.bytes : array.bytes.slice()
  return new constructors[dtype](bytes.buffer, bytes.byteOffset, bytes.byteLength / size)
}

/** The numbers of a float array as float32, or undefined if it is of another type; a copy only where it must be. */
export const float32 = (array: NamedArray): Float32Array | undefined => {
  switch (array.dtype) {
    case "float32":
      return view(array, "float32")
    case "float64":
      return Float32Array.from(view(array, "float64") ?? [])
    case "bfloat16":
      return new Float32Array(Uint32Array.from(halves(array), (bits) => bits << 16).buffer)
    case "float16":
      return Float32Array.from(halves(array), halfToNumber)
    default:
      return undefined
  }
}

/** Two-byte numbers as their bits. */
const halves = (array: NamedArray): Uint16Array => {
  const bytes = array.bytes.byteOffset % 2 === 0 ? array.bytes : array.bytes.slice()
  return new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2)
}

/** IEEE 754 half precision: sign, 5 bits exponent, 10 bits fraction. */
const halfToNumber = (bits: number): number => {
  const [sign, exponent, fraction] = [bits >> 15 === 1 ? -1 : 1, (bits >> 10) & 31, bits & 1023]
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15))
}

/** Adds arrays to a draft of weights, one batch each, so that no more than one is encoded at a time. */
export const append = (
  draft: Draft<typeof Weights>,
  arrays: Iterable<NamedArray>
): Effect.Effect<void, ArtifactInvalid | StorageFailed> =>
  Effect.forEach(
    arrays,
    ({ name, dtype, shape, bytes }) =>
      draft.append("weights", { name: [name], dtype: [dtype], shape: [shape], data: [bytes] }),
    { discard: true }
  )

const isDtype = (name: string): name is Dtype => Object.hasOwn(dtypeBytes, name)

/** All arrays of sealed weights. Those of an unknown type are left out; the family will miss them by name. */
export const read = Effect.fnUntraced(function* (
  weights: Artifact<typeof Weights>
): Effect.fn.Return<NamedArrays, ArtifactCorrupt | StorageFailed> {
  const { name, dtype, shape, data } = yield* weights.read("weights")
  const arrays = new Map<string, NamedArray>()
  for (const [row, key] of name.entries()) {
    const [type, bytes] = [dtype[row] ?? "", data[row]]
    if (isDtype(type) && bytes !== undefined)
      arrays.set(key, { name: key, dtype: type, shape: shape[row] ?? [], bytes })
  }
  return arrays
})
