// NFC, NFD, NFKC and NFKD.
import { Schema } from "effect"
import type { AlignedText } from "../AlignedText.ts"
import { type Form, normalized, type Normalized } from "../internal/Normalization.ts"
import { codePointAt, lengthOf } from "../internal/Utf8.ts"
import { part, type ReadPart } from "../Part.ts"
import type { Normalizer } from "./Normalizer.ts"

/** Characters below are as they are in the form, and stay so whatever stands before them. */
const stable: Readonly<Record<Form, number>> = { NFC: 0xc0, NFD: 0xc0, NFKC: 0xa0, NFKD: 0xa0 }

const mark = /\p{M}/u

/** Vowels and finals of Korean for compatibility, and half-wide marks of Japanese: NFKC and NFKD make marks of them. */
const isCompatiblePart = (codePoint: number): boolean =>
  (codePoint >= 0x3133 && codePoint <= 0x3163) || (codePoint >= 0xff9e && codePoint <= 0xffdc)

/** May join what stands before it: marks, and the later parts of Korean syllables. */
const reachesBack = (codePoint: number): boolean => {
  if (codePoint < 0x300) return false
  if (isCompatiblePart(codePoint)) return true
  if (codePoint >= 0x1161 && codePoint <= 0x11c2) return true
  if (codePoint >= 0x4e00 && codePoint <= 0x9fff) return false
  return mark.test(String.fromCodePoint(codePoint))
}

/** Runs come again and again; when there are too many, they are forgotten. */
const mostKnown = 1 << 14

/** Puts a text into a form. */
export const toForm = (form: Form): ((text: AlignedText) => void) => {
  const known = new Map<string, Normalized | undefined>()
  const changed = (run: string): Normalized | undefined => {
    if (known.has(run)) return known.get(run)
    if (known.size === mostKnown) known.clear()
    const done = normalized(run, form)
    const isSame =
      String.fromCodePoint(...done.codePoints) === run && done.changes.every((change) => change === 0)
    const value = isSame ? undefined : done
    known.set(run, value)
    return value
  }
  const lowest = stable[form]
  return (text) => {
    const { bytes, length } = text
    let kept = -1
    for (let at = 0; at < length;) {
      const start = at
      const first = codePointAt(bytes, at)
      at += lengthOf(bytes[at]!)
      while (at < length && reachesBack(codePointAt(bytes, at))) at += lengthOf(bytes[at]!)
      if (first < lowest && at === start + lengthOf(bytes[start]!)) continue
      const run = changed(text.text(start, at))
      if (run === undefined) continue
      if (kept < 0) {
        text.begin()
        kept = 0
      }
      text.keep(kept, start)
      writeRun(text, start, run)
      kept = at
    }
    if (kept < 0) return
    text.keep(kept, length)
    text.end()
  }
}

/** Each character stands for the one it replaces, a new one for the last one replaced. */
const writeRun = (text: AlignedText, start: number, { changes, codePoints }: Normalized): void => {
  let at = start
  for (const [index, codePoint] of codePoints.entries()) {
    const change = changes[index]!
    if (change > 0) text.put(codePoint, at - 1)
    else {
      text.put(codePoint, at)
      for (let passed = 0; passed <= -change; passed++) at += lengthOf(text.bytes[at] ?? 0)
    }
  }
}

const unicodeForm = (type: Form): Normalizer => ({
  json: { type },
  partwise: true,
  normalize: toForm(type)
})

const readForm = (type: Form): ReadPart<Normalizer> =>
  part(Schema.Struct({ type: Schema.Literal(type) }), () => unicodeForm(type))

export const readNfc = readForm("NFC")
export const readNfd = readForm("NFD")
export const readNfkc = readForm("NFKC")
export const readNfkd = readForm("NFKD")
