// A program as TensorFlow's own servers and Python load it: a SavedModel with signatures, its variables in a checkpoint beside. In
// the form of TensorFlow 1, which TensorFlow 2 and Serving load as well. Fields: tensorflow/core/protobuf/{saved_model,meta_graph,
// saver}.proto, tensorflow/core/framework/variable.proto.
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire"
import type { Shape } from "./Dimension.ts"
import { code } from "./DType.ts"
import { GraphInvalid } from "./errors.ts"
import { graphBytes } from "./GraphDef.ts"
import { GraphBuilder, lower } from "./Lowering.ts"
import { type Input, isVariable, type Variable } from "./Parameter.ts"
import { sorted, type Tensor } from "./Tensor.ts"

/** What clients ask. Inputs that none of the outputs needs are left out of it. */
export interface Signature {
  /** int32 and bool are taken as `ids`, true for all but 0, since that is what clients send */
  readonly inputs: Readonly<Record<string, Input>>
  readonly outputs: Readonly<Record<string, Tensor>>
}

export interface SavedModel {
  /** `saved_model.pb` */
  readonly bytes: Uint8Array
  /** what the checkpoint `variables/variables` must hold, by these names */
  readonly variables: ReadonlyArray<Variable>
  /** names of the inputs that each signature has */
  readonly inputs: Readonly<Record<string, ReadonlyArray<string>>>
}

type Message = (writer: BinaryWriter) => void
const field = (writer: BinaryWriter, number: number, message: Message) => {
  message(writer.tag(number, WireType.LengthDelimited).fork())
  writer.join()
}
const text = (writer: BinaryWriter, number: number, value: string) =>
  writer.tag(number, WireType.LengthDelimited).string(value)
const varint = (writer: BinaryWriter, number: number, value: number) =>
  writer.tag(number, WireType.Varint).int64(value)

interface Information {
  readonly node: string
  readonly type: number
  readonly shape: Shape
}

/** TensorInfo; a symbolic size is unknown. */
const tensorInfo =
  ({ node, shape, type }: Information): Message =>
  (writer) => {
    text(writer, 1, `${node}:0`)
    varint(writer, 2, type)
    field(writer, 3, (dims) => {
      for (const dim of shape) field(dims, 2, (inner) => varint(inner, 1, typeof dim === "number" ? dim : -1))
    })
  }

interface Signed {
  readonly inputs: ReadonlyArray<readonly [string, Information]>
  readonly outputs: ReadonlyArray<readonly [string, Information]>
}

const signatureDef =
  ({ inputs, outputs }: Signed): Message =>
  (writer) => {
    for (const [number, list] of [
      [1, inputs],
      [2, outputs]
    ] as const)
      for (const [name, info] of list)
        field(writer, number, (entry) => {
          text(entry, 1, name)
          field(entry, 2, tensorInfo(info))
        })
    text(writer, 3, "tensorflow/serving/predict")
  }

const int64 = 9 // DataType

/** Writes the nodes of one signature. */
const writeSignature = (
  builder: GraphBuilder,
  name: string,
  { ids, inputs, outputs }: Signature & { readonly ids: "int32" | "int64" }
): Signed => {
  const used = new Set(sorted(Object.values(outputs), { aliases: "follow" }))
  const taken = Object.entries(inputs).filter(([, input]) => used.has(input))
  const refs = new Map<Tensor, string>()
  const placed = taken.map(([key, input]) => {
    const wanted = input.dtype === "float32" ? "float32" : ids
    const node = builder.add({
      name: `${name}_${key}`,
      op: "Placeholder",
      inputs: [],
      attributes: {
        dtype: { type: wanted },
        shape: { shape: input.shape.map((dim) => (typeof dim === "number" ? dim : -1)) }
      }
    })
    const cast = () =>
      builder.add({
        name: `${name}/${key}`,
        op: "Cast",
        inputs: [node],
        attributes: { SrcT: { type: wanted }, DstT: { type: input.dtype } }
      })
    refs.set(input, wanted === input.dtype ? node : cast())
    const type = wanted === "int64" ? int64 : code[wanted]
    return [key, { node, type, shape: input.shape }] as const
  })
  for (const tensor of used)
    if (tensor.op === "input" && !refs.has(tensor))
      throw new GraphInvalid(name, `uses the input ${tensor.name}, which it does not list`)
  const { refs: results } = lower(builder, Object.values(outputs), {
    prefix: name,
    clusters: false,
    inputs: refs
  })
  const fetched = Object.entries(outputs).map(([key, tensor], i) => {
    const node = builder.add({
      name: builder.free(`${name}/outputs/${key}`),
      op: "Identity",
      inputs: [results[i] ?? ""],
      attributes: { T: { type: tensor.dtype } }
    })
    return [key, { node, type: code[tensor.dtype], shape: tensor.shape }] as const
  })
  return { inputs: placed, outputs: fetched }
}

/** The nodes that read the checkpoint into the variables and write one from them. */
const writeSaver = (builder: GraphBuilder, variables: ReadonlyArray<Variable>) => {
  const string = { type: "string" } as const
  const constant = (name: string, value: string | ReadonlyArray<string>) =>
    builder.add({ name, op: "Const", inputs: [], attributes: { dtype: string, value: { strings: value } } })
  const filename = builder.add({
    name: "save/Const",
    op: "PlaceholderWithDefault",
    inputs: [constant("save/filename", "model")],
    attributes: { dtype: string, shape: { shape: [] } }
  })
  const names = constant(
    "save/names",
    variables.map(({ name }) => name)
  )
  const slices = constant(
    "save/slices",
    variables.map(() => "")
  )
  const types = variables.map(({ dtype }) => dtype)
  const reads = variables.map((variable) =>
    builder.add({
      name: `${variable.name}/Read/ReadVariableOp`,
      op: "ReadVariableOp",
      inputs: [builder.handle(variable)],
      attributes: { dtype: { type: variable.dtype } }
    })
  )
  const save = builder.add({
    name: "save/SaveV2",
    op: "SaveV2",
    inputs: [filename, names, slices, ...reads],
    attributes: { dtypes: { types } }
  })
  const saved = builder.add({
    name: "save/control_dependency",
    op: "Identity",
    inputs: [filename, `^${save}`],
    attributes: { T: string }
  })
  const restore = builder.add({
    name: "save/RestoreV2",
    op: "RestoreV2",
    inputs: [filename, names, slices],
    attributes: { dtypes: { types } }
  })
  const assigns = variables.map((variable, i) =>
    builder.add({
      name: `${variable.name}/Assign`,
      op: "AssignVariableOp",
      inputs: [builder.handle(variable), i === 0 ? restore : `${restore}:${i}`],
      attributes: { dtype: { type: variable.dtype } }
    })
  )
  const all = builder.add({
    name: "save/restore_all",
    op: "NoOp",
    inputs: assigns.map((node) => `^${node}`),
    attributes: {}
  })
  return { filename, saved, all, assigns, reads }
}

/** VariableDef: by it TensorFlow 2 makes a variable of what is a node. Restoring is all the initializing it needs. */
const variableDef =
  (variable: string, assign: string, read: string): Message =>
  (writer) => {
    text(writer, 1, `${variable}:0`)
    text(writer, 2, assign)
    text(writer, 3, `${read}:0`)
    varint(writer, 5, 1) // is_resource
    varint(writer, 7, 1) // trainable
  }

/**
 * Writes `saved_model.pb` with the tag `serve` and these signatures; every operation runs TensorFlow's own kernel.
 *
 * @throws GraphInvalid if two variables share a name, or an output uses an input its signature does not list
 */
export const write = (
  signatures: Readonly<Record<string, Signature>>,
  { ids }: { readonly ids: "int32" | "int64" }
): SavedModel => {
  const builder = new GraphBuilder()
  const outputs = Object.values(signatures).flatMap((signature) => Object.values(signature.outputs))
  const variables = sorted(outputs, { aliases: "follow" }).filter(isVariable)
  const written = Object.entries(signatures).map(
    ([name, signature]) => [name, writeSignature(builder, name, { ...signature, ids })] as const
  )
  const saver = writeSaver(builder, variables)
  const writer = new BinaryWriter()
  varint(writer, 1, 1) // saved_model_schema_version
  field(writer, 2, (graph) => {
    field(graph, 1, (info) => {
      text(info, 4, "serve")
      text(info, 5, "2.21.0") // the TensorFlow whose operations these are
      varint(info, 7, 1) // attributes with their default value are left out
    })
    graph.tag(2, WireType.LengthDelimited).bytes(graphBytes(builder.nodes, builder.functions))
    field(graph, 3, (saverDef) => {
      text(saverDef, 1, `${saver.filename}:0`)
      text(saverDef, 2, `${saver.saved}:0`)
      text(saverDef, 3, saver.all)
      varint(saverDef, 7, 2) // the format of the checkpoint
    })
    field(graph, 4, (entry) => {
      text(entry, 1, "variables")
      field(entry, 2, (collection) =>
        field(collection, 2, (list) => {
          for (const [i, variable] of variables.entries())
            field(list, 1, variableDef(variable.name, saver.assigns[i] ?? "", saver.reads[i] ?? ""))
        })
      )
    })
    for (const [name, signature] of written)
      field(graph, 5, (entry) => {
        text(entry, 1, name)
        field(entry, 2, signatureDef(signature))
      })
  })
  return {
    bytes: writer.finish(),
    variables,
    inputs: Object.fromEntries(written.map(([name, { inputs }]) => [name, inputs.map(([key]) => key)]))
  }
}
