// A named way into a program: which nodes take which inputs and where the outputs are.
import { RunFailed } from "./errors.ts"
import { elements, type Dtype, type Feed, type Values } from "./Tensor.ts"

export interface Endpoint {
  /** such as `tokens:0` */
  readonly node: string
  readonly dtype: Dtype
  /** a string is a symbolic dimension: the same everywhere within one call */
  readonly shape: ReadonlyArray<number | string>
}

export interface Entry {
  readonly inputs: Readonly<Record<string, Endpoint>>
  readonly outputs: Readonly<Record<string, Endpoint>>
}

/** Values for one input; the shape may be left out where at most one dimension is unknown. */
export interface Given {
  readonly shape?: ReadonlyArray<number>
  readonly values: Values
}

const dtypeOf = (values: Values): Dtype =>
  values instanceof Float32Array ? "float32" : values instanceof Int32Array ? "int32" : "bool"

/**
 * Feeds for one call of an entry. Dimensions such as `B` and `T` must agree across inputs.
 *
 * @throws RunFailed with reason `feed-mismatch`, naming the input, what it expects and what it was given
 */
export const feeds = (entry: Entry, given: Readonly<Record<string, Given>>): ReadonlyArray<Feed> => {
  const names = Object.keys(entry.inputs)
  const mismatch = (problem: string) =>
    new RunFailed({
      reason: "feed-mismatch",
      feeds: names,
      fetches: Object.keys(entry.outputs),
      problem
    })
  const bound = new Map<string, { readonly size: number; readonly by: string }>()
  const bind = (name: string, endpoint: Endpoint, shape: ReadonlyArray<number>) => {
    const expected = `[${endpoint.shape.join(", ")}]`
    if (shape.length !== endpoint.shape.length)
      throw mismatch(`input "${name}" expects shape ${expected}, got [${shape.join(", ")}]`)
    for (const [axis, dim] of endpoint.shape.entries()) {
      const size = shape[axis] ?? 0
      const known = typeof dim === "number" ? { size: dim, by: "the program" } : bound.get(dim)
      if (known === undefined) bound.set(String(dim), { size, by: `input "${name}"` })
      else if (known.size !== size)
        throw mismatch(
          `input "${name}" expects shape ${expected}, got [${shape.join(", ")}]; ${known.by} has ${dim} = ${known.size}`
        )
    }
  }
  for (const name of Object.keys(given))
    if (entry.inputs[name] === undefined)
      throw mismatch(`there is no input "${name}"; inputs are ${names.join(", ")}`)

  const inputs = names.map((name) => {
    const endpoint = entry.inputs[name]
    const input = given[name]
    if (endpoint === undefined || input === undefined) throw mismatch(`input "${name}" is not given`)
    const dtype = dtypeOf(input.values)
    if (dtype !== endpoint.dtype)
      throw mismatch(`input "${name}" expects ${endpoint.dtype}, got ${input.values.constructor.name}`)
    if (input.shape !== undefined) bind(name, endpoint, input.shape)
    return { name, endpoint, input }
  })

  return inputs.map(({ name, endpoint, input }) => {
    const shape = input.shape ?? infer(endpoint, input.values.length, (dim) => bound.get(dim)?.size)
    if (shape === undefined)
      throw mismatch(
        `input "${name}" has ${input.values.length} values, which does not settle [${endpoint.shape.join(", ")}]; give its shape`
      )
    if (input.shape === undefined) bind(name, endpoint, shape)
    if (elements(shape) !== input.values.length)
      throw mismatch(
        `input "${name}" of shape [${shape.join(", ")}] expects ${elements(shape)} values, got ${input.values.length}`
      )
    return { node: endpoint.node, dtype: endpoint.dtype, shape, values: input.values }
  })
}

/** The shape with its only unknown dimension solved from the number of values; undefined if that is not possible. */
const infer = (
  endpoint: Endpoint,
  count: number,
  sizeOf: (dim: string) => number | undefined
): ReadonlyArray<number> | undefined => {
  const sizes = endpoint.shape.map((dim) => (typeof dim === "number" ? dim : sizeOf(dim)))
  const unknown = new Set(endpoint.shape.filter((_, axis) => sizes[axis] === undefined))
  const known = elements(sizes.map((size) => size ?? 1))
  const open = sizes.filter((size) => size === undefined).length
  if (unknown.size === 0) return sizes.map((size) => size ?? 1)
  if (open > 1 || known === 0 || count % known !== 0) return undefined
  return sizes.map((size) => size ?? count / known)
}
