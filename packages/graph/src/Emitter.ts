// Where operations write their TensorFlow nodes: into the graph, or into the body of a function.
import * as Dimension from "./Dimension.ts"
import type { Dim, Shape } from "./Dimension.ts"
import type { DType } from "./DType.ts"
import { GraphInvalid } from "./errors.ts"
import type { Attributes, NodeDef } from "./GraphDef.ts"

/** Names a value in the scope it was emitted in. */
export type Ref = string

export interface NodeOptions {
  readonly attributes?: Attributes
  /** suffix of the node's name, for profiles */
  readonly name?: string
}

/** What an operation's lowering may write. */
export interface Emitter {
  readonly node: (op: string, inputs: ReadonlyArray<Ref>, options?: NodeOptions) => Ref
  readonly constant: (dtype: DType, shape: ReadonlyArray<number>, values: ReadonlyArray<number>) => Ref
  /** a size as an int32 scalar */
  readonly dim: (dim: Dim) => Ref
  /** a shape as an int32 vector */
  readonly shape: (shape: Shape) => Ref
}

/** What a scope gives: a way to add nodes and the values of named sizes. */
export interface Scope {
  /** Adds a node and returns a reference to its first output. */
  readonly add: (node: Omit<NodeDef, "name"> & { readonly hint: string }) => Ref
  /** A tensor in this scope with an axis that gives the named size, or an int32 scalar that is it. */
  readonly size: (
    name: string
  ) => { readonly ref: Ref; readonly dtype: DType; readonly axis: number; readonly plus: number } | Ref
}

export const emitter = (scope: Scope): Emitter => {
  const once = new Map<string, Ref>()
  const remember = (key: string, write: () => Ref): Ref => {
    const known = once.get(key)
    if (known !== undefined) return known
    const ref = write()
    once.set(key, ref)
    return ref
  }
  const node: Emitter["node"] = (op, inputs, options = {}) =>
    scope.add({ op, inputs, attributes: options.attributes ?? {}, hint: options.name ?? op })

  const constant: Emitter["constant"] = (dtype, shape, values) =>
    remember(`${dtype} ${shape.join()} ${values.join()}`, () =>
      node("Const", [], {
        attributes: { dtype: { type: dtype }, value: { tensor: { dtype, shape, values } } }
      })
    )

  const named = (name: string): Ref =>
    remember(`size ${name}`, () => {
      const found = scope.size(name)
      if (typeof found === "string") return found
      const shape = node("Shape", [found.ref], {
        attributes: { T: { type: found.dtype }, out_type: { type: "int32" } }
      })
      const at = (axis: number) => constant("int32", [1], [axis])
      const value = node("StridedSlice", [shape, at(found.axis), at(found.axis + 1), at(1)], {
        attributes: { T: { type: "int32" }, Index: { type: "int32" }, shrink_axis_mask: { int: 1 } }
      })
      return found.plus === 0
        ? value
        : node("Sub", [value, constant("int32", [], [found.plus])], { attributes: { T: { type: "int32" } } })
    })

  const dim: Emitter["dim"] = (dim) => {
    if (typeof dim === "number") return constant("int32", [], [dim])
    return remember(`dim ${dim}`, () => {
      const combine = (op: string, parts: ReadonlyArray<Ref>): Ref => {
        const [first, ...others] = parts
        if (first === undefined) throw new GraphInvalid("dimension", `${dim} is empty`)
        return others.reduce(
          (sum, part) => node(op, [sum, part], { attributes: { T: { type: "int32" } } }),
          first
        )
      }
      return combine(
        "AddV2",
        Dimension.terms(dim).map(({ coefficient, names }) => {
          const factors = names.map(named)
          const scaled =
            coefficient === 1 && names.length > 0
              ? factors
              : [...factors, constant("int32", [], [coefficient])]
          return combine("Mul", scaled)
        })
      )
    })
  }

  const shape: Emitter["shape"] = (shape) => {
    const known = shape.filter((dim) => typeof dim === "number")
    if (known.length === shape.length) return constant("int32", [shape.length], known)
    return remember(`shape ${shape.join()}`, () =>
      node("Pack", shape.map(dim), {
        attributes: { N: { int: shape.length }, T: { type: "int32" }, axis: { int: 0 } }
      })
    )
  }
  return { node, constant, dim, shape }
}
