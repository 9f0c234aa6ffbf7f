// Takes white space away at the ends.
import { Schema } from "effect"
import { characterFlags, isSpace } from "../internal/CharacterFlags.ts"
import { codePointAt, lengthOf } from "../internal/Utf8.ts"
import { part } from "../Part.ts"
import type { Normalizer } from "./Normalizer.ts"

const Json = Schema.Struct({
  type: Schema.Literal("Strip"),
  strip_left: Schema.Boolean,
  strip_right: Schema.Boolean
})

export const strip = (sides: { readonly left: boolean; readonly right: boolean }): Normalizer => ({
  json: { type: "Strip", strip_left: sides.left, strip_right: sides.right },
  partwise: false,
  normalize: (text) => {
    const { bytes, length } = text
    const flags = characterFlags()
    const isSpaceAt = (at: number) => (flags[codePointAt(bytes, at)]! & isSpace) !== 0
    let start = 0
    let end = length
    if (sides.left) while (start < end && isSpaceAt(start)) start += lengthOf(bytes[start]!)
    while (sides.right && end > start) {
      let last = end - 1
      while (last > start && (bytes[last]! & 0xc0) === 0x80) last--
      if (!isSpaceAt(last)) break
      end = last
    }
    if (start === 0 && end === length) return
    text.begin()
    text.keep(start, end)
    text.end()
  }
})

export const readStrip = part(Json, ({ strip_left, strip_right }) =>
  strip({ left: strip_left, right: strip_right })
)
