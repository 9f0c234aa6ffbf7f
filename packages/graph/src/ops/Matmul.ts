// Matrix products: where nearly all the time of a model goes. They stay outside of fused loops, with the library's kernel.
import * as Dimension from "../Dimension.ts"
import { DtypeMismatch, ShapeMismatch } from "../errors.ts"
import { make, type Tensor } from "../Tensor.ts"
import { at, generate } from "../Values.ts"

export interface MatmulOptions {
  /** takes the last two axes of `a` the other way round */
  readonly transposeA?: boolean
  readonly transposeB?: boolean
}

/** `[..., M, K] x [..., K, N] -> [..., M, N]`; leading axes must be equal, except that one side may have none. */
export const matmul = (a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor => {
  const { transposeA = false, transposeB = false } = options
  const mismatch = (rule: string) =>
    new ShapeMismatch(
      "matmul",
      [
        { name: a.name, shape: `${Dimension.show(a.shape)}${transposeA ? " transposed" : ""}` },
        { name: b.name, shape: `${Dimension.show(b.shape)}${transposeB ? " transposed" : ""}` }
      ],
      rule
    )
  if (a.dtype !== b.dtype)
    throw new DtypeMismatch("matmul", `${a.name} is ${a.dtype}, ${b.name} is ${b.dtype}: cast one`)
  if (a.shape.length < 2 || b.shape.length < 2) throw mismatch("both need two axes or more")
  const [M = 1, K = 1] = transposeA ? a.shape.slice(-2).toReversed() : a.shape.slice(-2)
  const [K2 = 1, N = 1] = transposeB ? b.shape.slice(-2).toReversed() : b.shape.slice(-2)
  if (K !== K2) throw mismatch(`inner sizes ${K} and ${K2} must be equal`)
  const leadA = a.shape.slice(0, -2)
  const leadB = b.shape.slice(0, -2)
  if (leadA.length > 0 && leadB.length > 0 && !Dimension.same(leadA, leadB))
    throw mismatch(`leading sizes ${Dimension.show(leadA)} and ${Dimension.show(leadB)} must be equal`)
  const lead = leadA.length > 0 ? leadA : leadB
  const batched = lead.length > 0
  return make({
    op: "matmul",
    inputs: [a, b],
    dtype: a.dtype,
    shape: [...lead, M, N],
    placement: "alone",
    lower: (emit, refs) =>
      batched
        ? emit.node("BatchMatMulV2", refs, {
            attributes: {
              T: { type: a.dtype },
              adj_x: { bool: transposeA },
              adj_y: { bool: transposeB }
            }
          })
        : emit.node("MatMul", refs, {
            attributes: {
              T: { type: a.dtype },
              transpose_a: { bool: transposeA },
              transpose_b: { bool: transposeB }
            }
          }),
    evaluate: ([x, y], bindings) => {
      if (x === undefined || y === undefined) throw new RangeError("matmul")
      const inner = Dimension.evaluate(K, bindings)
      return generate(
        [...lead, M, N].map((dim) => Dimension.evaluate(dim, bindings)),
        (where) => {
          const outer = where.slice(0, -2)
          const [m = 0, n = 0] = where.slice(-2)
          let sum = 0
          for (let k = 0; k < inner; k++)
            sum +=
              at(x, [...outer, ...(transposeA ? [k, m] : [m, k])]) *
              at(y, [...outer, ...(transposeB ? [n, k] : [k, n])])
          return sum
        }
      )
    },
    gradient: (g) => [
      transposeA
        ? matmul(b, g, { transposeA: transposeB, transposeB: true })
        : matmul(g, b, { transposeB: !transposeB }),
      transposeB
        ? matmul(g, a, { transposeA: true, transposeB: transposeA })
        : matmul(a, g, { transposeA: !transposeA })
    ]
  })
}
