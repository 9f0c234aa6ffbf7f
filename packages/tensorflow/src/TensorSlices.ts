// TensorFlow's checkpoint format before 1.0: one sorted table with a table of contents and the numbers as messages, which some
// old public models still have. tensorflow/core/util/saved_tensor_slice.proto. What is in it is checked here; the numbers are
// read by `Restore`.
import { Effect } from "effect"
import { CheckpointInvalid, type CheckpointUnreadable } from "./errors.ts"
import * as File from "./internal/CheckpointFile.ts"
import { Malformed, Message } from "./Protobuf.ts"
import * as SortedTable from "./SortedTable.ts"
import * as StoredDtype from "./StoredDtype.ts"
import { elements, shapeOf, type Tensors, type TensorType } from "./TensorBundle.ts"

const mostBytes = 2 ** 33 - 1 // everything lies in memory at once

/** The field of TensorProto a type's numbers are in, and the bytes of one; varints where there are none. */
const fields = new Map<StoredDtype.AnyDtype, { readonly field: number; readonly width?: number }>([
  ["float32", { field: 5, width: 4 }],
  ["float64", { field: 6, width: 8 }],
  ["int32", { field: 7 }],
  ["int16", { field: 7 }],
  ["int8", { field: 7 }],
  ["uint8", { field: 7 }],
  ["uint16", { field: 7 }],
  ["int64", { field: 10 }],
  ["bool", { field: 11 }],
  ["float16", { field: 13 }]
])

/** How many numbers a TensorProto has. */
const countOf = (data: Message, dtype: StoredDtype.AnyDtype): number | undefined => {
  const at = fields.get(dtype)
  if (at === undefined) return undefined
  const { field, width } = at
  const counts = data.parts(field).map((packed) => {
    if (width !== undefined) return packed.length / width
    // the last byte of a varint is below 128
    return packed.reduce((count, byte) => count + (byte < 128 ? 1 : 0), 0)
  })
  return counts.reduce((a, b) => a + b, 0)
}

const typesOf = (first: SortedTable.Row | undefined): ReadonlyMap<string, TensorType> => {
  if (first === undefined || first.key.length > 0) throw new Malformed("table of contents", "is not there")
  const meta = new Message(first.value, "contents").message(1, "meta")
  const tensors = (meta?.messages(1, "tensor") ?? []).map((tensor): TensorType => {
    const name = tensor.text(1)
    const field = `tensor ${JSON.stringify(name)}`
    return {
      name,
      dtype: StoredDtype.named(tensor.number(3)),
      shape: shapeOf(tensor.message(2, "shape"), field)
    }
  })
  return new Map(tensors.map((tensor) => [tensor.name, tensor]))
}

/** Numbers of a slice; a size that is left out is the tensor's own. */
const sizeOf = (slice: Message | undefined, shape: ReadonlyArray<number>, field: string): number => {
  const extents = slice?.messages(1, "extent") ?? []
  if (extents.length !== shape.length)
    throw new Malformed(field, `a slice of ${extents.length} axes of a tensor of ${shape.length}`)
  return elements(
    extents.map((extent, axis) => {
      const whole = shape[axis] ?? 0
      if (!extent.has(2)) return whole
      const [start, length] = [extent.number(1), extent.number(2)]
      if (start < 0 || length < 0 || start + length > whole)
        throw new Malformed(field, `a slice ${start} to ${start + length} of ${whole}`)
      return length
    })
  )
}

const contentsOf = (table: Uint8Array): ReadonlyMap<string, TensorType> => {
  const [first, ...rows] = SortedTable.read(table)
  const types = typesOf(first)
  const stored = new Map<string, number>()
  for (const { value } of rows) {
    const row = new Message(value, "slice").message(2, "data")
    const name = row?.text(1) ?? ""
    const field = `tensor ${JSON.stringify(name)}`
    const type = types.get(name)
    if (row === undefined || type === undefined) throw new Malformed(field, "is not in the table of contents")
    const count = countOf(row.message(3, "data") ?? new Message(new Uint8Array(0), field), type.dtype)
    const size = sizeOf(row.message(2, "slice"), type.shape, field)
    if (count !== undefined && count !== size) throw new Malformed(field, `${size} numbers in ${count}`)
    stored.set(name, (stored.get(name) ?? 0) + size)
  }
  for (const { dtype, name, shape } of types.values())
    if (fields.has(dtype) && stored.get(name) !== elements(shape))
      throw new Malformed(
        `tensor ${JSON.stringify(name)}`,
        `[${shape.join(", ")}] with ${stored.get(name) ?? 0} numbers`
      )
  return new Map(Array.from(types).filter(([, { dtype }]) => fields.has(dtype)))
}

/** What is in a checkpoint that is one file, every slice checked. `Restore.read` takes it. */
export const readIndex = Effect.fn("TensorSlices.readIndex")(function* (
  file: string
): Effect.fn.Return<Tensors, CheckpointInvalid | CheckpointUnreadable> {
  if (/[*?[\]\\]/.test(file))
    return yield* new CheckpointInvalid({
      file,
      field: "file",
      problem: "TensorFlow takes its path for a pattern of files",
      advice: "rename it without * ? [ ] and \\"
    })
  const table = yield* File.whole(file, mostBytes)
  return { prefix: file, entries: yield* File.parse(file, () => contentsOf(table)) }
})
