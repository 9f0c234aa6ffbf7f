// JavaScript values of one batch to Arrow data, checked on the way: what does not fit never reaches a file.
import {
  Binary,
  Bool,
  type Data,
  Field,
  Float32,
  Float64,
  Int32,
  List,
  makeData,
  Uint8,
  Uint16,
  Uint32,
  Utf8
} from "apache-arrow"
import { Result } from "effect"
import type { ColumnType } from "../Column.ts"
import { expected, holds, isNumberType } from "./Numbers.ts"

/** Arrow's offsets are 32 bits wide. */
const mostBytes = 2 ** 31 - 1

type Encoded = Result.Result<Data, string>

/** Fails with what is wrong with the values, such as `row 3 is not a string`. Typed arrays are not copied. */
export const encode = (type: ColumnType, values: unknown): Encoded => {
  if (isNumberType(type)) {
    const data = holds(type, values) ? encodeNumbers(values) : undefined
    return data === undefined ? Result.fail(`should be ${expected(type)}`) : Result.succeed(data)
  }
  if (!Array.isArray(values)) return Result.fail("should be an array")
  if (type === "utf8") return encodeStrings(values)
  if (type === "binary") return encodeBinaries(values)
  return type === "bool" ? encodeBools(values) : encodeLists(values)
}

const encodeNumbers = (data: unknown): Data | undefined => {
  if (data instanceof Int32Array)
    return makeData({ type: new Int32(), length: data.length, nullCount: 0, data })
  if (data instanceof Uint8Array)
    return makeData({ type: new Uint8(), length: data.length, nullCount: 0, data })
  if (data instanceof Uint16Array)
    return makeData({ type: new Uint16(), length: data.length, nullCount: 0, data })
  if (data instanceof Uint32Array)
    return makeData({ type: new Uint32(), length: data.length, nullCount: 0, data })
  if (data instanceof Float32Array)
    return makeData({ type: new Float32(), length: data.length, nullCount: 0, data })
  if (data instanceof Float64Array)
    return makeData({ type: new Float64(), length: data.length, nullCount: 0, data })
  return undefined
}

const encodeStrings = (values: ReadonlyArray<unknown>): Encoded => {
  const valueOffsets = new Int32Array(values.length + 1)
  let end = 0
  for (const [row, value] of values.entries()) {
    if (typeof value !== "string") return Result.fail(`row ${row} is not a string`)
    if (!value.isWellFormed())
      return Result.fail(`row ${row} has half a surrogate pair, which UTF-8 cannot say`)
    end += Buffer.byteLength(value)
    if (end > mostBytes) return Result.fail("has more than 2 GiB in one batch; append smaller ones")
    valueOffsets[row + 1] = end
  }
  const data = Buffer.allocUnsafeSlow(end)
  for (const [row, value] of values.entries()) {
    if (typeof value === "string") data.write(value, valueOffsets[row] ?? 0)
  }
  return Result.succeed(
    makeData({ type: new Utf8(), length: values.length, nullCount: 0, valueOffsets, data })
  )
}

const encodeBinaries = (values: ReadonlyArray<unknown>): Encoded => {
  const valueOffsets = new Int32Array(values.length + 1)
  let end = 0
  for (const [row, value] of values.entries()) {
    if (!(value instanceof Uint8Array)) return Result.fail(`row ${row} is not a Uint8Array`)
    end += value.length
    if (end > mostBytes) return Result.fail("has more than 2 GiB in one batch; append smaller ones")
    valueOffsets[row + 1] = end
  }
  const data =
    end > 0 && values.length === 1 && values[0] instanceof Uint8Array ? values[0] : new Uint8Array(end)
  if (values.length > 1) {
    for (const [row, value] of values.entries()) {
      if (value instanceof Uint8Array) data.set(value, valueOffsets[row])
    }
  }
  return Result.succeed(
    makeData({ type: new Binary(), length: values.length, nullCount: 0, valueOffsets, data })
  )
}

const encodeBools = (values: ReadonlyArray<unknown>): Encoded => {
  const data = new Uint8Array((values.length + 7) >> 3)
  for (const [row, value] of values.entries()) {
    if (typeof value !== "boolean") return Result.fail(`row ${row} is not a boolean`)
    if (value) data[row >> 3] = (data[row >> 3] ?? 0) | (1 << (row & 7))
  }
  return Result.succeed(makeData({ type: new Bool(), length: values.length, nullCount: 0, data }))
}

const encodeLists = (values: ReadonlyArray<unknown>): Encoded => {
  const valueOffsets = new Int32Array(values.length + 1)
  const items: Array<number> = []
  for (const [row, value] of values.entries()) {
    if (!Array.isArray(value)) return Result.fail(`row ${row} is not an array`)
    for (const item of value) {
      if (typeof item !== "number" || (item | 0) !== item)
        return Result.fail(`row ${row} holds something that is not a 32-bit integer`)
      items.push(item)
    }
    valueOffsets[row + 1] = items.length
  }
  const child = makeData({
    type: new Int32(),
    length: items.length,
    nullCount: 0,
    data: Int32Array.from(items)
  })
  const type = new List(new Field("item", new Int32(), false))
  return Result.succeed(makeData({ type, length: values.length, nullCount: 0, valueOffsets, child }))
}
