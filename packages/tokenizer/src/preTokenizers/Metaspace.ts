// SentencePiece's: a blank becomes `▁` and begins a word, so that pieces know where words begin and nothing is lost.
import { Effect, Schema } from "effect"
import { invalid, part } from "../Part.ts"
import type { Cut, Rewrite } from "../Words.ts"
import type { PreTokenizer } from "./PreTokenizer.ts"

export const PrependScheme = Schema.Literals(["always", "first", "never"])
export type PrependScheme = typeof PrependScheme.Type

export const MetaspaceJson = Schema.Struct({
  type: Schema.Literal("Metaspace"),
  replacement: Schema.String.check(Schema.makeFilter((text) => Array.from(text).length === 1)),
  prepend_scheme: Schema.optionalKey(PrependScheme),
  split: Schema.optionalKey(Schema.Boolean),
  // older files: false is `never`
  add_prefix_space: Schema.optionalKey(Schema.Boolean)
})

export interface MetaspaceOptions {
  /** one character */
  readonly replacement: string
  /** where it is put before a text that does not begin with it: every part between added tokens, only the very first, none */
  readonly prependScheme: PrependScheme
  readonly split: boolean
}

const blank = 0x20

export const metaspace = ({ prependScheme, replacement, split }: MetaspaceOptions): PreTokenizer => {
  const point = replacement.codePointAt(0)!
  const mark = new TextEncoder().encode(replacement)
  const isMark = (bytes: Uint8Array, at: number, end: number): boolean => {
    let i = 0
    while (i < mark.length && at + i < end && bytes[at + i] === mark[i]) i++
    return i === mark.length
  }
  const rewrite: Rewrite = (text, start, end) => {
    const begins = text.bytes[start] === blank || isMark(text.bytes, start, end)
    const isFirst = prependScheme === "always" || (prependScheme === "first" && text.startOf(start) === 0)
    if (!begins && isFirst) text.put(point, start)
    let kept = start
    for (let at = start; at < end; at++) {
      if (text.bytes[at] !== blank) continue
      text.keep(kept, at)
      text.put(point, at)
      kept = at + 1
    }
    text.keep(kept, end)
  }
  const cut: Cut = (words, bytes, start, end) => {
    let from = start
    for (let at = start + 1; at < end; at++) {
      if (bytes[at] !== mark[0] || !isMark(bytes, at, end)) continue
      words.keep(from, at)
      from = at
    }
    words.keep(from, end)
  }
  return {
    json: { type: "Metaspace", replacement, prepend_scheme: prependScheme, split },
    // parts but the first begin with a blank, so nothing is put before them
    partwise: split,
    byteLevel: false,
    pattern: undefined,
    cut: (words) => {
      words.rewrite(rewrite)
      if (split) words.cut(cut)
    }
  }
}

export const readMetaspace = part(
  MetaspaceJson,
  ({ add_prefix_space, prepend_scheme = "always", replacement, split = true }, field) =>
    add_prefix_space === false && prepend_scheme !== "never"
      ? Effect.fail(invalid(`${field}.add_prefix_space`, `false, but prepend_scheme is ${prepend_scheme}`))
      : metaspace({ replacement, split, prependScheme: prepend_scheme })
)
