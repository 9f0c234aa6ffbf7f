// Regular expressions as Hugging Face's files have them (Oniguruma's dialect), run by the engine over strings.
import { Effect } from "effect"
import { invalid } from "../Part.ts"
import type { TokenizerInvalid } from "../TokenizerInvalid.ts"

/** `White_Space`, as `\s` is there (with U+0085, without U+FEFF, unlike JavaScript's). */
const space = String.raw`\t-\r \x85\xA0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000`

/** The source with what both dialects write differently: `\s`, `\S` and `\h` inside and outside of brackets. */
const translated = (source: string): string => {
  let out = ""
  let inClass = false
  for (let i = 0; i < source.length; i++) {
    const character = source[i]!
    const next = source[i + 1]
    if (character === "\\" && next !== undefined) {
      i++
      if (next === "s") out += inClass ? space : `[${space}]`
      else if (next === "S" && !inClass) out += `[^${space}]`
      else if (next === "h") out += inClass ? "0-9a-fA-F" : "[0-9a-fA-F]"
      else if (next === "A") out += "^"
      else if (next === "z") out += "$"
      // the engine's unicode mode takes no needless backslash
      else if (/[!"#%&',:;<=>@`~_ ]/.test(next)) out += next
      else out += character + next
      continue
    }
    if (character === "[") inClass = true
    if (character === "]") inClass = false
    out += character
  }
  return out
}

/** The expression for the engine, global; fails where the engine does not know the dialect. */
export const textRegExp = (source: string, field: string): Effect.Effect<RegExp, TokenizerInvalid> =>
  Effect.try({
    try: () => new RegExp(translated(source), "gu"),
    catch: () => invalid(field, `the regular expression ${JSON.stringify(source)} is not supported`)
  })

/** A text to be found as it is, as an expression. */
export const literalRegExp = (text: string): RegExp =>
  new RegExp(text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`), "gu")
