// A place where fusion ends.
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
