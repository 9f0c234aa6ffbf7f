// CRC-32C (Castagnoli), the checksum of TensorFlow's tables, checkpoints and records. Node's zlib has only the other polynomial.

/** `tables[k][byte]`: what a byte gives that `k` more bytes follow, so that eight bytes are one step. */
const tables = (() => {
  const first = Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
    return crc
  })
  const all = [first]
  for (let k = 1; k < 8; k++)
    all.push(Uint32Array.from(all[k - 1] ?? first, (crc) => (first[crc & 255] ?? 0) ^ (crc >>> 8)))
  const flat = new Uint32Array(8 * 256)
  for (const [k, table] of all.entries()) flat.set(table, k * 256)
  return flat
})()

/** CRC-32C of some bytes that follow what gave `before` (RFC 3720, appendix B.4 has examples). */
export const crc32c = (bytes: Uint8Array, before = 0): number => {
  let crc = ~before
  let at = 0
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  // the eight lookups are independent of each other: four times as fast as byte by byte
  for (; at + 8 <= bytes.length; at += 8) {
    const low = crc ^ view.getInt32(at, true)
    const high = view.getInt32(at + 4, true)
    crc =
      tables[1792 + (low & 255)]! ^
      tables[1536 + ((low >>> 8) & 255)]! ^
      tables[1280 + ((low >>> 16) & 255)]! ^
      tables[1024 + (low >>> 24)]! ^
      tables[768 + (high & 255)]! ^
      tables[512 + ((high >>> 8) & 255)]! ^
      tables[256 + ((high >>> 16) & 255)]! ^
      tables[high >>> 24]!
  }
  for (; at < bytes.length; at++) crc = tables[(crc ^ bytes[at]!) & 255]! ^ (crc >>> 8)
  return ~crc >>> 0
}

/** As files store it: rotated and shifted, so that a checksum of data that holds checksums stays a good one. */
export const masked = (crc: number): number => (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
