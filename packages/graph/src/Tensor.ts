// A tensor is a symbolic value: what it is computed from and how. Operations (ops/) make them; each gives its shape rule,
// its gradient, its lowering to TensorFlow and its reference evaluation in one place.
import { type Bindings, type Shape, show } from "./Dimension.ts"
import type { DType } from "./DType.ts"
import type { Emitter, Ref } from "./Emitter.ts"
import { GraphInvalid } from "./errors.ts"
import { scalar, type Values } from "./Values.ts"

/**
 * Where an operation runs best: `fused` ones join others in one compiled loop, `alone` ones have a kernel of their own
 * (matrix products), `free` ones cost nothing and are repeated wherever they are used (constants).
 */
export type Placement = "fused" | "alone" | "free"

export interface Definition {
  /** the operation, such as `matmul` */
  readonly op: string
  readonly inputs: ReadonlyArray<Tensor>
  readonly dtype: DType
  readonly shape: Shape
  readonly placement: Placement
  /** writes TensorFlow nodes and returns the one that holds the value */
  readonly lower: (emit: Emitter, inputs: ReadonlyArray<Ref>) => Ref
  readonly evaluate: (inputs: ReadonlyArray<Values>, bindings: Bindings) => Values
  /**
   * From the gradient of this tensor to those of its inputs, written with operations; undefined where there is none. A
   * tensor without this rule stops gradients. Where an input was broadcast, the rule may return the larger shape: the sum
   * over repeated axes is added.
   */
  readonly gradient?: (gradient: Tensor, self: Tensor) => ReadonlyArray<Tensor | undefined>
  /** For a sum onto zeros: the same sum onto another tensor, which saves a pass over memory. */
  readonly onto?: (base: Tensor) => Tensor
  /** Makes few numbers from many, so that it should run where its input is. */
  readonly reduces?: boolean
  /** The tensor that holds the value: this one only carries a gradient rule of its own. */
  readonly alias?: Tensor
  readonly name?: string
}

export interface Tensor extends Definition {
  /** order of making; inputs have smaller ones */
  readonly id: number
  readonly name: string
}

let made = 0

/** The id of the tensor that is made next. */
export const nextId = (): number => made

/** Makes a tensor. For new operations; models use the operations. */
export const make = (definition: Definition): Tensor => {
  const id = made++
  return { ...definition, id, name: definition.name ?? `${definition.op}#${id}` }
}

/** The same value under a name that messages show. */
export const named = (name: string, tensor: Tensor): Tensor =>
  make({
    ...tensor,
    op: "named",
    inputs: [tensor],
    alias: tensor,
    name,
    evaluate: ([value]) => value ?? scalar(Number.NaN),
    gradient: (g) => [g]
  })

/**
 * The same value with a gradient rule of its own with respect to `inputs`, which it must be computed from. What an
 * operation keeps for its backward pass is then chosen by hand.
 */
export const withGradient = (
  value: Tensor,
  inputs: ReadonlyArray<Tensor>,
  gradient: (gradient: Tensor) => ReadonlyArray<Tensor | undefined>
): Tensor =>
  make({
    ...value,
    op: "withGradient",
    inputs: [value, ...inputs],
    alias: value,
    evaluate: ([first]) => first ?? scalar(Number.NaN),
    gradient: (g) => [undefined, ...gradient(g)]
  })

/** The same value, but no gradient passes. */
export const stopGradient = (value: Tensor): Tensor => withGradient(value, [], () => [])

/** An axis counted from the front. */
export const axisOf = (op: string, x: Tensor, axis: number): number => {
  const rank = x.shape.length
  const found = axis < 0 ? axis + rank : axis
  if (found < 0 || found >= rank) throw new GraphInvalid(op, `${x.name} ${show(x.shape)} has no axis ${axis}`)
  return found
}

/** The tensor that holds the value, behind aliases. */
export const origin = (tensor: Tensor): Tensor => {
  let at = tensor
  while (at.alias !== undefined) at = at.alias
  return at
}

interface SortedOptions {
  readonly aliases: "follow" | "keep"
  /** those that are left out, with what only they are computed from */
  readonly until?: (tensor: Tensor) => boolean
  /** those whose inputs are not followed */
  readonly ends?: ReadonlySet<Tensor>
}

/** All tensors the given ones are computed from and themselves, inputs first. Follows aliases if asked to. */
export const sorted = (roots: ReadonlyArray<Tensor>, options: SortedOptions): ReadonlyArray<Tensor> => {
  const { ends, until = () => false } = options
  const seen = new Set<Tensor>()
  const stack = roots.map((root) => (options.aliases === "follow" ? origin(root) : root))
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (seen.has(next) || until(next)) continue
    seen.add(next)
    if (ends?.has(next) === true) continue
    for (const input of next.inputs) stack.push(options.aliases === "follow" ? origin(input) : input)
  }
  return [...seen].toSorted((a, b) => a.id - b.id)
}
