// Numbers stored with fewer bits.
import * as NamedArray from "../NamedArray.ts"

/** Types that weights are stored as. */
export type FloatType = "float32" | "bfloat16" | "float16"

/** To the nearest number of 8 significant bits, ties to even, as hardware does. */
const bfloat16 = (values: Float32Array): Uint16Array => {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length)
  return Uint16Array.from(bits, (word, i) =>
    Number.isNaN(values[i] ?? 0) ? (word >>> 16) | 0x40 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16
  )
}

/** A float array as another float type; itself if it has that type, or is no float array. */
export const rounded = (array: NamedArray.NamedArray, dtype: FloatType): NamedArray.NamedArray => {
  const values = array.dtype === dtype ? undefined : NamedArray.float32(array)
  if (values === undefined) return array
  const { name, shape } = array
  switch (dtype) {
    case "float32":
      return NamedArray.of(name, dtype, values, shape)
    case "bfloat16":
      return { ...NamedArray.of(name, "uint16", bfloat16(values), shape), dtype }
    case "float16":
      return {
        ...NamedArray.of(name, "uint16", new Uint16Array(Float16Array.from(values).buffer), shape),
        dtype
      }
  }
}
