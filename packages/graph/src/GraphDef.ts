// TensorFlow's GraphDef, written field by field: tensorflow/core/framework/{graph,node_def,attr_value,tensor,function,
// op_def,types}.proto. Only what a program needs.
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire"
import { code, type DType } from "./DType.ts"

/** What tensors of a graph may be beside those that are computed with: ids as clients send them, names of files. */
export type ElementType = DType | "int64" | "string"
const elementCode = { ...code, string: 7, int64: 9 }

export type Attribute =
  | { readonly type: ElementType }
  | { readonly types: ReadonlyArray<ElementType> }
  | { readonly int: number }
  | { readonly ints: ReadonlyArray<number> }
  | { readonly bool: boolean }
  | { readonly text: string }
  | { readonly texts: ReadonlyArray<string> }
  /** -1 for an unknown size */
  | { readonly shape: ReadonlyArray<number> }
  | { readonly function: string }
  | { readonly tensor: TensorValue }
  /** a scalar, or a vector of several */
  | { readonly strings: string | ReadonlyArray<string> }

export interface TensorValue {
  readonly dtype: DType
  readonly shape: ReadonlyArray<number>
  /** row-major; one value fills the whole tensor */
  readonly values: ReadonlyArray<number>
}

export type Attributes = Readonly<Record<string, Attribute>>

export interface NodeDef {
  readonly name: string
  readonly op: string
  /** names of nodes or outputs; `^name` for a control dependency */
  readonly inputs: ReadonlyArray<string>
  readonly attributes: Attributes
}

export interface FunctionDef {
  readonly name: string
  readonly inputs: ReadonlyArray<{ readonly name: string; readonly dtype: DType }>
  readonly outputs: ReadonlyArray<{ readonly name: string; readonly dtype: DType; readonly from: string }>
  readonly nodes: ReadonlyArray<NodeDef>
  readonly attributes: Attributes
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

const shapeMessage =
  (shape: ReadonlyArray<number>): Message =>
  (writer) => {
    for (const dim of shape) field(writer, 2, (inner) => varint(inner, 1, dim))
  }

const tensorMessage =
  ({ dtype, shape, values }: TensorValue): Message =>
  (writer) => {
    varint(writer, 1, code[dtype])
    field(writer, 2, shapeMessage(shape))
    for (const value of values)
      if (dtype === "float32") writer.tag(5, WireType.Bit32).float(value)
      else if (dtype === "int32") varint(writer, 7, value)
      else if (dtype === "bool") varint(writer, 11, value)
      // half_val holds the bits of a bfloat16: the upper half of a float32
      else varint(writer, 13, (new Uint32Array(Float32Array.of(value).buffer)[0] ?? 0) >>> 16)
  }

const stringsMessage =
  (value: string | ReadonlyArray<string>): Message =>
  (writer) => {
    const all = typeof value === "string" ? [value] : value
    varint(writer, 1, elementCode.string)
    field(writer, 2, shapeMessage(typeof value === "string" ? [] : [all.length]))
    for (const string of all) text(writer, 8, string)
  }

const attributeMessage =
  (attribute: Attribute): Message =>
  (writer) => {
    if ("type" in attribute) varint(writer, 6, elementCode[attribute.type])
    else if ("int" in attribute) varint(writer, 3, attribute.int)
    else if ("bool" in attribute) varint(writer, 5, attribute.bool ? 1 : 0)
    else if ("text" in attribute) text(writer, 2, attribute.text)
    else if ("shape" in attribute) field(writer, 7, shapeMessage(attribute.shape))
    else if ("tensor" in attribute) field(writer, 8, tensorMessage(attribute.tensor))
    else if ("strings" in attribute) field(writer, 8, stringsMessage(attribute.strings))
    else if ("function" in attribute) field(writer, 10, (inner) => text(inner, 1, attribute.function))
    else
      field(writer, 1, (list) => {
        if ("types" in attribute) for (const type of attribute.types) varint(list, 6, elementCode[type])
        else if ("ints" in attribute) for (const value of attribute.ints) varint(list, 3, value)
        else for (const value of attribute.texts) text(list, 2, value)
      })
  }

/** A `map<string, AttrValue>`, sorted, so that equal nodes are equal bytes. */
const attributesMessage = (writer: BinaryWriter, number: number, attributes: Attributes) => {
  for (const [key, value] of Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    field(writer, number, (entry) => {
      text(entry, 1, key)
      field(entry, 2, attributeMessage(value))
    })
}

const nodeMessage =
  (node: NodeDef): Message =>
  (writer) => {
    text(writer, 1, node.name)
    text(writer, 2, node.op)
    for (const input of node.inputs) text(writer, 3, input)
    attributesMessage(writer, 5, node.attributes)
  }

const functionMessage =
  (definition: FunctionDef): Message =>
  (writer) => {
    field(writer, 1, (signature) => {
      text(signature, 1, definition.name)
      for (const [number, list] of [
        [2, definition.inputs],
        [3, definition.outputs]
      ] as const)
        for (const { dtype, name } of list)
          field(signature, number, (argument) => {
            text(argument, 1, name)
            varint(argument, 3, code[dtype])
          })
    })
    for (const node of definition.nodes) field(writer, 3, nodeMessage(node))
    for (const { from, name } of definition.outputs)
      field(writer, 4, (entry) => {
        text(entry, 1, name)
        text(entry, 2, from)
      })
    attributesMessage(writer, 5, definition.attributes)
  }

/** The bytes of a function without its name, for telling equal ones apart from different ones. */
export const functionBytes = (definition: FunctionDef): Uint8Array => {
  const writer = new BinaryWriter()
  functionMessage(definition)(writer)
  return writer.finish()
}

/** The bytes of a whole graph. */
export const graphBytes = (
  nodes: ReadonlyArray<NodeDef>,
  functions: ReadonlyArray<FunctionDef>
): Uint8Array => {
  const writer = new BinaryWriter()
  for (const node of nodes) field(writer, 1, nodeMessage(node))
  field(writer, 2, (library) => {
    for (const definition of functions) field(library, 1, functionMessage(definition))
  })
  // the producer version of TensorFlow 2.21; ops changed meaning below 12
  field(writer, 4, (versions) => varint(versions, 1, 1882))
  return writer.finish()
}
