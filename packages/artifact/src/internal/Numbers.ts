// The number columns: their typed arrays and the Arrow types that hold them.
import type { ColumnType } from "../Column.ts"

export type NumberArray = Int32Array | Uint8Array | Uint16Array | Uint32Array | Float32Array | Float64Array
export type NumberType = Extract<
  ColumnType,
  "int32" | "uint8" | "uint16" | "uint32" | "float32" | "float64" | "token_id"
>

const arrays: Readonly<Record<NumberType, (length: number) => NumberArray>> = {
  int32: (length) => new Int32Array(length),
  uint8: (length) => new Uint8Array(length),
  uint16: (length) => new Uint16Array(length),
  uint32: (length) => new Uint32Array(length),
  float32: (length) => new Float32Array(length),
  float64: (length) => new Float64Array(length),
  token_id: (length) => new Uint32Array(length)
}

export const isNumberType = (type: ColumnType): type is NumberType => type in arrays

/** Zeros, as wide as `like` where that is a narrower way to hold the same type (token ids in 16 bits). */
export const zeros = (type: NumberType, length: number, like?: NumberArray): NumberArray =>
  type === "token_id" && like instanceof Uint16Array ? new Uint16Array(length) : arrays[type](length)

const classes = {
  int32: [Int32Array],
  uint8: [Uint8Array],
  uint16: [Uint16Array],
  uint32: [Uint32Array],
  float32: [Float32Array],
  float64: [Float64Array],
  token_id: [Uint16Array, Uint32Array]
} as const

/** What the writer of such a column has to give, for messages. */
export const expected = (type: NumberType): string =>
  classes[type].map(({ name }) => (name.startsWith("I") ? `an ${name}` : `a ${name}`)).join(" or ")

/** Is it the typed array that holds this type? */
export const holds = (type: NumberType, values: unknown): values is NumberArray =>
  classes[type].some((array) => values instanceof array)

export const bytesOf = (values: NumberArray): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
