// A number that NumPy pickled: its type and its bytes.
import { isNumpyType, isTuple, type NumpyType, type Value } from "./Value.ts"

type Read = (view: DataView, little: boolean) => number | bigint | boolean

/** By code of the type: kind and bytes. */
const reads: Readonly<Record<string, Read>> = {
  f8: (view, little) => view.getFloat64(0, little),
  f4: (view, little) => view.getFloat32(0, little),
  i8: (view, little) => view.getBigInt64(0, little),
  i4: (view, little) => view.getInt32(0, little),
  i2: (view, little) => view.getInt16(0, little),
  i1: (view) => view.getInt8(0),
  u8: (view, little) => view.getBigUint64(0, little),
  u4: (view, little) => view.getUint32(0, little),
  u2: (view, little) => view.getUint16(0, little),
  u1: (view) => view.getUint8(0),
  b1: (view) => view.getUint8(0) !== 0
}

/** A whole number as plain as it can be said. */
export const whole = (value: bigint): number | bigint =>
  value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value

/** The number, or undefined if type and bytes do not belong together. */
export const numpyScalar = ({ code, order }: NumpyType, bytes: Value | undefined): Value | undefined => {
  const read = Object.hasOwn(reads, code) ? reads[code] : undefined
  const given = typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes // Python 2 has text for bytes
  if (read === undefined || !(given instanceof Uint8Array) || given.length !== Number(code.slice(1)))
    return undefined
  const value = read(new DataView(given.buffer, given.byteOffset, given.byteLength), order !== ">")
  return typeof value === "bigint" ? whole(value) : value
}

/** The type after `__setstate__((3, "<", ...))`: only the order of its bytes is taken. */
export const withOrder = (type: Value, state: Value): NumpyType | undefined => {
  const order = isTuple(state) ? state.items[1] : undefined
  return isNumpyType(type) && (order === "<" || order === ">" || order === "|" || order === "=")
    ? { ...type, order }
    : undefined
}
