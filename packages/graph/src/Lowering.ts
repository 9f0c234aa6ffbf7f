// Writes tensors as TensorFlow nodes: those that stand alone into the graph, clusters as functions that XLA compiles.
import { createHash } from "node:crypto"
import { type Cluster, escapes, partition } from "./Clusters.ts"
import * as Dimension from "./Dimension.ts"
import { type Emitter, emitter, type Ref, type Scope } from "./Emitter.ts"
import { GraphInvalid } from "./errors.ts"
import { type FunctionDef, functionBytes, type NodeDef } from "./GraphDef.ts"
import { outputName } from "./OutputNames.ts"
import { isVariable } from "./Parameter.ts"
import { origin, sorted, type Tensor } from "./Tensor.ts"

/** All nodes and functions of a program, whatever entry they belong to. */
export class GraphBuilder {
  readonly nodes: Array<NodeDef> = []
  readonly #functions = new Map<string, FunctionDef>()
  readonly #names = new Set<string>()
  readonly #handles = new Map<string, { readonly ref: Ref; readonly variable: Tensor }>()

  get functions(): ReadonlyArray<FunctionDef> {
    return [...this.#functions.values()]
  }

  add(node: NodeDef): Ref {
    if (this.#names.has(node.name)) throw new GraphInvalid(node.op, `two nodes are called ${node.name}`)
    this.#names.add(node.name)
    this.nodes.push(node)
    return node.name
  }

  /** A name like the hint that no node has yet. */
  free(hint: string): string {
    let name = hint
    for (let n = 1; this.#names.has(name); n++) name = `${hint}_${n}`
    return name
  }

  /** Equal functions are kept once, so that all layers of a model share what is compiled for one. */
  define(definition: FunctionDef): string {
    const name = `fused_${createHash("sha256").update(functionBytes(definition)).digest("hex").slice(0, 16)}`
    this.#functions.set(name, { ...definition, name })
    return name
  }

  handle(variable: Tensor): Ref {
    const known = this.#handles.get(variable.name)
    if (known !== undefined) {
      if (known.variable !== variable)
        throw new GraphInvalid("variable", `two variables are called ${variable.name}`)
      return known.ref
    }
    const ref = this.add({
      name: variable.name,
      op: "VarHandleOp",
      inputs: [],
      attributes: {
        dtype: { type: variable.dtype },
        shape: { shape: variable.shape.map((dim) => (typeof dim === "number" ? dim : -1)) },
        shared_name: { text: variable.name }
      }
    })
    this.#handles.set(variable.name, { ref, variable })
    return ref
  }
}

export interface LoweringOptions {
  /** begins the names of all nodes */
  readonly prefix: string
  /** compile what lies between matrix products with XLA */
  readonly clusters: boolean
  /** reference and tensor of each input */
  readonly inputs: ReadonlyMap<Tensor, Ref>
}

/** Writes the outputs and all they need; returns how to refer to each. */
export const lower = (
  builder: GraphBuilder,
  outputs: ReadonlyArray<Tensor>,
  options: LoweringOptions
): ReadonlyArray<Ref> => {
  const results = outputs.map(origin)
  const order = sorted(results, { aliases: "follow" })
  const clusters = options.clusters ? partition(order, new Set(results)) : []
  const clusterOf = new Map(
    clusters.flatMap((cluster) => cluster.map((tensor) => [tensor, cluster] as const))
  )
  const escaping = escapes(order, results, clusterOf)
  const refs = new Map<Tensor, Ref>(options.inputs)

  const emit = emitter({
    add: ({ hint, ...node }) => builder.add({ ...node, name: builder.free(`${options.prefix}/${hint}`) }),
    size: (name) => {
      for (const [tensor, ref] of options.inputs) {
        const found = sizeFrom(tensor, name)
        if (found !== undefined) return { ref, dtype: tensor.dtype, ...found }
      }
      throw new GraphInvalid("dimension", `no input of ${options.prefix} has the size ${name}`)
    }
  })

  const refOf = (tensor: Tensor): Ref => {
    const known = refs.get(tensor)
    if (known !== undefined) return known
    const cluster = clusterOf.get(tensor)
    if (cluster !== undefined) {
      emitCluster(cluster)
      return refOf(tensor)
    }
    const ref = isVariable(tensor)
      ? emit.node("ReadVariableOp", [builder.handle(tensor)], {
          attributes: { dtype: { type: tensor.dtype } },
          name: `read/${tensor.name}`
        })
      : tensor.lower(
          emit,
          tensor.inputs.map((input) => refOf(origin(input)))
        )
    refs.set(tensor, ref)
    return ref
  }

  const emitCluster = (cluster: Cluster) => {
    const members = new Set(cluster)
    const external = new Set<Tensor>()
    for (const tensor of cluster)
      for (const input of tensor.inputs.map(origin))
        if (!members.has(input) && input.placement !== "free") external.add(input)
    const given = [...external].map(refOf)
    const escaped = cluster.filter((tensor) => escaping.has(tensor))
    const { definition, sizes } = functionOf([...external], escaped)
    const call = emit.node("PartitionedCall", [...given, ...sizes.map((name) => emit.dim(name))], {
      name: `fused/${cluster.at(-1)?.op ?? ""}`,
      attributes: {
        Tin: { types: definition.inputs.map(({ dtype }) => dtype) },
        Tout: { types: definition.outputs.map(({ dtype }) => dtype) },
        f: { function: builder.define(definition) },
        // on the function alone the session would inline it and XLA would never run
        _XlaMustCompile: { bool: true }
      }
    })
    for (const [i, tensor] of escaped.entries()) refs.set(tensor, `${call}:${i}`)
  }
  return results.map(refOf)
}

const sizeFrom = (tensor: Tensor, name: string) => {
  for (const [axis, dim] of tensor.shape.entries()) {
    const found = Dimension.offset(dim)
    if (found?.name === name) return { axis, plus: found.plus }
  }
  return undefined
}

/** Members of a cluster as a function of the tensors it takes from outside, and of sizes that none of those has. */
const functionOf = (
  external: ReadonlyArray<Tensor>,
  escaped: ReadonlyArray<Tensor>
): { readonly definition: FunctionDef; readonly sizes: ReadonlyArray<string> } => {
  const nodes: Array<NodeDef> = []
  const sizes: Array<string> = []
  const refs = new Map<Tensor, Ref>(external.map((tensor, i) => [tensor, `a${i}`]))
  const scope: Scope = {
    add: ({ attributes, inputs, op }) => {
      const name = `n${nodes.length}`
      nodes.push({ name, op, inputs, attributes })
      return `${name}:${outputName(op)}:0`
    },
    size: (name) => {
      for (const [i, tensor] of external.entries()) {
        const found = sizeFrom(tensor, name)
        if (found !== undefined) return { ref: `a${i}`, dtype: tensor.dtype, ...found }
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
  const outputs = escaped.map((tensor, i) => ({ name: `o${i}`, dtype: tensor.dtype, from: refOf(tensor) }))
  return {
    definition: {
      name: "fused",
      inputs: [
        ...external.map((tensor, i) => ({ name: `a${i}`, dtype: tensor.dtype })),
        ...sizes.map((_, i) => ({ name: `s${i}`, dtype: "int32" as const }))
      ],
      outputs,
      nodes,
      attributes: { _XlaMustCompile: { bool: true }, _noinline: { bool: true } }
    },
    sizes
  }
}
