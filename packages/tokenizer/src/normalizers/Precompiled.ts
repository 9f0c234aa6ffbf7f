// The rules that a SentencePiece file carries (NMT's NFKC and its kin), applied as Hugging Face `tokenizers` does: to what a
// reader takes for one character, else to each code point. Not quite what SentencePiece itself does, which takes the longest
// rule at each place: see `SentencePiece.ts`.
import { Effect, Result, Schema } from "effect"
import { Base64 } from "effect/encoding"
import { forEachGrapheme } from "../internal/Graphemes.ts"
import { lengthOf } from "../internal/Utf8.ts"
import { invalid, part } from "../Part.ts"
import { Charsmap } from "../sentencepiece/Charsmap.ts"
import type { Normalizer } from "./Normalizer.ts"

const Json = Schema.Struct({
  type: Schema.Literal("Precompiled"),
  precompiled_charsmap: Schema.NullOr(Schema.String)
})

/** Longer ones are looked at code point by code point (`precompiled.rs`). */
const longestGrapheme = 5

/** `base64` is the file's text of the rules. */
export const precompiled = (charsmap: Charsmap, base64: string): Normalizer => ({
  json: { type: "Precompiled", precompiled_charsmap: base64 },
  partwise: true,
  normalize: (text) => {
    const { bytes, length } = text
    let kept = -1
    const replace = (from: number, to: number): boolean => {
      const replacement = charsmap.shortest(bytes, from, to)
      if (replacement === undefined) return false
      if (kept < 0) {
        text.begin()
        kept = 0
      }
      text.keep(kept, from)
      text.putText(replacement, from)
      kept = to
      return true
    }
    forEachGrapheme(bytes, length, (start, stop) => {
      if (stop - start <= longestGrapheme && replace(start, stop)) return
      for (let at = start; at < stop; at += lengthOf(bytes[at]!)) replace(at, at + lengthOf(bytes[at]!))
    })
    if (kept < 0) return
    text.keep(kept, length)
    text.end()
  }
})

const nothing: Normalizer = {
  json: { type: "Precompiled", precompiled_charsmap: null },
  partwise: true,
  normalize: () => undefined
}

export const readPrecompiled = part(Json, ({ precompiled_charsmap }, field) => {
  if (precompiled_charsmap === null || precompiled_charsmap === "") return nothing
  const blob = Base64.decode(precompiled_charsmap)
  const parsed = Result.isFailure(blob) ? Result.fail("no base64") : Charsmap.parse(blob.success)
  return Result.isFailure(parsed)
    ? Effect.fail(invalid(`${field}.precompiled_charsmap`, parsed.failure))
    : precompiled(parsed.success, precompiled_charsmap)
})
