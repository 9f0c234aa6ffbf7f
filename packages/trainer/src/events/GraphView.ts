// A program's graph as something to look at: the same nodes without the contents of large constants, which nobody reads in
// a picture and which would be most of the file.
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire"

/** A tensor of more bytes than this keeps its type and shape alone. */
const LARGE_BYTES = 1024

/** What happens to the length-delimited fields of a message; those not named stay as they are. */
interface Plan {
  readonly [field: number]: Plan | ((bytes: Uint8Array) => Uint8Array)
}

/** dtype and shape of tensorboard/compat/proto/tensor.proto */
const kept = new Set([1, 2])

const stripped = (tensor: Uint8Array): Uint8Array =>
  tensor.byteLength <= LARGE_BYTES ? tensor : copied(tensor, { keep: (field) => kept.has(field) })

// graph.proto, function.proto, node_def.proto, attr_value.proto
const node: Plan = { 5: { 2: { 8: stripped } } }
const graph: Plan = { 1: node, 2: { 1: { 3: node } } }

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
      writer.tag(field, wire).bytes(said)
    } else {
      const raw = reader.skip(wire, field)
      if (keep(field)) writer.tag(field, wire).raw(raw)
    }
  }
  return writer.finish()
}

/**
 * The GraphDef `bytes` without the contents of constants above a kilobyte.
 *
 * @throws RangeError if it is no protocol buffer
 */
export const of = (bytes: Uint8Array): Uint8Array => copied(bytes, { plan: graph })
