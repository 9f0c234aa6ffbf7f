// Typed arrays that grow by doubling: the old contents in a new array of at least `length`.

export const growInt32 = (from: Int32Array, length: number): Int32Array<ArrayBuffer> => {
  const grown = new Int32Array(Math.max(length, 2 * from.length))
  grown.set(from)
  return grown
}
export const growUint32 = (from: Uint32Array, length: number): Uint32Array<ArrayBuffer> => {
  const grown = new Uint32Array(Math.max(length, 2 * from.length))
  grown.set(from)
  return grown
}
export const growFloat64 = (from: Float64Array, length: number): Float64Array<ArrayBuffer> => {
  const grown = new Float64Array(Math.max(length, 2 * from.length))
  grown.set(from)
  return grown
}
export const growBytes = (from: Uint8Array, length: number): Uint8Array<ArrayBuffer> => {
  const grown = new Uint8Array(Math.max(length, 2 * from.length))
  grown.set(from)
  return grown
}
