// What a reader takes for one character (Unicode's extended grapheme clusters), over UTF-8. The engine's segmenter is slow, so
// it is asked only where a character could join its neighbour.
import { codePointAt, lengthOf } from "./Utf8.ts"

const segmenter = new Intl.Segmenter("und", { granularity: "grapheme" })
const decoder = new TextDecoder("utf-8", { ignoreBOM: true })

/** First and last of blocks whose characters neither join the one before nor the one after, as long as both are of them. */
const blocks = [
  [0x0, 0x2ff],
  [0x370, 0x482], // Greek, Cyrillic
  [0x48a, 0x52f],
  [0x5d0, 0x5ea], // Hebrew
  [0x620, 0x64a], // Arabic
  [0x1e00, 0x1fff], // Latin and Greek with accents
  [0x2010, 0x2027],
  [0x2030, 0x205e],
  [0x3001, 0x3029],
  [0x3041, 0x3096], // kana
  [0x309b, 0x30ff],
  [0x3400, 0x9fff], // Han
  [0xac00, 0xd7a3], // Korean syllables
  [0xff01, 0xff9d],
  [0x20000, 0x323af]
] as const

const isSimple = (point: number): boolean => {
  if (point < 0x300) return true
  for (const [first, last] of blocks) if (point <= last) return point >= first
  return false
}

const carriageReturn = 0x0d

/** Calls `onGrapheme` for each of `bytes[0..end)`, valid UTF-8, in order. */
export const forEachGrapheme = (
  bytes: Uint8Array,
  end: number,
  onGrapheme: (start: number, stop: number) => void
): void => {
  for (let start = 0; start < end;) {
    let stop = start + lengthOf(bytes[start]!)
    const isAlone =
      stop === end ||
      (bytes[start] !== carriageReturn &&
        isSimple(codePointAt(bytes, start)) &&
        isSimple(codePointAt(bytes, stop)))
    if (isAlone) {
      onGrapheme(start, stop)
      start = stop
      continue
    }
    // up to two simple characters in a row, between which there is always a border
    let previous = start
    while (stop < end) {
      const isBorder =
        bytes[previous] !== carriageReturn &&
        isSimple(codePointAt(bytes, previous)) &&
        isSimple(codePointAt(bytes, stop))
      if (isBorder) break
      previous = stop
      stop += lengthOf(bytes[stop]!)
    }
    for (const { segment } of segmenter.segment(decoder.decode(bytes.subarray(start, stop)))) {
      const next = start + Buffer.byteLength(segment)
      onGrapheme(start, next)
      start = next
    }
  }
}
