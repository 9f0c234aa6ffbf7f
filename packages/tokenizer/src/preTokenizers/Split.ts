// Cuts where a pattern matches.
import { Effect, Schema } from "effect"
import { literalRegExp, textRegExp } from "../internal/TextRegExp.ts"
import { Behavior, split as splitAt, stretchesOf } from "../internal/Splitting.ts"
import { part } from "../Part.ts"
import { expressions, type Pattern, patterns, wordEnd } from "../Pattern.ts"
import type { Cut } from "../Words.ts"
import type { PreTokenizer } from "./PreTokenizer.ts"

const Json = Schema.Struct({
  type: Schema.Literal("Split"),
  pattern: Schema.Union([Schema.Struct({ Regex: Schema.String }), Schema.Struct({ String: Schema.String })]),
  behavior: Behavior,
  invert: Schema.Boolean
})
type Json = typeof Json.Type

const plain = { partwise: false, byteLevel: false } as const

/** A published pattern, for which there is a scanner over bytes. */
export const scanned = (pattern: Pattern): PreTokenizer => {
  const end = wordEnd(pattern)
  const cut: Cut = (words, bytes, start, stop) => {
    for (let at = start; at < stop;) {
      const next = end(bytes, at, stop)
      words.keep(at, next)
      at = next
    }
  }
  const json: Json = {
    type: "Split",
    pattern: { Regex: expressions[pattern] },
    behavior: "Isolated",
    invert: false
  }
  return { ...plain, json, pattern, cut: (words) => words.cut(cut) }
}

const knownPattern = ({ behavior, invert, pattern }: Json): Pattern | undefined => {
  if (!("Regex" in pattern) || behavior !== "Isolated" || invert) return undefined
  return patterns.find((name) => expressions[name] === pattern.Regex)
}

export const split = (json: Json, expression: RegExp): PreTokenizer => {
  const cut: Cut = (words, _, start, end) => {
    const text = words.text.text(start, end)
    let [unit, byte] = [0, start]
    // from UTF-16 units to bytes, onwards
    const bytesTo = (to: number) => {
      byte += Buffer.byteLength(text.slice(unit, to))
      unit = to
      return byte
    }
    for (const part of splitAt(stretchesOf(text, expression, json.invert), json.behavior)) {
      const from = bytesTo(part.start)
      words.keep(from, bytesTo(part.end))
    }
  }
  return { ...plain, json, pattern: undefined, cut: (words) => words.cut(cut) }
}

export const readSplit = part(Json, (json, field) => {
  const known = knownPattern(json)
  if (known !== undefined) return scanned(known)
  return "Regex" in json.pattern
    ? Effect.map(textRegExp(json.pattern.Regex, `${field}.pattern`), (expression) => split(json, expression))
    : split(json, literalRegExp(json.pattern.String))
})
