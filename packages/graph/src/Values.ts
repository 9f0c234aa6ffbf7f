// Arrays of numbers for the reference evaluation (Interpreter.ts): row-major float64, whatever the tensor's dtype.
export interface Values {
  readonly shape: ReadonlyArray<number>
  readonly data: Float64Array
}

export const count = (shape: ReadonlyArray<number>): number => shape.reduce((n, dim) => n * dim, 1)

export const zeros = (shape: ReadonlyArray<number>): Values => ({
  shape,
  data: new Float64Array(count(shape))
})

/** Steps in the flat array for one step along each axis. */
export const strides = (shape: ReadonlyArray<number>): ReadonlyArray<number> =>
  shape.map((_, axis) => count(shape.slice(axis + 1)))

/** Place along each axis of the element at a flat index. */
export const place = (index: number, shape: ReadonlyArray<number>): ReadonlyArray<number> => {
  const steps = strides(shape)
  return shape.map((dim, axis) => Math.floor(index / (steps[axis] ?? 1)) % dim)
}

/** Every element from its place; the reference is plain rather than fast. */
export const generate = (
  shape: ReadonlyArray<number>,
  element: (place: ReadonlyArray<number>) => number
): Values => {
  const out = zeros(shape)
  for (let i = 0; i < out.data.length; i++) out.data[i] = element(place(i, shape))
  return out
}

/** The element at a place; axes of size 1 repeat, and missing leading axes too (broadcasting). */
export const at = (values: Values, where: ReadonlyArray<number>): number => {
  const lead = where.length - values.shape.length
  const steps = strides(values.shape)
  const index = values.shape.reduce(
    (sum, dim, axis) => sum + (dim === 1 ? 0 : (where[axis + lead] ?? 0)) * (steps[axis] ?? 1),
    0
  )
  return values.data[index] ?? Number.NaN
}

export const scalar = (value: number): Values => ({ shape: [], data: Float64Array.of(value) })
