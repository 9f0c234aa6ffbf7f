// One record batch's column without its Arrow clothes: dictionaries looked up, wide offsets narrowed, views gathered. The
// digest and the reader both start from here, so that a file means the same however it was encoded.
import { Data, DataType, Vector } from "apache-arrow"
import { Result } from "effect"
import type { ColumnType } from "../Column.ts"
import { holds, isNumberType, type NumberArray, type NumberType, zeros } from "./Numbers.ts"

/** Value `i` lies at `offsets[i] .. offsets[i + 1]`; `offsets[0]` need not be 0. */
export type Offsets = Int32Array | Float64Array

export type PlainColumn =
  | { readonly shape: "numbers"; readonly values: NumberArray }
  /** one byte a value, 0 or 1 */
  | { readonly shape: "bools"; readonly values: Uint8Array }
  | { readonly shape: "bytes"; readonly offsets: Offsets; readonly bytes: Uint8Array }
  | { readonly shape: "lists"; readonly offsets: Offsets; readonly items: Int32Array }

/** How Arrow prints the types that may hold a column, plain or as the values of a dictionary. */
const names: Readonly<Record<ColumnType, ReadonlyArray<string>>> = {
  utf8: ["Utf8", "LargeUtf8", "Utf8View"],
  binary: ["Binary", "LargeBinary", "BinaryView"],
  bool: ["Bool"],
  int32: ["Int32"],
  uint8: ["Uint8"],
  uint16: ["Uint16"],
  uint32: ["Uint32"],
  float32: ["Float32"],
  float64: ["Float64"],
  token_id: ["Uint16", "Uint32"],
  "list<int32>": ["List<Int32>", "LargeList<Int32>"]
}

/** May an Arrow column of this type stand for a column of ours? */
export const fits = (type: ColumnType, arrow: DataType): boolean =>
  names[type].includes(String(DataType.isDictionary(arrow) ? arrow.dictionary : arrow))

/** The column type that an Arrow type stands for, for artifacts of older versions whose columns nobody declares any more. */
export const typeOf = (arrow: DataType): ColumnType | undefined => {
  const found = Object.entries(names).find(([, arrows]) =>
    arrows.includes(String(DataType.isDictionary(arrow) ? arrow.dictionary : arrow))
  )
  return isColumnType(found?.[0]) ? found[0] : undefined
}
const isColumnType = (name: string | undefined): name is ColumnType => name !== undefined && name in names

/** Fails with what is wrong: a null, or offsets that lead nowhere. */
export const plain = (type: ColumnType, data: Data): Result.Result<PlainColumn, string> => {
  if (data.nullCount > 0) return Result.fail(`has ${data.nullCount} nulls, but columns have none`)
  if (type === "bool") return Result.succeed({ shape: "bools", values: bools(data) })
  if (isNumberType(type)) return numbers(type, data)
  if (type === "list<int32>") return lists(data)
  return spans(data)
}

const bools = (data: Data): Uint8Array => {
  const bits: Uint8Array = data.values
  const values = new Uint8Array(data.length)
  for (let i = 0; i < data.length; i++) {
    const at = data.offset + i
    values[i] = ((bits[at >> 3] ?? 0) >> (at & 7)) & 1
  }
  return values
}

const numbers = (type: NumberType, data: Data): Result.Result<PlainColumn, string> => {
  if (!DataType.isDictionary(data.type)) {
    const values: unknown = data.values
    if (!holds(type, values)) return Result.fail("is not stored as its type says")
    return Result.succeed({ shape: "numbers", values: values.subarray(0, data.length) })
  }
  const known: unknown = data.dictionary?.toArray()
  if (data.dictionary === undefined || data.dictionary.nullCount > 0 || !holds(type, known)) {
    return Result.fail("has a dictionary with nulls, or none")
  }
  const values = zeros(type, data.length, known)
  for (let i = 0; i < data.length; i++) values[i] = known[Number(data.values[i])] ?? 0
  return Result.succeed({ shape: "numbers", values })
}

const lists = (data: Data): Result.Result<PlainColumn, string> => {
  const child = data.children[0]
  const items: unknown = child?.values
  if (child === undefined || child.nullCount > 0 || !(items instanceof Int32Array)) {
    return Result.fail("has lists with nulls in them")
  }
  const offsets = offsetsOf(data)
  const problem = astray(offsets, child.length)
  return problem === ""
    ? Result.succeed({ shape: "lists", offsets, items: items.subarray(0, child.length) })
    : Result.fail(problem)
}

const spans = (data: Data): Result.Result<PlainColumn, string> => {
  if (DataType.isDictionary(data.type)) return lookedUp(data)
  if (DataType.isUtf8View(data.type) || DataType.isBinaryView(data.type))
    return Result.succeed(gathered(data))
  const bytes: Uint8Array = data.values ?? new Uint8Array(0)
  const offsets = offsetsOf(data)
  const problem = astray(offsets, bytes.length)
  return problem === "" ? Result.succeed({ shape: "bytes", offsets, bytes }) : Result.fail(problem)
}

const gathered = (data: Data): PlainColumn => {
  const parts = Array.from(new Vector([data]), (value: string | Uint8Array) =>
    typeof value === "string" ? Buffer.from(value) : value
  )
  const offsets = new Float64Array(parts.length + 1)
  for (const [i, part] of parts.entries()) offsets[i + 1] = (offsets[i] ?? 0) + part.length
  return { shape: "bytes", offsets, bytes: Buffer.concat(parts) }
}

const lookedUp = (data: Data): Result.Result<PlainColumn, string> => {
  const known: Array<Uint8Array> = []
  for (const chunk of data.dictionary?.data ?? []) {
    const one = chunk.nullCount > 0 ? Result.fail("has a null in its dictionary") : spans(chunk)
    if (Result.isFailure(one)) return Result.fail(one.failure)
    if (one.success.shape !== "bytes") return Result.fail("has a dictionary of another type")
    const { bytes, offsets } = one.success
    for (let i = 0; i < chunk.length; i++) known.push(bytes.subarray(offsets[i], offsets[i + 1]))
  }
  const offsets = new Float64Array(data.length + 1)
  for (let i = 0; i < data.length; i++) {
    const word = known[Number(data.values[i])]
    if (word === undefined) return Result.fail(`points outside its dictionary in row ${i}`)
    offsets[i + 1] = (offsets[i] ?? 0) + word.length
  }
  const bytes = new Uint8Array(offsets[data.length] ?? 0)
  for (let i = 0; i < data.length; i++) bytes.set(known[Number(data.values[i])] ?? [], offsets[i])
  return Result.succeed({ shape: "bytes", offsets, bytes })
}

/** Arrow lets an empty column leave its single offset out. */
export const offsetsOf = (data: Data): Offsets => {
  if (data.length === 0) return new Int32Array(1)
  const offsets: Int32Array | BigInt64Array = data.valueOffsets
  const own = offsets.subarray(0, data.length + 1)
  return own instanceof BigInt64Array ? Float64Array.from(own, Number) : own
}

/** What is wrong with offsets into `end` values, or nothing. */
export const astray = (offsets: Offsets, end: number): string => {
  let before = 0
  for (const offset of offsets) {
    if (offset < before || offset > end) return "has offsets that lead outside its values"
    before = offset
  }
  return ""
}
