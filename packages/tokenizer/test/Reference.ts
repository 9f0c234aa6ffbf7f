// Byte-level BPE as one would write it down: the published regular expression, then the merge of lowest rank again and
// again. Slow and short; what the fast one must equal.
import { spell } from "../src/internal/ByteAlphabet.ts"
import { expressions, type Pattern } from "../src/Pattern.ts"

/** The published expression with `\s` meaning Unicode's White_Space, as it does outside JavaScript. */
const regexOf = (pattern: Pattern): RegExp =>
  new RegExp(
    expressions[pattern]
      .replaceAll(String.raw`[^\s`, String.raw`[^\p{White_Space}`)
      .replaceAll(String.raw`\s`, String.raw`\p{White_Space}`)
      .replaceAll(String.raw`\S`, String.raw`\P{White_Space}`),
    "gu"
  )

export const words = (text: string, pattern: Pattern): ReadonlyArray<string> =>
  text.toWellFormed().match(regexOf(pattern)) ?? []

/** Pieces of a text, spelled in GPT-2's alphabet. */
export const pieces = (
  text: string,
  merges: ReadonlyArray<readonly [string, string]>,
  pattern: Pattern
): ReadonlyArray<string> => {
  const ranks = new Map(merges.map((pair, rank) => [pair.join(" "), rank]))
  const rankOf = (symbols: ReadonlyArray<string>, i: number) =>
    ranks.get(`${symbols[i]} ${symbols[i + 1]}`) ?? Infinity
  return words(text, pattern).flatMap((word) => {
    const symbols = Array.from(spell(new TextEncoder().encode(word)))
    for (;;) {
      let best = -1
      for (let i = 0; i + 1 < symbols.length; i++)
        if (rankOf(symbols, i) < (best < 0 ? Infinity : rankOf(symbols, best))) best = i
      if (best < 0) return symbols
      symbols.splice(best, 2, symbols[best]! + symbols[best + 1]!)
    }
  })
}
