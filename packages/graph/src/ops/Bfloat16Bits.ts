// bfloat16 numbers kept as their 16 bits.
//
// XLA's own conversion of bfloat16 on a CPU goes number by number where the processor has no instruction for it. As integers
// they are read in loops with vector instructions: the bits are the upper half of a float32.
import { DtypeMismatch } from "../errors.ts"
import { make, type Tensor } from "../Tensor.ts"

const bits = (value: number): number => {
  const word = new Uint32Array(Float32Array.of(value).buffer)[0] ?? 0
  // to the nearest, and to an even last bit where two are equally near
  return ((word + 0x7fff + ((word >>> 16) & 1)) >>> 0) >> 16
}
const float = (bits: number): number => new Float32Array(Int32Array.of(bits << 16).buffer)[0] ?? Number.NaN

/** The bits of the nearest bfloat16 of each float32, as int16. */
export const bfloat16Bits = (x: Tensor): Tensor => {
  if (x.dtype !== "float32") throw new DtypeMismatch("bfloat16Bits", `${x.name} is ${x.dtype}, not float32`)
  return make({
    op: "bfloat16Bits",
    inputs: [x],
    dtype: "int16",
    shape: x.shape,
    placement: "fused",
    lower: (emit, [ref = ""]) => {
      const rounded = emit.node("Cast", [ref], {
        attributes: { SrcT: { type: "float32" }, DstT: { type: "bfloat16" }, Truncate: { bool: false } }
      })
      return emit.node("Bitcast", [rounded], {
        attributes: { T: { type: "bfloat16" }, type: { type: "int16" } }
      })
    },
    evaluate: ([values]) => {
      if (values === undefined) throw new RangeError("bfloat16Bits")
      return { shape: values.shape, data: values.data.map(bits) }
    }
  })
}

/** float32 of the bits of bfloat16 numbers, exactly. */
export const fromBfloat16Bits = (x: Tensor): Tensor => {
  if (x.dtype !== "int16") throw new DtypeMismatch("fromBfloat16Bits", `${x.name} is ${x.dtype}, not int16`)
  return make({
    op: "fromBfloat16Bits",
    inputs: [x],
    dtype: "float32",
    shape: x.shape,
    placement: "fused",
    lower: (emit, [ref = ""]) => {
      const wide = emit.node("Cast", [ref], {
        attributes: { SrcT: { type: "int16" }, DstT: { type: "int32" }, Truncate: { bool: false } }
      })
      const upper = emit.node("LeftShift", [wide, emit.constant("int32", [], [16])], {
        attributes: { T: { type: "int32" } }
      })
      return emit.node("Bitcast", [upper], {
        attributes: { T: { type: "int32" }, type: { type: "float32" } }
      })
    },
    evaluate: ([values]) => {
      if (values === undefined) throw new RangeError("fromBfloat16Bits")
      return { shape: values.shape, data: values.data.map(float) }
    }
  })
}
