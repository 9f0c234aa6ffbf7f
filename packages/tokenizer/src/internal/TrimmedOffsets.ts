// Offsets of byte-level tokens without the blanks at their ends.
import type { Encoding } from "../Encoding.ts"
import type { ProcessOptions } from "../postProcessors/PostProcessor.ts"

/** How the byte alphabet spells a blank. */
const blank = "\u0120"
const leading = new RegExp(`^[${blank}\\s]*`, "u")
const trailing = new RegExp(`[${blank}\\s]*$`, "u")

/** With `addPrefixSpace` a single blank at the very beginning was added, so it has no place in the text. */
export const trimmed = (
  encoding: Encoding,
  addPrefixSpace: boolean,
  tokenOf: ProcessOptions["tokenOf"]
): Encoding => {
  const byteOffsets = encoding.byteOffsets.slice()
  const charOffsets = encoding.charOffsets.slice()
  for (const [place, id] of encoding.ids.entries()) {
    const token = tokenOf(id) ?? ""
    const before = leading.exec(token)?.[0].length ?? 0
    const after = trailing.exec(token)?.[0].length ?? 0
    // an added token that took the blanks to its left, as `<mask>` does, stands for more than it is spelled with
    const taken = lengthAt(charOffsets, place) - Array.from(token).length
    const takenBytes = taken > 0 ? lengthAt(byteOffsets, place) - Buffer.byteLength(token) : 0
    if (before === 0 && after === 0 && taken <= 0) continue
    trim(byteOffsets, place, { before: before + takenBytes, after, addPrefixSpace })
    trim(charOffsets, place, { before: before + Math.max(0, taken), after, addPrefixSpace })
  }
  return {
    ...encoding,
    byteOffsets,
    charOffsets,
    overflowing: encoding.overflowing.map((one) => trimmed(one, addPrefixSpace, tokenOf))
  }
}

const lengthAt = (offsets: Uint32Array, place: number): number =>
  offsets[2 * place + 1]! - offsets[2 * place]!

const trim = (
  offsets: Uint32Array,
  place: number,
  blanks: { readonly before: number; readonly after: number; readonly addPrefixSpace: boolean }
): void => {
  let [start, end] = [offsets[2 * place]!, offsets[2 * place + 1]!]
  const isFirst = place === 0 || start === 0
  const before = isFirst && blanks.addPrefixSpace && blanks.before === 1 ? 0 : blanks.before
  start = Math.min(start + before, end)
  if (blanks.after > 0 && end >= blanks.after) end = Math.max(end - blanks.after, start)
  offsets[2 * place] = start
  offsets[2 * place + 1] = end
}
