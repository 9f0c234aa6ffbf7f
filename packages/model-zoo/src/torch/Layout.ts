// Tensors as torch lays them out: an offset and a stride for each dimension, into a storage that others may share.
import { dtypeBytes, sizeOf } from "../NamedArray.ts"
import { Refused } from "./TorchInvalid.ts"
import { shown } from "./Machine.ts"
import type { Tensor } from "./Value.ts"

/** More numbers than their storage has only tiny tensors may have: an expanded bias, not 4 GB out of 4 bytes. */
const mostExpanded = 65_536

/** The bytes a tensor occupies of its storage, which were checked to be there. */
export interface Placed {
  readonly tensor: Tensor
  readonly begin: number
  readonly end: number
  /** bytes that a row-major copy takes; 0 where the storage serves as it is */
  readonly copied: number
}

/** Whether the numbers lie one after the other in row-major order. */
const isRowMajor = ({ shape, strides }: Tensor): boolean => {
  let expected = 1
  for (let at = shape.length - 1; at >= 0; at--) {
    const size = shape[at] ?? 0
    if (size === 1) continue
    if (strides[at] !== expected) return false
    expected *= size
  }
  return true
}

const geometry = ({ shape, strides }: Tensor) =>
  `shape [${shape.join(", ")}], strides [${strides.join(", ")}]`

/** Checks a tensor against the bytes of its storage. Throws `Refused`. */
export const place = (name: string, tensor: Tensor, storageBytes: number | undefined): Placed => {
  const { storage, dtype, offset, shape, strides } = tensor
  const refused = (problem: string) => new Refused(`tensor ${shown(name)}`, problem)
  const [unit, size] = [dtypeBytes[storage.dtype], dtypeBytes[dtype]]
  if (storageBytes === undefined) throw refused(`its storage ${storage.key} is not in the file`)
  if (storageBytes !== storage.numel * unit)
    throw refused(
      `its storage ${storage.key} of ${storage.numel} ${storage.dtype} has ${storageBytes} bytes, not ${storage.numel * unit}`
    )
  if (shape.includes(0)) return { tensor, begin: 0, end: 0, copied: 0 }
  const numbers = sizeOf(shape)
  const there = Math.floor((storage.length * unit) / size)
  const last = shape.reduce((sum, length, at) => sum + (length - 1) * (strides[at] ?? 0), offset)
  if (!(last < there))
    throw refused(`reaches to number ${last} of a storage of ${there}: ${geometry(tensor)}`)
  if (numbers > Math.max(there, mostExpanded))
    throw refused(`expands ${there} stored numbers to ${numbers}: ${geometry(tensor)}`)
  const begin = storage.first * unit + offset * size
  if (begin % size !== 0) throw refused(`begins at byte ${begin} of its storage, inside of a number`)
  return {
    tensor,
    begin,
    end: begin + (last - offset + 1) * size,
    copied: isRowMajor(tensor) ? 0 : numbers * size
  }
}

type Words = Uint8Array | Uint16Array | Uint32Array
type Word = {
  readonly BYTES_PER_ELEMENT: number
  new (buffer: ArrayBufferLike, offset: number, length: number): Words
}
const words: { readonly [B in 1 | 2 | 4]: Word } = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array }

/** Copies the words that shape and strides walk over, in row-major order. */
const gather = (from: Words, to: Words, walk: Pick<Tensor, "shape" | "strides">) => {
  const [length = 1, step = 1] = [walk.shape.at(-1), walk.strides.at(-1)]
  const outer = walk.shape.slice(0, -1)
  const index = outer.map(() => 0)
  let [source, target] = [0, 0]
  while (target < to.length) {
    for (let at = 0; at < length; at++) to[target++] = from[source + at * step] ?? 0
    for (let axis = outer.length - 1; axis >= 0; axis--) {
      const [place, size, stride] = [index[axis] ?? 0, outer[axis] ?? 0, walk.strides[axis] ?? 0]
      if (place + 1 < size) {
        index[axis] = place + 1
        source += stride
        break
      }
      index[axis] = 0
      source -= place * stride
    }
  }
}

/** The numbers in row-major order: a part of the storage where they lie so, else a copy. */
export const rowMajor = ({ tensor, begin, end, copied }: Placed, storage: Uint8Array): Uint8Array => {
  const bytes = storage.subarray(begin, end)
  if (copied === 0) return bytes
  const size = dtypeBytes[tensor.dtype]
  const Word = words[size === 8 ? 4 : size]
  const wide = size === 8 // two words, which follow each other: one more dimension
  const copy = new Uint8Array(copied)
  gather(
    new Word(bytes.buffer, bytes.byteOffset, bytes.byteLength / Word.BYTES_PER_ELEMENT),
    new Word(copy.buffer, 0, copied / Word.BYTES_PER_ELEMENT),
    wide
      ? { shape: [...tensor.shape, 2], strides: [...tensor.strides.map((stride) => stride * 2), 1] }
      : tensor
  )
  return copy
}
