// Snappy, with which a table's blocks may be compressed: https://github.com/google/snappy/blob/main/format_description.txt
import { Cursor, Malformed } from "./Protobuf.ts"

/** A copy of 64 bytes takes at least 3: what claims to become longer lies. */
const mostExpansion = 22

/**
 * What a compressed block was.
 *
 * @throws Malformed
 */
export const uncompress = (bytes: Uint8Array, name: string): Uint8Array => {
  const wrong = (problem: string) => new Malformed(name, `not what Snappy writes: ${problem}`)
  const cursor = new Cursor(bytes)
  const length = cursor.varint(name)
  if (length < 0 || length > bytes.length * mostExpansion)
    throw wrong(`${bytes.length} bytes cannot become ${length}`)
  const out = new Uint8Array(length)
  let end = 0
  const little = (count: number) =>
    cursor.take(count, name).reduceRight((value, byte) => value * 256 + byte, 0)
  const copy = (count: number, offset: number) => {
    if (offset < 1 || offset > end) throw wrong(`a copy from ${offset} bytes before place ${end}`)
    if (count > length - end) throw wrong(`more than the ${length} bytes it announced`)
    // byte by byte, since it may copy what it has just written
    for (let n = 0; n < count; n++, end++) out[end] = out[end - offset] ?? 0
  }
  while (!cursor.done) {
    const tag = little(1)
    const rest = tag >> 2
    if ((tag & 3) === 0) {
      const count = 1 + (rest < 60 ? rest : little(rest - 59))
      if (count > length - end) throw wrong(`more than the ${length} bytes it announced`)
      out.set(cursor.take(count, name), end)
      end += count
    } else if ((tag & 3) === 1) copy(4 + (rest & 7), (tag >> 5) * 256 + little(1))
    else copy(1 + rest, little((tag & 3) === 2 ? 2 : 4))
  }
  if (end !== length) throw wrong(`${end} bytes, ${length} announced`)
  return out
}
