// GraphDefs by hand, independent of @inkstone/graph. Field numbers: tensorflow/core/framework/{graph,node_def,attr_value}.proto.
type Bytes = ReadonlyArray<number>

const varint = (value: number): Bytes =>
  value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))]
const message = (field: number, body: Bytes): Bytes => [
  ...varint(field * 8 + 2),
  ...varint(body.length),
  ...body
]
const text = (field: number, value: string): Bytes => message(field, [...new TextEncoder().encode(value)])

// DataType of tensorflow/core/framework/types.proto
export const dtypes = { float32: 1, int32: 3, string: 7, bool: 10, bfloat16: 14 }

/** Values of attributes (AttrValue). */
export const type = (dtype: keyof typeof dtypes): Bytes => [6 * 8, dtypes[dtype]]
export const bool = (value: boolean): Bytes => [5 * 8, value ? 1 : 0]
export const string = (value: string): Bytes => text(2, value)
export const func = (name: string): Bytes => message(10, text(1, name))
export const types = (...list: ReadonlyArray<keyof typeof dtypes>): Bytes =>
  message(
    1,
    message(
      6,
      list.map((dtype) => dtypes[dtype])
    )
  )
export const shape = (...dims: ReadonlyArray<number>): Bytes =>
  message(
    7,
    dims.flatMap((dim) => message(2, [8, ...varint(dim)]))
  )
/** A TensorProto of one float32, repeated to the shape. */
export const fill = (value: number, ...dims: ReadonlyArray<number>): Bytes =>
  message(8, [
    8,
    dtypes.float32,
    ...message(
      2,
      dims.flatMap((dim) => message(2, [8, ...varint(dim)]))
    ),
    ...message(5, [...new Uint8Array(Float32Array.of(value).buffer)])
  ])

export interface Node {
  readonly name: string
  readonly op: string
  readonly inputs?: ReadonlyArray<string>
  readonly attributes?: Readonly<Record<string, Bytes>>
  readonly device?: string
}

const attributes = (field: number, entries: Readonly<Record<string, Bytes>> = {}): Bytes =>
  Object.entries(entries).flatMap(([key, value]) => message(field, [...text(1, key), ...message(2, value)]))

const nodeDef = ({ attributes: given, device = "", inputs = [], name, op }: Node): Bytes => [
  ...text(1, name),
  ...text(2, op),
  ...inputs.flatMap((input) => text(3, input)),
  ...text(4, device),
  ...attributes(5, given)
]

export interface Function {
  readonly name: string
  readonly inputs: ReadonlyArray<readonly [string, keyof typeof dtypes]>
  readonly outputs: ReadonlyArray<readonly [string, keyof typeof dtypes]>
  readonly nodes: ReadonlyArray<Node>
  /** output -> tensor in the body, such as `sum:z:0` */
  readonly returns: Readonly<Record<string, string>>
  readonly attributes?: Readonly<Record<string, Bytes>>
}

const functionDef = (def: Function): Bytes => {
  const arg = ([name, dtype]: readonly [string, keyof typeof dtypes]) => [
    ...text(1, name),
    3 * 8,
    dtypes[dtype]
  ]
  const signature = [
    ...text(1, def.name),
    ...def.inputs.flatMap((input) => message(2, arg(input))),
    ...def.outputs.flatMap((output) => message(3, arg(output)))
  ]
  return [
    ...message(1, signature),
    ...def.nodes.flatMap((node) => message(3, nodeDef(node))),
    ...Object.entries(def.returns).flatMap(([key, value]) =>
      message(4, [...text(1, key), ...text(2, value)])
    ),
    ...attributes(5, def.attributes)
  ]
}

/** A GraphDef; its producer version is that of TensorFlow 2.x. */
export const encode = (nodes: ReadonlyArray<Node>, functions: ReadonlyArray<Function> = []): Uint8Array =>
  Uint8Array.from([
    ...nodes.flatMap((node) => message(1, nodeDef(node))),
    ...message(4, [8, ...varint(2000)]),
    ...message(
      2,
      functions.flatMap((def) => message(1, functionDef(def)))
    )
  ])
