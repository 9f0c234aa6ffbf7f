// Regular expressions as Hugging Face's files have them (Oniguruma's dialect), run by the engine over strings.
import { Effect } from "effect"
import { invalid } from "../Part.ts"
import type { TokenizerInvalid } from "../TokenizerInvalid.ts"

/** `White_Space`, as `\s` is there (with U+0085, without U+FEFF, unlike JavaScript's). */
const space = String.raw`\t-\r \x85\xA0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000`
/** `\w`; Oniguruma counts the fractions and superscripts of Latin-1 among them. */
const word = String.raw`\p{Alphabetic}\p{M}\p{Nd}\p{Pc}²³¹¼½¾`

/** What both dialects write differently, as parts of a class. */
const classes: Readonly<Record<string, string>> = { s: space, w: word, d: String.raw`\p{Nd}`, h: "0-9a-fA-F" }
/** The same outside of classes. */
const anchors: Readonly<Record<string, string>> = { A: "^", z: "$" }
/** The engine's Unicode mode takes no needless backslash. */
const needless = /[!"#%&',:;<=>@`~_ ]/

/** An escape translated, or `undefined` if the engine has none. */
const escapeOf = (character: string, isInClass: boolean): string | undefined => {
  const positive = classes[character]
  if (positive !== undefined) return isInClass ? positive : `[${positive}]`
  const negative = classes[character.toLowerCase()]
  if (negative !== undefined) return isInClass ? undefined : `[^${negative}]`
  // borders of words depend on what a word is, which engines see differently
  if (/[bBGZKXRNO]/.test(character)) return undefined
  return anchors[character] ?? (needless.test(character) ? character : `\\${character}`)
}

/** The source in the engine's dialect, or `undefined` where it has no such thing. */
const translated = (source: string): string | undefined => {
  let out = ""
  let isInClass = false
  for (let i = 0; i < source.length; i++) {
    const character = source[i]!
    const next = source[i + 1]
    if (character === "\\" && next !== undefined) {
      const escape = escapeOf(next, isInClass)
      if (escape === undefined) return undefined
      out += escape
      i++
    } else if (character === "." && !isInClass) out += String.raw`[^\n]`
    else {
      if (character === "[") isInClass = true
      if (character === "]") isInClass = false
      out += character
    }
  }
  return out
}

/** The expression for the engine, global; fails where the engine does not know the dialect. */
export const textRegExp = (source: string, field: string): Effect.Effect<RegExp, TokenizerInvalid> =>
  Effect.suspend(() => {
    const text = translated(source)
    const unsupported = invalid(field, `the regular expression ${JSON.stringify(source)} is not supported`)
    return text === undefined
      ? Effect.fail(unsupported)
      : Effect.try({ try: () => new RegExp(text, "gu"), catch: () => unsupported })
  })

/** A text to be found as it is, as an expression. */
export const literalRegExp = (text: string): RegExp =>
  new RegExp(text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`), "gu")
