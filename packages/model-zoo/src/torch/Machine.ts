// The state of a reader of pickles: where it is, its stack and its memo. Every length is checked against the bytes that are left.
import { Refused } from "./TorchInvalid.ts"
import { describe, type Storage, type Value } from "./Value.ts"

const mostNameBytes = 512 // of a name of Python
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** A refused file must not print itself. */
export const shown = (text: string): string =>
  JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}...` : text).slice(1, -1)

export class Machine {
  /** byte of the opcode at work */
  start: number
  stack: Array<Value> = []
  readonly memo = new Map<number, Value>()
  /** as the pickle names them, by key */
  readonly storages = new Map<string, Storage>()
  /** one value for one text, so that asking again and again takes no memory */
  readonly encoded = new Map<string, Uint8Array>()
  readonly #below: Array<Array<Value>> = []
  readonly #part: string
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at: number
  #copied = 0

  constructor(part: string, bytes: Uint8Array, from: number) {
    this.#part = part
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#at = from
    this.start = from
  }

  get at(): number {
    return this.#at
  }

  refused(problem: string): Refused {
    return new Refused(`${this.#part}, byte ${this.start}`, problem)
  }

  /** Counts values that are copied: in what Python writes each is copied once at most, so never more than there are bytes. */
  copies(count: number): void {
    this.#copied += count
    if (this.#copied > this.#bytes.length) throw this.refused("copies its own values over and over")
  }

  #take(count: number): number {
    const left = this.#bytes.length - this.#at
    if (count > left) throw this.refused(`the next ${count} bytes are needed, ${left} are left`)
    this.#at += count
    return this.#at - count
  }

  uint8(): number {
    return this.#view.getUint8(this.#take(1))
  }
  uint16(): number {
    return this.#view.getUint16(this.#take(2), true)
  }
  int32(): number {
    return this.#view.getInt32(this.#take(4), true)
  }
  uint32(): number {
    return this.#view.getUint32(this.#take(4), true)
  }
  /** Above 2^53 it is not exact, and longer than any file. */
  uint64(): number {
    return Number(this.#view.getBigUint64(this.#take(8), true))
  }
  double(): number {
    return this.#view.getFloat64(this.#take(8), false)
  }
  bytes(length: number): Uint8Array {
    const from = this.#take(length)
    return this.#bytes.slice(from, from + length)
  }
  text(length: number): string {
    const from = this.#take(length)
    try {
      return utf8.decode(this.#bytes.subarray(from, from + length))
    } catch {
      throw this.refused("text that is not UTF-8")
    }
  }
  /** Text of Python 2, which may be bytes just as well. */
  latin1(length: number): string {
    const from = this.#take(length)
    return Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + from, length).toString("latin1")
  }
  /** A name that ends with its line. */
  line(): string {
    const end = this.#bytes.indexOf(10, this.#at)
    if (end < 0 || end - this.#at > mostNameBytes) throw this.refused("a name without an end")
    const text = this.text(end - this.#at)
    this.#take(1)
    return text
  }

  push(value: Value): void {
    this.stack.push(value)
  }
  pop(): Value {
    const value = this.stack.pop()
    if (value === undefined) throw this.refused("takes a value from an empty stack")
    return value
  }
  top(): Value {
    const value = this.stack.at(-1)
    if (value === undefined) throw this.refused("looks at an empty stack")
    return value
  }
  /** The topmost value, which has to be of a kind. */
  expect<A extends Value>(value: Value, is: (value: Value) => value is A, what: string): A {
    if (!is(value)) throw this.refused(`expects ${what}, finds ${describe(value)}`)
    return value
  }
  mark(): void {
    this.#below.push(this.stack)
    this.stack = []
  }
  /** All values since the last mark. */
  sinceMark(): Array<Value> {
    const below = this.#below.pop()
    if (below === undefined) throw this.refused("looks for a mark that was never set")
    const values = this.stack
    this.stack = below
    return values
  }
}
