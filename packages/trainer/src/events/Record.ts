// One record of an event file: its length, a checksum of that, the data, a checksum of it
// (tensorflow/core/lib/io/record_writer.h).
import { crc32c, masked } from "@inkstone/tensorflow/Crc32c"

/** Bytes of a record in front of its data. */
export const HEADER = 12
/** and behind it */
export const FOOTER = 4

/** `data` as a record. */
export const encode = (data: Uint8Array): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(HEADER + data.byteLength + FOOTER)
  const view = new DataView(bytes.buffer)
  view.setBigUint64(0, BigInt(data.byteLength), true)
  view.setUint32(8, masked(crc32c(bytes.subarray(0, 8))), true)
  bytes.set(data, HEADER)
  view.setUint32(HEADER + data.byteLength, masked(crc32c(data)), true)
  return bytes
}
