// Central differences in float64 over the reference evaluation: an independent opinion on gradients.
import {
  gradients,
  type Input,
  Interpreter,
  mul,
  sum,
  type Tensor,
  type Values,
  input
} from "../src/index.ts"

/** A reproducible number in (-1, 1), never near 0. */
const wave = (i: number): number => {
  const x = Math.sin(i * 12.9898 + 4.1) * 0.9
  return Math.abs(x) < 0.05 ? x + 0.1 : x
}

export const filled = (shape: ReadonlyArray<number>, element: (i: number) => number = wave): Values => {
  const count = shape.reduce((n, dim) => n * dim, 1)
  return { shape, data: Float64Array.from({ length: count }, (_, i) => element(i)) }
}

export interface Case {
  /** shapes of the float inputs */
  readonly shapes: ReadonlyArray<ReadonlyArray<number>>
  readonly build: (inputs: ReadonlyArray<Tensor>) => Tensor
  /** value of element `i`; for operations that need positive numbers or distance from a kink */
  readonly element?: (i: number) => number
}

/** The largest difference between gradients and central differences, over all elements of all inputs. */
export const worstGradientError = ({ build, element, shapes }: Case): number => {
  const inputs: ReadonlyArray<Input> = shapes.map((shape, i) => input(`x${i}`, "float32", shape))
  const y = build(inputs)
  const weights = input("weights", "float32", y.shape)
  const loss = sum(mul(y, weights))
  const numbers = y.shape.map(Number)
  const given = new Map<Tensor, Values>([
    [weights, filled(numbers, (i) => Math.cos(i * 3.7) + 0.2)],
    ...inputs.map((x, n) => [x, filled(shapes[n] ?? [], (i) => (element ?? wave)(i + n * 17))] as const)
  ])
  const found = Interpreter.evaluate(gradients(loss, inputs), given)
  const step = 1e-5
  let worst = 0
  for (const [n, x] of inputs.entries()) {
    const values = given.get(x)
    if (values === undefined) continue
    for (let i = 0; i < values.data.length; i++) {
      const moved = (by: number) => {
        const data = Float64Array.from(values.data)
        data[i] = (data[i] ?? 0) + by
        return (
          Interpreter.evaluate([loss], new Map(given).set(x, { shape: values.shape, data }))[0]?.data[0] ?? 0
        )
      }
      const expected = (moved(step) - moved(-step)) / (2 * step)
      worst = Math.max(worst, Math.abs(expected - (found[n]?.data[i] ?? Number.NaN)))
    }
  }
  return worst
}
