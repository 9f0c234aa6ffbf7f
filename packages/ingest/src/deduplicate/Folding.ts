// What a UTF-16 unit counts as when texts are compared: case, accents and full width do not matter, white space parts words,
// a character of a script without spaces is a word of its own.

/** Parts two words. */
export const gap = 0
/** Is passed over, as if it were not there: combining marks, zero-width characters. */
export const nothing = 1
/** A character that is a unit of its own, such as a Han character. */
export const alone = 0x1_0000
/** A decimal digit; runs of digits count as one `0`. */
export const digit = 0x2_0000

/**
 * By UTF-16 unit: `gap`, `nothing`, a folded letter (2 to 0xffff), or a folded character with the flag `alone` or `digit`.
 *
 * - `near`: punctuation is a gap and a number counts as `0`, as datatrove's `simplify_text` has it;
 * - `plain`: punctuation is nothing and digits are letters, as the 13-grams of GPT-3 have it (appendix C: lower case,
 *   punctuation removed, words parted by white space).
 *
 * Made at the first call (about 50 ms).
 */
export const folding = (style: "near" | "plain"): Int32Array => {
  both ??= build()
  return both[style]
}

let both: { readonly near: Int32Array; readonly plain: Int32Array } | undefined

const letter = /^[\p{L}\p{M}\p{N}]$/u
const decimal = /^\p{Nd}$/u
const mark = /^\p{Mn}+$/u
const unseen = /^[\p{Cf}\p{Mn}]$/u
const space = /^[\s\p{Cc}]$/u
const unspaced =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}\p{Script=Bopomofo}]$/u

const build = () => {
  const near = new Int32Array(0x1_0000)
  const plain = new Int32Array(0x1_0000)
  for (let unit = 0; unit < 0x1_0000; unit++) {
    const [inNear, inPlain] = unit >= 0xd800 && unit < 0xe000 ? half(unit) : whole(unit)
    near[unit] = inNear
    plain[unit] = inPlain
  }
  return { near, plain }
}

const whole = (unit: number): readonly [near: number, plain: number] => {
  const character = String.fromCharCode(unit)
  if (space.test(character)) return [gap, gap]
  if (unseen.test(character)) return [nothing, nothing]
  if (!letter.test(character)) return [gap, nothing]
  const code = base(character)
  if (decimal.test(character)) return [digit | 0x30, code]
  const both = unspaced.test(character) ? alone | code : code
  return [both, both]
}

/** The letter without accents, full width and case, where that leaves one letter. */
const base = (character: string): number => {
  const decomposed = character.normalize("NFKD")
  const rest = decomposed.slice(1)
  const kept = rest === "" || mark.test(rest) ? decomposed.charAt(0) : character
  const lower = kept.toLowerCase()
  return (lower.length === 1 ? lower : kept).charCodeAt(0)
}

/** Beyond the Basic Multilingual Plane: Han is told apart, emoji and other symbols are punctuation, the rest are letters. */
const half = (unit: number): readonly [near: number, plain: number] => {
  if (unit >= 0xd840 && unit < 0xd8c0) return [alone | unit, alone | unit]
  if (unit >= 0xd83c && unit < 0xd83f) return [gap, nothing]
  return [unit, unit]
}
