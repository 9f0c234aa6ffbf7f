// Types of numbers in files: more than cross between JavaScript and a session. tensorflow/core/framework/types.proto.

/** Code of DataType, name, bytes of one number. */
const numeric = [
  [1, "float32", 4],
  [2, "float64", 8],
  [3, "int32", 4],
  [4, "uint8", 1],
  [5, "int16", 2],
  [6, "int8", 1],
  [9, "int64", 8],
  [10, "bool", 1],
  [14, "bfloat16", 2],
  [17, "uint16", 2],
  [19, "float16", 2],
  [22, "uint32", 4],
  [23, "uint64", 8]
] as const

export type StoredDtype = (typeof numeric)[number][1]
/** Numbers, text, or what has no numbers we read, such as `type 8`. */
export type AnyDtype = StoredDtype | "string" | `type ${number}`

const names = new Map<number, AnyDtype>([
  ...numeric.map(([code, name]) => [code, name] as const),
  [7, "string"]
])
const codes = new Map<AnyDtype, number>(Array.from(names, ([code, name]) => [name, code]))
const sizes = new Map<AnyDtype, number>(numeric.map(([, name, bytes]) => [name, bytes]))

export const named = (code: number): AnyDtype => names.get(code) ?? `type ${code}`
export const code = (dtype: StoredDtype | "string"): number => codes.get(dtype) ?? 0
/** Bytes of one number. */
export const bytes = (dtype: StoredDtype): number => sizes.get(dtype) ?? 0
export const isNumeric = (dtype: AnyDtype): dtype is StoredDtype => sizes.has(dtype)
