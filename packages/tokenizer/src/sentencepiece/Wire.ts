// Protocol Buffers as they are on disk: fields of a number, a type and a value, one after another. Enough to read a message
// whose fields one knows, without a library. Every length is held against the bytes that are there.

/** Integers (7 bits a byte), bytes with their length, and 4 bytes. 8 bytes are skipped, groups are no longer written. */
export type WireField =
  | { readonly number: number; readonly type: "integer"; readonly value: number }
  | { readonly number: number; readonly type: "bytes"; readonly value: Uint8Array }
  | { readonly number: number; readonly type: "float"; readonly value: number }

/** Calls `onField` for each field in order; gives what is wrong with the bytes, or what `onField` found wrong. */
export const readFields = (
  bytes: Uint8Array,
  onField: (field: WireField) => string | undefined
): string | undefined => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  /** an unsigned integer of up to 64 bits, rounded above 2^53; -1 if it does not end */
  const integer = (): number => {
    let value = 0
    for (let factor = 1, count = 0; count < 10 && at < bytes.length; factor *= 128, count++) {
      const byte = bytes[at++]!
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
    }
    return -1
  }
  while (at < bytes.length) {
    const start = at
    const tag = integer()
    const number = Math.floor(tag / 8)
    if (tag < 8) return `no field at byte ${start}`
    const problem = (() => {
      switch (tag % 8) {
        case 0: {
          const value = integer()
          return value < 0 ? cutOff(start) : onField({ number, type: "integer", value })
        }
        case 1:
          at += 8
          return at > bytes.length ? cutOff(start) : undefined
        case 2: {
          const length = integer()
          if (length < 0 || length > bytes.length - at) return cutOff(start)
          at += length
          return onField({ number, type: "bytes", value: bytes.subarray(at - length, at) })
        }
        case 5:
          at += 4
          if (at > bytes.length) return cutOff(start)
          return onField({ number, type: "float", value: view.getFloat32(at - 4, true) })
        default:
          return `a field of unknown type at byte ${start}`
      }
    })()
    if (problem !== undefined) return problem
  }
  return undefined
}

const cutOff = (start: number) => `the field at byte ${start} does not end`
