// Where the rows of a batch stand in their cache, and what each run of a generation program is told of it.
import { recentSlots } from "./KeyValueCache.ts"

/** `past` doubles, so that its size, which kernels are compiled for, seldom changes. */
const leastRoom = 64
const roomFor = (slots: number) => leastRoom * 2 ** Math.max(0, Math.ceil(Math.log2(slots / leastRoom)))

const flags = (values: Uint8Array, shape: ReadonlyArray<number>) => ({ shape, values })
const numbers = (length: number) => ({ values: new Int32Array(length) })
const scalar = (value: number) => ({ shape: [], values: Int32Array.of(value) })

/** Prompts of any lengths on one grid: [B, T], padded on the left. */
export const grid = (prompts: ReadonlyArray<ReadonlyArray<number>>) => {
  const B = prompts.length
  const T = prompts.reduce((most, { length }) => Math.max(most, length), 1)
  const tokens = new Int32Array(B * T)
  const positions = new Int32Array(B * T)
  const mask = new Uint8Array(B * T)
  for (const [row, ids] of prompts.entries()) {
    const from = (row + 1) * T - ids.length
    tokens.set(ids, from)
    mask.fill(1, from, (row + 1) * T)
    for (const at of ids.keys()) positions[from + at] = at
  }
  const shape = [B, T]
  return {
    tokens: { shape, values: tokens },
    positions: { shape, values: positions },
    mask: flags(mask, shape),
    T
  }
}

export class CacheSlots {
  /** slots before the first token of each row */
  #pads: Int32Array
  /** filled slots of `past` */
  #base: number
  /** filled slots of `recent` */
  #at = 0
  /** N */
  #room: number
  readonly #contextLength: number

  private constructor(pads: Int32Array, base: number, contextLength: number) {
    this.#pads = pads
    this.#base = base
    this.#room = roomFor(base)
    this.#contextLength = contextLength
  }

  /** For prompts, with what the entry that reads them is given. */
  static after(prompts: ReadonlyArray<ReadonlyArray<number>>, contextLength: number) {
    const { T, ...given } = grid(prompts)
    const slots = new CacheSlots(
      Int32Array.from(prompts, ({ length }) => T - length),
      T,
      contextLength
    )
    return { slots, given: { ...given, slots: numbers(slots.#room) } }
  }

  /** What the entry `move` is given, if it must run before the next token. */
  moved() {
    if (this.#at < recentSlots) return undefined
    const filled = numbers(this.#base)
    this.#base += recentSlots
    this.#at = 0
    this.#room = Math.max(this.#room, roomFor(this.#base))
    return { filled, slots: numbers(this.#room) }
  }

  /** What a step is given for the next token of each row. */
  next() {
    const B = this.#pads.length
    const S = this.#room + recentSlots
    const visible = new Uint8Array(B * S)
    const positions = new Int32Array(B)
    for (const [row, before] of this.#pads.entries()) {
      visible.fill(1, row * S + before, row * S + this.#base)
      visible.fill(1, row * S + this.#room, row * S + this.#room + this.#at + 1)
      // a row that is done may be taken along beyond its context: nobody reads what it says
      positions[row] = Math.min(this.#base + this.#at - before, this.#contextLength - 1)
    }
    const given = {
      positions: { shape: [B], values: positions },
      visible: flags(visible, [B, S]),
      base: scalar(this.#base),
      at: scalar(this.#at)
    }
    this.#at++
    return given
  }

  reorder(rows: Int32Array): void {
    this.#pads = rows.map((row) => this.#pads[row] ?? 0)
  }
}
