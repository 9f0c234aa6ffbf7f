// SentencePiece's for machine translation: control characters go, other separators become blanks.
import { Schema } from "effect"
import { filter, map } from "../internal/EachCharacter.ts"
import { part } from "../Part.ts"
import type { Normalizer } from "./Normalizer.ts"

const Json = Schema.Struct({ type: Schema.Literal("Nmt") })

const blank = 0x20
const blanks: ReadonlySet<number> = new Set([
  0x09, 0x0a, 0x0c, 0x0d, 0x1680, 0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0x2028, 0x2029, 0x2581, 0xfeff,
  0xfffd
])

const isControl = (codePoint: number): boolean =>
  (codePoint >= 0x01 && codePoint <= 0x08) ||
  codePoint === 0x0b ||
  (codePoint >= 0x0e && codePoint <= 0x1f) ||
  codePoint === 0x7f ||
  codePoint === 0x8f ||
  codePoint === 0x9f

const nmt: Normalizer = {
  json: { type: "Nmt" },
  partwise: true,
  normalize: (text) => {
    filter(text, (codePoint) => !isControl(codePoint))
    map(text, (codePoint) => (blanks.has(codePoint) ? blank : codePoint))
  }
}

export const readNmt = part(Json, () => nmt)
