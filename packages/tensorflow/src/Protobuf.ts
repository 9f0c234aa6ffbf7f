// Protocol buffers by field number, as far as TensorFlow's files need them: https://protobuf.dev/programming-guides/encoding.
// A message from outside is not trusted: nothing is read beyond its bytes, and no memory is taken for a length it claims.

/** What is read is not what it should be; whoever knows the file makes a typed error of it. */
export class Malformed extends Error {
  readonly field: string
  /** what to do, where fetching the file again would not help */
  readonly advice: string | undefined

  constructor(field: string, problem: string, advice?: string) {
    super(problem)
    this.field = field
    this.advice = advice
  }
}

/** Reads varints one after another. */
export class Cursor {
  readonly bytes: Uint8Array
  at: number

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes
    this.at = at
  }

  get done(): boolean {
    return this.at >= this.bytes.length
  }

  /**
   * An unsigned number of up to 64 bits.
   *
   * @throws Malformed if it does not end, or is beyond 2^53
   */
  varint(field: string): number {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.bytes[this.at++]
      if (byte === undefined) throw new Malformed(field, "ends within a number")
      value |= BigInt(byte & 127) << shift
      if (byte < 128) {
        // negative numbers are written as 64 bits, two's complement
        const number = Number(BigInt.asIntN(64, value))
        if (value >> 64n !== 0n || !Number.isSafeInteger(number))
          throw new Malformed(field, `the number ${value} is beyond all sense`)
        return number
      }
    }
    throw new Malformed(field, "a number has more than 10 bytes")
  }

  /** The next `length` bytes, not copied. */
  take(length: number, field: string): Uint8Array {
    if (length < 0 || length > this.bytes.length - this.at)
      throw new Malformed(field, `${length} bytes announced, ${this.bytes.length - this.at} follow`)
    return this.bytes.subarray(this.at, (this.at += length))
  }
}

/** A message taken apart; of a scalar that comes twice the last one counts, as the format asks. */
export class Message {
  readonly #name: string
  readonly #numbers = new Map<number, number>()
  readonly #parts = new Map<number, Array<Uint8Array>>()

  /**
   * @param name what errors call it
   * @throws Malformed
   */
  constructor(bytes: Uint8Array, name: string) {
    this.#name = name
    const cursor = new Cursor(bytes)
    while (!cursor.done) {
      const tag = cursor.varint(name)
      const [field, wire] = [Math.floor(tag / 8), tag % 8]
      if (field < 1) throw new Malformed(name, `there is no field ${field}`)
      if (wire === 0) this.#numbers.set(field, cursor.varint(name))
      else if (wire === 1) cursor.take(8, name)
      else if (wire === 2) {
        const part = cursor.take(cursor.varint(name), name)
        const parts = this.#parts.get(field)
        if (parts === undefined) this.#parts.set(field, [part])
        else parts.push(part)
      } else if (wire === 5) this.#numbers.set(field, uint32(cursor.take(4, name), 0))
      else throw new Malformed(name, `field ${field} has the wire type ${wire}`)
    }
  }

  /** A varint or fixed32; 0 where it is left out, as the format has it. */
  number(field: number): number {
    return this.#numbers.get(field) ?? 0
  }

  has(field: number): boolean {
    return this.#numbers.has(field) || this.#parts.has(field)
  }

  /** Every occurrence of a length-delimited field. */
  parts(field: number): ReadonlyArray<Uint8Array> {
    return this.#parts.get(field) ?? []
  }

  messages(field: number, name: string): ReadonlyArray<Message> {
    return this.parts(field).map((part) => new Message(part, `${this.#name}.${name}`))
  }

  /** The last of a field's messages. */
  message(field: number, name: string): Message | undefined {
    const part = this.parts(field).at(-1)
    return part === undefined ? undefined : new Message(part, `${this.#name}.${name}`)
  }

  text(field: number): string {
    return decoder.decode(this.parts(field).at(-1) ?? new Uint8Array(0))
  }
}

const decoder = new TextDecoder()

/** A fixed32 at a place. */
export const uint32 = (bytes: Uint8Array, at: number): number =>
  new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0, true)

/** A number as a varint. */
export const varint = (value: number): ReadonlyArray<number> => {
  const bytes: Array<number> = []
  let rest = value
  while (rest >= 128) {
    bytes.push((rest % 128) + 128)
    rest = Math.floor(rest / 128)
  }
  bytes.push(rest)
  return bytes
}

/** Tag and length of a length-delimited field. */
export const header = (field: number, length: number): Uint8Array =>
  Uint8Array.from([...varint(field * 8 + 2), ...varint(length)])

/** Pieces one after another. */
export const joined = (pieces: ReadonlyArray<Uint8Array>): Uint8Array => new Uint8Array(Buffer.concat(pieces))

/** A length-delimited field. */
export const part = (field: number, ...pieces: ReadonlyArray<Uint8Array>): Uint8Array =>
  joined([
    header(
      field,
      pieces.reduce((sum, { length }) => sum + length, 0)
    ),
    ...pieces
  ])

export const text = (field: number, value: string): Uint8Array => part(field, new TextEncoder().encode(value))

/** A varint field, not negative. */
export const number = (field: number, value: number): Uint8Array =>
  Uint8Array.from([...varint(field * 8), ...varint(value)])
