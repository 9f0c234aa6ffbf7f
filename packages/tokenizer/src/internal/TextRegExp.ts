// Regular expressions as Hugging Face's files have them (Oniguruma's dialect), run by the engine over strings.
import { Effect } from "effect"
import { invalid } from "../Part.ts"
import type { TokenizerInvalid } from "../TokenizerInvalid.ts"
import { characterClasses, letter, number } from "./CharacterClasses.ts"
import { characterFlags, isWord } from "./CharacterFlags.ts"

/** `White_Space`, as `\s` is there (with U+0085, without U+FEFF, unlike JavaScript's). */
const space = String.raw`\t-\r \x85\xA0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000`
/** Outside of a class Oniguruma counts these among the characters of words, inside it does not. */
const latinNumbers = "²³¹¼½¾"

/** Code points as parts of a class: the engine's own properties follow the Unicode version of the Node at hand. */
const classOf = (isIn: (codePoint: number) => boolean): string => {
  let out = ""
  let from = -1
  for (let point = 0; point <= 0x110000; point++) {
    const is = point < 0x110000 && isIn(point)
    if (is === from >= 0) continue
    if (!is) out += String.raw`\u{${from.toString(16)}}-\u{${(point - 1).toString(16)}}`
    from = is ? point : -1
  }
  return out
}

const made = new Map<string, string>()
const once = (name: string, make: () => string): string => {
  const known = made.get(name)
  if (known !== undefined) return known
  const value = make()
  made.set(name, value)
  return value
}

const isWordCharacter = (point: number): boolean =>
  (characterFlags()[point]! & isWord) !== 0 && point !== 0x200c && point !== 0x200d

/** What both dialects write differently, as parts of a class; `undefined` for what is the same in both. */
const classFor = (escape: string): string | undefined => {
  switch (escape) {
    case "s":
      return space
    case "w":
      return once(escape, () => classOf(isWordCharacter))
    case "d":
      return String.raw`\p{Nd}`
    case "h":
      return "0-9a-fA-F"
    case "p{L}":
      return once(escape, () => classOf((point) => characterClasses[point] === letter))
    case "p{N}":
      return once(escape, () => classOf((point) => characterClasses[point] === number))
    default:
      return undefined
  }
}
/** The same outside of classes. */
const anchors: Readonly<Record<string, string>> = { A: "^", z: "$" }
/** The engine's Unicode mode takes no needless backslash. */
const needless = /[!"#%&',:;<=>@`~_ ]/

/** An escape translated, or `undefined` if the engine has none. */
const escapeOf = (escape: string, isInClass: boolean): string | undefined => {
  const lower = escape.startsWith("P{")
    ? `p${escape.slice(1)}`
    : escape.length === 1
      ? escape.toLowerCase()
      : escape
  const part = classFor(lower)
  if (part !== undefined) {
    const isNegative = lower !== escape
    if (isInClass) return isNegative ? undefined : part
    return `[${isNegative ? "^" : ""}${part}${lower === "w" ? latinNumbers : ""}]`
  }
  // borders of words depend on what a word is, which engines see differently
  if (/^[bBGZKXRNO]$/.test(escape)) return undefined
  return anchors[escape] ?? (needless.test(escape) && escape.length === 1 ? escape : `\\${escape}`)
}

/** The source in the engine's dialect, or `undefined` where it has no such thing. */
const translated = (source: string): string | undefined => {
  let out = ""
  let isInClass = false
  for (let i = 0; i < source.length; i++) {
    const character = source[i]!
    const next = source[i + 1]
    if (character === "\\" && next !== undefined) {
      const property = /^[pP]\{[^}]*\}/.exec(source.slice(i + 1, i + 64))?.[0] ?? next
      const escape = escapeOf(property, isInClass)
      if (escape === undefined) return undefined
      out += escape
      i += property.length
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
