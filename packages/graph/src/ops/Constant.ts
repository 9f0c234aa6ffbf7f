// Values that need no input: numbers, sizes, counting.
import * as Dimension from "../Dimension.ts"
import type { Dim, Shape } from "../Dimension.ts"
import type { DType } from "../DType.ts"
import { make, type Tensor } from "../Tensor.ts"
import { generate, scalar } from "../Values.ts"

/** A scalar. */
export const constant = (value: number, dtype: DType = "float32"): Tensor =>
  make({
    op: "constant",
    inputs: [],
    dtype,
    shape: [],
    placement: "free",
    lower: (emit) => emit.constant(dtype, [], [value]),
    evaluate: () => scalar(value)
  })

/** A tensor of one value everywhere. */
export const full = (shape: Shape, value: number, dtype: DType = "float32"): Tensor =>
  make({
    op: "full",
    inputs: [],
    dtype,
    shape,
    placement: "free",
    lower: (emit) =>
      emit.node("Fill", [emit.shape(shape), emit.constant(dtype, [], [value])], {
        attributes: { T: { type: dtype }, index_type: { type: "int32" } }
      }),
    evaluate: (_, bindings) =>
      generate(
        shape.map((dim) => Dimension.evaluate(dim, bindings)),
        () => value
      )
  })

/** A size as a number: `sizeOf("B*T")` is how many positions a run has. */
export const sizeOf = (dim: Dim, dtype: "int32" | "float32" = "float32"): Tensor =>
  make({
    op: "sizeOf",
    inputs: [],
    dtype,
    shape: [],
    placement: "free",
    lower: (emit) => {
      if (typeof dim === "number") return emit.constant(dtype, [], [dim])
      const size = emit.dim(dim)
      return dtype === "int32"
        ? size
        : emit.node("Cast", [size], {
            attributes: { SrcT: { type: "int32" }, DstT: { type: dtype }, Truncate: { bool: false } }
          })
    },
    evaluate: (_, bindings) => scalar(Dimension.evaluate(dim, bindings))
  })

/** 0, 1, 2, ... up to a size, as int32 `[size]`. */
export const range = (size: Dim): Tensor =>
  make({
    op: "range",
    inputs: [],
    dtype: "int32",
    shape: [size],
    placement: "free",
    lower: (emit) =>
      emit.node("Range", [emit.constant("int32", [], [0]), emit.dim(size), emit.constant("int32", [], [1])], {
        attributes: { Tidx: { type: "int32" } }
      }),
    evaluate: (_, bindings) => generate([Dimension.evaluate(size, bindings)], ([i]) => i ?? 0)
  })

/** A short list of numbers, `[n]`. */
export const vector = (values: ReadonlyArray<number>, dtype: DType = "float32"): Tensor =>
  make({
    op: "vector",
    inputs: [],
    dtype,
    shape: [values.length],
    placement: "free",
    lower: (emit) => emit.constant(dtype, [values.length], values),
    evaluate: () => ({ shape: [values.length], data: Float64Array.from(values) })
  })
