// A program: entry points over shared variables, written as one TensorFlow graph.
import type { Shape } from "./Dimension.ts"
import type { DType } from "./DType.ts"
import { GraphInvalid } from "./errors.ts"
import { graphBytes } from "./GraphDef.ts"
import { GraphBuilder, lower as lowerTensors } from "./Lowering.ts"
import { type Input, isVariable, type Variable } from "./Parameter.ts"
import { origin, sorted, type Tensor } from "./Tensor.ts"

/** What one run takes, gives and changes. All reads of variables see the values from before the run. */
export interface Entry {
  readonly inputs: Readonly<Record<string, Input>>
  /** float32, int32 or bool, since these cross into JavaScript */
  readonly outputs: Readonly<Record<string, Tensor>>
  /** new values of variables, set when the run ends */
  readonly updates?: ReadonlyArray<readonly [Variable, Tensor]>
  /** those of its tensors that are gradients of parameters, for explaining what its memory is for */
  readonly gradients?: ReadonlyArray<Tensor>
}
export type Entries = Readonly<Record<string, Entry>>

/** Dtypes of what crosses between JavaScript and the session. */
export type CrossingDType = "float32" | "int32" | "bool"

export interface Endpoint {
  /** such as `train/tokens:0` */
  readonly node: string
  readonly dtype: CrossingDType
  readonly shape: Shape
}

export interface LoweredEntry<E extends Entry = Entry> {
  readonly inputs: { readonly [Name in keyof E["inputs"]]: Endpoint }
  /** An entry without outputs gets one, `done`, an int32 scalar: something must be fetched for it to run. */
  readonly outputs: keyof E["outputs"] extends never
    ? { readonly done: Endpoint }
    : { readonly [Name in keyof E["outputs"]]: Endpoint }
}

export interface LoweredVariable {
  readonly name: string
  readonly shape: Shape
  readonly dtype: CrossingDType
  readonly trainable: boolean
  /** worth nothing between two steps of training: no part of a checkpoint */
  readonly scratch: boolean
  /** Entries for this one variable, so that a checkpoint needs memory for one at a time. */
  readonly read: { readonly inputs: {}; readonly outputs: { readonly value: Endpoint } }
  readonly write: {
    readonly inputs: { readonly value: Endpoint }
    readonly outputs: { readonly done: Endpoint }
  }
}

export interface Lowered<E extends Entries = Entries> {
  /** a serialized `tensorflow.GraphDef` */
  readonly graphDef: Uint8Array
  readonly entries: { readonly [Name in keyof E]: LoweredEntry<E[Name]> }
  /** by name, in the order they were first used */
  readonly variables: ReadonlyArray<LoweredVariable>
}

export interface LowerOptions {
  /** Compile what lies between matrix products with XLA. Off: every operation runs TensorFlow's own kernel. */
  readonly clusters: boolean
  /** Entries that are never compiled, because their shapes change from run to run. */
  readonly plain?: ReadonlyArray<string>
}

/**
 * Writes a program.
 *
 * @throws GraphInvalid if two variables share a name, or an entry uses an input it does not list
 */
export function lower<const E extends Entries>(entries: E, options: LowerOptions): Lowered<E>
export function lower(entries: Entries, options: LowerOptions) {
  const builder = new GraphBuilder()
  const variables = new Map<string, Variable>()
  const lowered = Object.fromEntries(
    Object.entries(entries).map(([name, entry]) => {
      const updates = entry.updates ?? []
      const roots = [...Object.values(entry.outputs), ...updates.map(([, value]) => value)]
      const used = sorted(roots, { aliases: "follow" })
      const listed = new Set<Tensor>(Object.values(entry.inputs))
      for (const tensor of used)
        if (tensor.op === "input" && !listed.has(tensor))
          throw new GraphInvalid(name, `uses the input ${tensor.name}, which it does not list`)
      for (const variable of [...used.filter(isVariable), ...updates.map(([variable]) => variable)])
        variables.set(variable.name, variable)
      return [name, lowerEntry(builder, name, entry, options)]
    })
  )
  const list = [...variables.values()].map((variable) => lowerVariable(builder, variable))
  return {
    graphDef: graphBytes(builder.nodes, builder.functions),
    entries: lowered,
    variables: list
  }
}

/** Elements of variables from which on rewriting pays. */
const large = 2 ** 24

/**
 * Whether TensorFlow should rewrite the program's graph before it runs it, which `Session.open` takes. Measured on two cores: steps
 * take as long without; the first is sooner by up to a second for each entry; but BERT-base takes 3.15 instead of 2.9 GB.
 */
export const rewrite = ({ variables }: Pick<Lowered, "variables">): boolean =>
  variables.reduce((sum, { shape }) => sum + shape.reduce<number>((n, size) => n * Number(size), 1), 0) >=
  large

const crosses = (dtype: DType): dtype is CrossingDType =>
  dtype === "float32" || dtype === "int32" || dtype === "bool"

const crossing = ({ dtype, name }: Tensor): CrossingDType => {
  if (crosses(dtype)) return dtype
  throw new GraphInvalid("program", `${name} is ${dtype}: cast what crosses to float32`)
}

const endpoint = (node: string, tensor: Tensor): Endpoint => ({
  node: `${node}:0`,
  dtype: crossing(tensor),
  shape: tensor.shape
})

const placeholder = (builder: GraphBuilder, name: string, tensor: Tensor): string =>
  builder.add({
    name,
    op: "Placeholder",
    inputs: [],
    attributes: {
      dtype: { type: tensor.dtype },
      shape: { shape: tensor.shape.map((dim) => (typeof dim === "number" ? dim : -1)) }
    }
  })

const assign = (builder: GraphBuilder, name: string, variable: Tensor, value: string): string =>
  builder.add({
    name,
    op: "AssignVariableOp",
    inputs: [builder.handle(variable), value],
    attributes: { dtype: { type: variable.dtype } }
  })

/** An int32 scalar that is there once the given nodes have run. */
const done = (builder: GraphBuilder, name: string, after: ReadonlyArray<string>): Endpoint => {
  const node = builder.add({
    name: `${name}/done`,
    op: "Const",
    inputs: after.map((node) => `^${node}`),
    attributes: {
      dtype: { type: "int32" },
      value: { tensor: { dtype: "int32", shape: [], values: [1] } }
    }
  })
  return { node: `${node}:0`, dtype: "int32", shape: [] }
}

const lowerEntry = (builder: GraphBuilder, name: string, entry: Entry, options: LowerOptions) => {
  const inputs = new Map<Tensor, string>()
  for (const [key, tensor] of Object.entries(entry.inputs))
    inputs.set(tensor, placeholder(builder, `${name}/${key}`, tensor))
  const outputs = Object.entries(entry.outputs)
  const updates = entry.updates ?? []
  const { refs, stored } = lowerTensors(
    builder,
    [...outputs.map(([, tensor]) => tensor), ...updates.map(([, value]) => value)],
    {
      prefix: name,
      clusters: options.clusters && options.plain?.includes(name) !== true,
      inputs,
      updates: new Map(updates.map(([variable, value]) => [origin(value), variable]))
    }
  )
  const assigned = updates.map(([variable, value], i) => {
    if (variable.dtype !== value.dtype)
      throw new GraphInvalid(name, `${variable.name} is ${variable.dtype}, its new value ${value.dtype}`)
    const from = refs[outputs.length + i] ?? ""
    return stored.get(variable) ?? assign(builder, `${name}/assign/${variable.name}`, variable, from)
  })
  return {
    inputs: Object.fromEntries(
      Object.entries(entry.inputs).map(([key, tensor]) => [key, endpoint(`${name}/${key}`, tensor)])
    ),
    outputs:
      outputs.length === 0
        ? { done: done(builder, name, assigned) }
        : Object.fromEntries(
            outputs.map(([key, tensor], i) => {
              const node = builder.add({
                name: builder.free(`${name}/${key}`),
                op: "Identity",
                inputs: [refs[i] ?? "", ...assigned.map((node) => `^${node}`)],
                attributes: { T: { type: tensor.dtype } }
              })
              return [key, endpoint(node, origin(tensor))]
            })
          )
  }
}

/** What crosses of a variable in a type that does not is its value as float32. */
const lowerVariable = (builder: GraphBuilder, variable: Variable): LoweredVariable => {
  const { name } = variable
  const outside: Tensor = crosses(variable.dtype) ? variable : { ...variable, dtype: "float32" }
  const cast = (node: string, from: Tensor, to: Tensor, input: string): string =>
    from.dtype === to.dtype
      ? input
      : builder.add({
          name: node,
          op: "Cast",
          inputs: [input],
          attributes: {
            SrcT: { type: from.dtype },
            DstT: { type: to.dtype },
            Truncate: { bool: false }
          }
        })
  const stored = builder.add({
    name: `read/${name}`,
    op: "ReadVariableOp",
    inputs: [builder.handle(variable)],
    attributes: { dtype: { type: variable.dtype } }
  })
  const value = cast(`read/${name}/cast`, variable, outside, stored)
  const given = placeholder(builder, `write/${name}/value`, outside)
  const kept = cast(`write/${name}/cast`, outside, variable, given)
  const node = assign(builder, `write/${name}/assign`, variable, kept)
  return {
    name,
    shape: variable.shape,
    dtype: crossing(outside),
    trainable: "trainable" in variable,
    scratch: variable.scratch === true,
    read: { inputs: {}, outputs: { value: endpoint(value, outside) } },
    write: {
      inputs: { value: endpoint(given, outside) },
      outputs: { done: done(builder, `write/${name}`, [node]) }
    }
  }
}
