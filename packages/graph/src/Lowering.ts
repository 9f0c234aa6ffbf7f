// Writes tensors as TensorFlow nodes: those that stand alone into the graph, clusters as functions that XLA compiles.
import { createHash } from "node:crypto"
import { borders } from "./Borders.ts"
import { type Cluster, partition } from "./Clusters.ts"
import { clusterFunction, sizeFrom } from "./ClusterFunction.ts"
import { emitter, type Ref } from "./Emitter.ts"
import { GraphInvalid } from "./errors.ts"
import { type FunctionDef, functionBytes, type NodeDef } from "./GraphDef.ts"
import { stores } from "./InPlace.ts"
import { isVariable, type Variable } from "./Parameter.ts"
import { origin, sorted, type Tensor } from "./Tensor.ts"

/** All nodes and functions of a program, whatever entry they belong to. */
export class GraphBuilder {
  readonly nodes: Array<NodeDef> = []
  readonly #functions = new Map<string, FunctionDef>()
  readonly #names = new Set<string>()
  /** how often each hint was asked for, at least */
  readonly #asked = new Map<string, number>()
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
    let n = this.#asked.get(hint) ?? 0
    let name = n === 0 ? hint : `${hint}_${n}`
    while (this.#names.has(name)) name = `${hint}_${++n}`
    this.#asked.set(hint, n)
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
  /** New values of variables. A cluster that reads a variable and makes its new value writes it in place. */
  readonly updates?: ReadonlyMap<Tensor, Variable>
  /** told of each cluster as it is written */
  readonly onCluster?: (cluster: WrittenCluster) => void
}

/** A call of a compiled function. */
export interface WrittenCluster {
  /** of the function */
  readonly name: string
  readonly members: Cluster
  readonly takes: ReadonlyArray<Tensor>
  readonly gives: ReadonlyArray<Tensor>
}

export interface Written {
  /** how to refer to each output */
  readonly refs: ReadonlyArray<Ref>
  /** the nodes that have set variables in place already */
  readonly stored: ReadonlyMap<Variable, Ref>
}

/** Writes the outputs, the new values of variables and all they need. */
export const lower = (
  builder: GraphBuilder,
  outputs: ReadonlyArray<Tensor>,
  options: LoweringOptions
): Written => {
  const results = outputs.map(origin)
  const order = sorted(results, { aliases: "follow" })
  const clusters = options.clusters ? partition(order, new Set(results)) : []
  const { clusterOf, gives: givenBy, takes: takenBy } = borders(order, results, clusters)
  const inPlace = stores(order, results, {
    clusters,
    takes: takenBy,
    clusterOf,
    updates: options.updates ?? new Map()
  })
  const refs = new Map<Tensor, Ref>(options.inputs)
  const stored = new Map<Variable, Ref>()

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
    const writes = inPlace.of(cluster)
    const values = new Set(writes.values())
    const takes = takenBy(cluster)
    const gives = givenBy(cluster).filter((tensor) => !values.has(tensor))
    const { definition, sizes } = clusterFunction({ takes, gives, stores: writes })
    const name = builder.define(definition)
    options.onCluster?.({ name, members: cluster, takes, gives: [...gives, ...values] })
    const handles = new Map<Tensor, Ref>(Array.from(writes.keys(), (v) => [v, builder.handle(v)]))
    const given = takes.map((tensor) => handles.get(tensor) ?? refOf(tensor))
    const first = [...writes.keys()].filter((variable) => inPlace.readElsewhere.has(variable)).map(refOf)
    const call = emit.node(
      writes.size === 0 ? "PartitionedCall" : "StatefulPartitionedCall",
      [...given, ...sizes.map((name) => emit.dim(name)), ...first.map((read) => `^${read}`)],
      {
        name: `fused/${cluster.at(-1)?.op ?? ""}`,
        attributes: {
          Tin: { types: definition.inputs.map(({ dtype }) => dtype) },
          Tout: { types: definition.outputs.map(({ dtype }) => dtype) },
          f: { function: name },
          // on the function alone the session would inline it and XLA would never run
          _XlaMustCompile: { bool: true }
        }
      }
    )
    for (const [i, tensor] of gives.entries()) refs.set(tensor, `${call}:${i}`)
    for (const [variable, value] of writes) {
      refs.set(value, `${call}:${gives.length}`)
      stored.set(variable, call)
    }
  }
  return { refs: results.map(refOf), stored }
}
