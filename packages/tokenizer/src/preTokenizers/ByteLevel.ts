// GPT-2's: cuts by its pattern and spells bytes as characters. Here words stay bytes; only files have the spelling.
import { Schema } from "effect"
import { part } from "../Part.ts"
import { type Pattern, wordEnd } from "../Pattern.ts"
import type { Cut, Rewrite } from "../Words.ts"
import type { PreTokenizer } from "./PreTokenizer.ts"
import { sequence } from "./Sequence.ts"
import { scanned } from "./Split.ts"

const Json = Schema.Struct({
  type: Schema.Literal("ByteLevel"),
  add_prefix_space: Schema.Boolean,
  trim_offsets: Schema.optionalKey(Schema.Boolean),
  use_regex: Schema.optionalKey(Schema.Boolean)
})

export interface ByteLevelOptions {
  readonly addPrefixSpace: boolean
  readonly useRegex: boolean
}

const blank = 0x20

const prependBlank: Rewrite = (text, start, end) => {
  if (text.bytes[start] !== blank) text.put(blank, start)
  text.keep(start, end)
}

const gpt2 = wordEnd("gpt2")
const cutWords: Cut = (words, bytes, start, end) => {
  for (let at = start; at < end;) {
    const stop = gpt2(bytes, at, end)
    words.keep(at, stop)
    at = stop
  }
}

export const byteLevel = ({ addPrefixSpace, useRegex }: ByteLevelOptions): PreTokenizer => ({
  json: { type: "ByteLevel", add_prefix_space: addPrefixSpace, trim_offsets: true, use_regex: useRegex },
  partwise: false,
  byteLevel: true,
  pattern: useRegex && !addPrefixSpace ? "gpt2" : undefined,
  cut: (words) => {
    if (addPrefixSpace) words.rewrite(prependBlank)
    if (useRegex) words.cut(cutWords)
  }
})

/** Cuts by a pattern and spells bytes; GPT-2's own needs no other part. */
export const byteLevelOf = (pattern: Pattern): PreTokenizer =>
  pattern === "gpt2"
    ? byteLevel({ addPrefixSpace: false, useRegex: true })
    : sequence([scanned(pattern), byteLevel({ addPrefixSpace: false, useRegex: false })])

export const readByteLevel = part(Json, ({ add_prefix_space, use_regex = true }) =>
  byteLevel({ addPrefixSpace: add_prefix_space, useRegex: use_regex })
)
