// Nodes of small graphs for files. Fields: tensorflow/core/framework/{graph,node_def,attr_value,tensor}.proto.
import { header, joined, number, part, text } from "../Protobuf.ts"
import * as StoredDtype from "../StoredDtype.ts"

/** A serialized `NodeDef` as a field of a graph. */
export type Node = Uint8Array

export const typeValue = (dtype: StoredDtype.StoredDtype | "string") => number(6, StoredDtype.code(dtype))
export const typesValue = (dtypes: ReadonlyArray<StoredDtype.StoredDtype>) =>
  part(1, ...dtypes.map((dtype) => number(6, StoredDtype.code(dtype))))

export const node = (
  name: string,
  op: string,
  inputs: ReadonlyArray<string>,
  attributes: Readonly<Record<string, Uint8Array>>
): Node =>
  part(
    1,
    text(1, name),
    text(2, op),
    ...inputs.map((input) => text(3, input)),
    ...Object.entries(attributes).map(([key, value]) => part(5, text(1, key), part(2, value)))
  )

/** A constant text, or a vector of texts. */
export const strings = (name: string, value: string | ReadonlyArray<string>): Node => {
  const all = typeof value === "string" ? [value] : value
  const dims = typeof value === "string" ? [] : [part(2, number(1, all.length))]
  return node(name, "Const", [], {
    dtype: typeValue("string"),
    value: part(
      8,
      number(1, StoredDtype.code("string")),
      part(2, ...dims),
      ...all.map((string) => text(8, string))
    )
  })
}

/** A serialized `GraphDef`. */
export const graph = (nodes: ReadonlyArray<Node>): Uint8Array => {
  const producer = number(1, 1882) // of TensorFlow 2.21
  return joined([...nodes, header(4, producer.length), producer])
}
