// A program's graph as something to look at: the same nodes with names that fold into scopes, without what only carries weights
// in and out, and without the contents of large constants, which nobody reads in a picture and which would be most of the file.
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire"

/** A tensor of more bytes than this keeps its type and shape alone. */
const LARGE_BYTES = 1024

/** What happens to the length-delimited fields of a message; those not named stay as they are, undefined ones go. */
interface Plan {
  readonly [field: number]: Plan | ((bytes: Uint8Array) => Uint8Array | undefined)
}

/** Entries of a program that fill, read and set variables: thrice as many nodes as the training, and no arithmetic. */
const carrying = /^(init|read|write)\//

const decoder = new TextDecoder()
const encoder = new TextEncoder()

/** `transformer.h.0.attn` as `transformer/h/0/attn`: TensorBoard folds at slashes. */
const scoped = (name: Uint8Array): Uint8Array => encoder.encode(decoder.decode(name).replaceAll(".", "/"))

/** dtype and shape of tensorboard/compat/proto/tensor.proto */
const kept = new Set([1, 2])

const stripped = (tensor: Uint8Array): Uint8Array =>
  tensor.byteLength <= LARGE_BYTES ? tensor : copied(tensor, { keep: (field) => kept.has(field) })

// graph.proto, node_def.proto, attr_value.proto
const attributes: Plan = { 2: { 8: stripped } }

const viewed = (node: Uint8Array): Uint8Array | undefined => {
  const reader = new BinaryReader(node)
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag()
    if (field === 1 && wire === WireType.LengthDelimited) {
      if (carrying.test(reader.string())) return undefined
      break
    }
    reader.skip(wire, field)
  }
  return copied(node, { plan: { 1: scoped, 3: scoped, 5: attributes } })
}

// Of functions TensorBoard draws a column that leaves no room for the graph; a call keeps the name of what it computes.
const graph: Plan = { 1: viewed, 2: () => undefined }

const copied = (
  message: Uint8Array,
  { keep = () => true, plan = {} }: { readonly keep?: (field: number) => boolean; readonly plan?: Plan }
): Uint8Array => {
  const reader = new BinaryReader(message)
  const writer = new BinaryWriter()
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag()
    const inner = plan[field]
    if (wire === WireType.LengthDelimited) {
      const bytes = reader.bytes()
      if (!keep(field)) continue
      const said =
        inner === undefined
          ? bytes
          : typeof inner === "function"
            ? inner(bytes)
            : copied(bytes, { plan: inner })
      if (said !== undefined) writer.tag(field, wire).bytes(said)
    } else {
      const raw = reader.skip(wire, field)
      if (keep(field)) writer.tag(field, wire).raw(raw)
    }
  }
  return writer.finish()
}

/**
 * The GraphDef `bytes` without the contents of constants above a kilobyte, the functions and the
 * nodes that carry weights in and out.
 *
 * @throws RangeError if it is no protocol buffer
 */
export const of = (bytes: Uint8Array): Uint8Array => copied(bytes, { plan: graph })
