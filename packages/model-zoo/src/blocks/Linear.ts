// Products with weights.
import {
  add,
  cast,
  Dimension,
  Initializer,
  matmul,
  operandsOf,
  type Parameter,
  parameter,
  type Precision,
  reshape,
  type Tensor
} from "@inkstone/graph"

/** How a checkpoint stores a weight: PyTorch's `Linear` as [out, in], OpenAI's `Conv1D` as [in, out]. */
export type Stored = "out-in" | "in-out"

export interface Linear {
  readonly weight: Parameter
  readonly bias?: Parameter
  readonly stored: Stored
}

export interface LinearShape {
  readonly in: number
  readonly out: number
  readonly stored?: Stored
  /** deviation of the first weights; 0.02 if left out, as GPT-2 and BERT have it */
  readonly deviation?: number
  readonly bias?: boolean
}

export const deviation = 0.02

/** Parameters `<name>.weight` and, unless told otherwise, `<name>.bias`. */
export const linear = (name: string, shape: LinearShape): Linear => {
  const { bias = true, stored = "out-in" } = shape
  const size = stored === "out-in" ? [shape.out, shape.in] : [shape.in, shape.out]
  return {
    weight: parameter(`${name}.weight`, size, Initializer.normal(shape.deviation ?? deviation)),
    ...(bias ? { bias: parameter(`${name}.bias`, [shape.out], Initializer.zeros) } : {}),
    stored
  }
}

/** `x [..., in]` times a matrix, float32 `[..., out]`; the operands are rounded to the precision. */
export const product = (
  x: Tensor,
  weight: Tensor,
  { precision, stored }: { readonly precision: Precision; readonly stored: Stored }
): Tensor => {
  const dtype = operandsOf(precision)
  const lead = x.shape.slice(0, -1)
  const rows = reshape(x, [Dimension.size(lead), x.shape.at(-1) ?? 1]) // [N, in]
  const transposeB = stored === "out-in"
  const out = matmul(cast(rows, dtype), cast(weight, dtype), { transposeB }) // [N, out]
  return reshape(cast(out, "float32"), [...lead, out.shape[1] ?? 1])
}

/** `x [..., in]` -> `[..., out]`. */
export const apply = (x: Tensor, { bias, stored, weight }: Linear, precision: Precision): Tensor => {
  const y = product(x, weight, { precision, stored })
  return bias === undefined ? y : add(y, bias)
}

export const parametersOf = ({ bias, weight }: Linear): ReadonlyArray<Parameter> =>
  bias === undefined ? [weight] : [weight, bias]
