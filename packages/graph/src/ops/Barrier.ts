// Places where fusion ends, and where work waits.
import { make, type Tensor } from "../Tensor.ts"
import { scalar } from "../Values.ts"

/** The same value, never fused with what comes after: many users then share one small computation, not one big function. */
export const standalone = (x: Tensor): Tensor =>
  make({
    op: "standalone",
    inputs: [x],
    dtype: x.dtype,
    shape: x.shape,
    placement: "alone",
    lower: (emit, refs) => emit.node("Identity", refs, { attributes: { T: { type: x.dtype } } }),
    evaluate: ([value]) => value ?? scalar(Number.NaN),
    gradient: (g) => [g]
  })

/** The same value, not to be had before `earlier` is computed. No gradient passes. */
export const after = (x: Tensor, earlier: Tensor): Tensor =>
  make({
    op: "after",
    inputs: [x, earlier],
    dtype: x.dtype,
    shape: x.shape,
    placement: "alone",
    lower: (emit, [value = "", awaited = ""]) =>
      emit.node("Identity", [value, `^${awaited.replace(/:\d+$/, "")}`], {
        attributes: { T: { type: x.dtype } }
      }),
    evaluate: ([value]) => value ?? scalar(Number.NaN)
  })
