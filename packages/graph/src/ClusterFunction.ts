// The body of a cluster: a function that XLA compiles, of the tensors it takes from outside and of sizes that none of those has.
import * as Dimension from "./Dimension.ts"
import { type Emitter, emitter, type Ref, type Scope } from "./Emitter.ts"
import type { FunctionDef, NodeDef } from "./GraphDef.ts"
import { outputName } from "./OutputNames.ts"
import type { Variable } from "./Parameter.ts"
import { origin, type Tensor } from "./Tensor.ts"

/** Where a named size can be read off a tensor. */
export const sizeFrom = (tensor: Tensor, name: string) => {
  for (const [axis, dim] of tensor.shape.entries()) {
    const found = Dimension.offset(dim)
    if (found?.name === name) return { axis, plus: found.plus }
  }
  return undefined
}

export interface ClusterShape {
  /** what it takes; variables it writes in place are taken as such, all else as values */
  readonly takes: ReadonlyArray<Tensor>
  readonly gives: ReadonlyArray<Tensor>
  /** new values of variables among `takes`, set inside of the function: their memory is used again */
  readonly stores: ReadonlyMap<Variable, Tensor>
}

export interface ClusterFunction {
  readonly definition: FunctionDef
  /** named sizes it takes after the tensors */
  readonly sizes: ReadonlyArray<string>
}

/** The function; one that stores gives an int32 last, which is there when all is stored. */
export const clusterFunction = ({ gives, stores, takes }: ClusterShape): ClusterFunction => {
  const nodes: Array<NodeDef> = []
  const sizes: Array<string> = []
  const add = (op: string, inputs: ReadonlyArray<Ref>, attributes: NodeDef["attributes"]): string => {
    const name = `n${nodes.length}`
    nodes.push({ name, op, inputs, attributes })
    return name
  }
  const handles = new Map<Tensor, Ref>()
  const refs = new Map<Tensor, Ref>()
  const stored = new Map<Tensor, Tensor>(stores)
  for (const [i, tensor] of takes.entries())
    if (stored.has(tensor)) {
      handles.set(tensor, `a${i}`)
      refs.set(tensor, `${add("ReadVariableOp", [`a${i}`], { dtype: { type: tensor.dtype } })}:value:0`)
    } else refs.set(tensor, `a${i}`)

  const scope: Scope = {
    add: ({ attributes, inputs, op }) => `${add(op, inputs, attributes)}:${outputName(op)}:0`,
    size: (name) => {
      for (const tensor of takes) {
        const found = handles.has(tensor) ? undefined : sizeFrom(tensor, name)
        if (found !== undefined) return { ref: refs.get(tensor) ?? "", dtype: tensor.dtype, ...found }
      }
      if (!sizes.includes(name)) sizes.push(name)
      return `s${sizes.indexOf(name)}`
    }
  }
  const emit: Emitter = emitter(scope)
  const refOf = (tensor: Tensor): Ref => {
    const known = refs.get(tensor)
    if (known !== undefined) return known
    const ref = tensor.lower(
      emit,
      tensor.inputs.map((input) => refOf(origin(input)))
    )
    refs.set(tensor, ref)
    return ref
  }

  const outputs = gives.map((tensor, i) => ({ name: `o${i}`, dtype: tensor.dtype, from: refOf(tensor) }))
  const assigned = [...stores].map(([variable, value]) =>
    add("AssignVariableOp", [handles.get(variable) ?? "", refOf(value)], { dtype: { type: value.dtype } })
  )
  const done = () => {
    const one = { tensor: { dtype: "int32", shape: [], values: [1] } } as const
    const inputs = assigned.map((node) => `^${node}`)
    return `${add("Const", inputs, { dtype: { type: "int32" }, value: one })}:output:0`
  }
  const ending = assigned.length === 0 ? [] : [{ name: "done", dtype: "int32" as const, from: done() }]
  return {
    definition: {
      name: "fused",
      inputs: [
        ...takes.map((tensor, i) => ({
          name: `a${i}`,
          dtype: handles.has(tensor) ? ("resource" as const) : tensor.dtype
        })),
        ...sizes.map((_, i) => ({ name: `s${i}`, dtype: "int32" as const }))
      ],
      outputs: [...outputs, ...ending],
      nodes,
      attributes: { _XlaMustCompile: { bool: true }, _noinline: { bool: true } }
    },
    sizes
  }
}
