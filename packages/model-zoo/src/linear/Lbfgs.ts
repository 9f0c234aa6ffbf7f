// Limited-memory BFGS (Liu & Nocedal 1989; Nocedal & Wright, "Numerical Optimization", algorithms 7.4 and 7.5) with a backtracking
// line search, for smooth convex functions. In float64, and the same on every machine.

export interface Minimum {
  readonly at: Float64Array
  readonly value: number
  readonly iterations: number
  /** largest partial derivative there */
  readonly gradient: number
  /** the gradient is as small as was asked for, or no step along it makes the value smaller */
  readonly converged: boolean
}

export interface Options {
  /** ends where no partial derivative is larger */
  readonly tolerance: number
  readonly maxIterations: number
  /** told of the value after each iteration */
  readonly iterated?: (value: number) => void
}

/** Writes the gradient at a point and gives the value there. */
export type Function = (at: Float64Array, gradient: Float64Array) => number

/** pairs of steps that the curvature is estimated from */
const memory = 10
/** Armijo's condition: the least share of the promised decrease */
const sufficient = 1e-4
const halvings = 50

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

const largest = (of: Float64Array): number => of.reduce((most, each) => Math.max(most, Math.abs(each)), 0)

/** a + factor * b */
const along = (a: Float64Array, factor: number, b: Float64Array): Float64Array =>
  a.map((each, i) => each + factor * b[i]!)

interface Pair {
  /** of the point, and of the gradient */
  readonly s: Float64Array
  readonly y: Float64Array
  readonly rho: number
}

/** The two-loop recursion: minus the gradient, times the inverse Hessian as the pairs know it. */
const directionOf = (gradient: Float64Array, pairs: ReadonlyArray<Pair>): Float64Array => {
  const newest = pairs.at(-1)
  let q: Float64Array = gradient.map((each) => -each)
  if (newest === undefined) return q
  const alphas = pairs.map(() => 0)
  for (let i = pairs.length - 1; i >= 0; i--) {
    const { rho, s, y } = pairs[i]!
    alphas[i] = rho * dot(s, q)
    q = along(q, -alphas[i]!, y)
  }
  const scale = 1 / (newest.rho * dot(newest.y, newest.y))
  let r: Float64Array = q.map((each) => each * scale)
  for (const [i, { rho, s, y }] of pairs.entries()) r = along(r, alphas[i]! - rho * dot(y, r), s)
  return r
}

export const minimize = (of: Function, from: Float64Array, options: Options): Minimum => {
  let at: Float64Array = from
  let gradient: Float64Array = new Float64Array(from.length)
  let value = of(at, gradient)
  const pairs: Array<Pair> = []
  for (let iteration = 0; ; iteration++) {
    const steepest = largest(gradient)
    const now = { at, value, iterations: iteration, gradient: steepest }
    if (steepest <= options.tolerance) return { ...now, converged: true }
    if (iteration === options.maxIterations) return { ...now, converged: false }
    const direction = directionOf(gradient, pairs)
    const slope = dot(gradient, direction)
    // the first step has no curvature to go by
    let step = pairs.length === 0 ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient))) : 1
    const next = new Float64Array(from.length)
    let point = at
    let lower = Infinity
    for (let tried = 0; tried < halvings && !(lower <= value + sufficient * step * slope); tried++) {
      if (tried > 0) step /= 2
      point = along(at, step, direction)
      lower = of(point, next)
    }
    if (!(lower < value)) return { ...now, converged: true }
    const s = along(point, -1, at)
    const y = along(next, -1, gradient)
    const curvature = dot(s, y)
    if (curvature > 0) pairs.push({ s, y, rho: 1 / curvature })
    if (pairs.length > memory) pairs.shift()
    at = point
    gradient = next
    value = lower
    options.iterated?.(value)
  }
}
