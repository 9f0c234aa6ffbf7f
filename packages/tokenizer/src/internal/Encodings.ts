// Encodings cut, put together and filled up, as Hugging Face does.
import type { Encoding } from "../Encoding.ts"

type Columns = Omit<Encoding, "overflowing">

/** Special tokens that are in no text. */
export const specialEncoding = (ids: ReadonlyArray<number>, typeId: number): Encoding => ({
  ids: Uint32Array.from(ids),
  typeIds: new Uint32Array(ids.length).fill(typeId),
  words: new Int32Array(ids.length).fill(-1),
  byteOffsets: new Uint32Array(2 * ids.length),
  charOffsets: new Uint32Array(2 * ids.length),
  specialTokensMask: new Uint8Array(ids.length).fill(1),
  attentionMask: new Uint8Array(ids.length).fill(1),
  sequences: new Int8Array(ids.length).fill(-1),
  overflowing: []
})

/** Tokens from `start` to `end`, without what overflows. */
export const slice = (encoding: Encoding, start: number, end: number): Encoding => ({
  ids: encoding.ids.slice(start, end),
  typeIds: encoding.typeIds.slice(start, end),
  words: encoding.words.slice(start, end),
  byteOffsets: encoding.byteOffsets.slice(2 * start, 2 * end),
  charOffsets: encoding.charOffsets.slice(2 * start, 2 * end),
  specialTokensMask: encoding.specialTokensMask.slice(start, end),
  attentionMask: encoding.attentionMask.slice(start, end),
  sequences: encoding.sequences.slice(start, end),
  overflowing: []
})

const joined = <A extends Uint32Array | Int32Array | Uint8Array | Int8Array>(
  first: A,
  second: A,
  made: A
): A => {
  made.set(first)
  made.set(second, first.length)
  return made
}

const join = (first: Columns, second: Columns): Columns => {
  const length = first.ids.length + second.ids.length
  return {
    ids: joined(first.ids, second.ids, new Uint32Array(length)),
    typeIds: joined(first.typeIds, second.typeIds, new Uint32Array(length)),
    words: joined(first.words, second.words, new Int32Array(length)),
    byteOffsets: joined(first.byteOffsets, second.byteOffsets, new Uint32Array(2 * length)),
    charOffsets: joined(first.charOffsets, second.charOffsets, new Uint32Array(2 * length)),
    specialTokensMask: joined(first.specialTokensMask, second.specialTokensMask, new Uint8Array(length)),
    attentionMask: joined(first.attentionMask, second.attentionMask, new Uint8Array(length)),
    sequences: joined(first.sequences, second.sequences, new Int8Array(length))
  }
}

const merge = (first: Encoding, second: Encoding): Encoding => ({
  ...join(first, second),
  // each window of the first with the second and its windows, then the first with the second's
  overflowing: [
    ...first.overflowing.flatMap((one) =>
      [second, ...second.overflowing].map((other) => merge(one, alone(other)))
    ),
    ...second.overflowing.map((other) => merge(alone(first), other))
  ]
})

const alone = (encoding: Encoding): Encoding => ({ ...encoding, overflowing: [] })

/** One after another; what overflows is combined. */
export const mergeAll = (encodings: ReadonlyArray<Encoding>): Encoding =>
  encodings.reduce((first, second) => merge(first, second), specialEncoding([], 0))

export interface Cut {
  readonly length: number
  readonly stride: number
  readonly direction: "Left" | "Right"
}

/** At most `length` tokens; the rest in windows of that length, each repeating `stride` tokens. `stride < length`, or 0. */
export const truncate = (encoding: Encoding, { direction, length, stride }: Cut): Encoding => {
  const whole = encoding.ids.length
  if (length >= whole) return encoding
  if (length === 0) return { ...specialEncoding([], 0), overflowing: [encoding] }
  const windows: Array<Encoding> = []
  const step = length - stride
  if (direction === "Right")
    for (let start = 0; ; start += step) {
      const end = Math.min(start + length, whole)
      windows.push(slice(encoding, start, end))
      if (end === whole) break
    }
  else
    for (let end = whole; ; end -= step) {
      const start = Math.max(0, end - length)
      windows.push(slice(encoding, start, end))
      if (start === 0) break
    }
  const [first = encoding, ...overflowing] = windows
  return { ...first, overflowing }
}

export interface Filling {
  readonly length: number
  readonly direction: "Left" | "Right"
  readonly id: number
  readonly typeId: number
}

/** At least `length` tokens, what overflows too. */
export const pad = (encoding: Encoding, filling: Filling): Encoding => {
  const overflowing = encoding.overflowing.map((one) => pad(one, filling))
  const missing = filling.length - encoding.ids.length
  if (missing <= 0) return { ...encoding, overflowing }
  const made = specialEncoding(
    Array.from({ length: missing }, () => filling.id),
    filling.typeId
  )
  const padding = { ...made, attentionMask: new Uint8Array(missing) }
  return {
    ...(filling.direction === "Right" ? join(encoding, padding) : join(padding, encoding)),
    overflowing
  }
}
