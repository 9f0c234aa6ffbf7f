// Every character small, each by itself (so a final sigma stays like any other).
import { Schema } from "effect"
import type { AlignedText } from "../AlignedText.ts"
import { eachChange } from "../internal/EachCharacter.ts"
import { part } from "../Part.ts"
import type { Normalizer } from "./Normalizer.ts"

const Json = Schema.Struct({ type: Schema.Literal("Lowercase") })

const smallOf = (codePoint: number): string => String.fromCodePoint(codePoint).toLowerCase()

const isChanged = (codePoint: number): boolean => {
  if (codePoint < 0x80) return codePoint >= 0x41 && codePoint <= 0x5a
  const character = String.fromCodePoint(codePoint)
  return character.toLowerCase() !== character
}

export const lowercaseText = (text: AlignedText): void =>
  eachChange(text, isChanged, (codePoint, at) =>
    codePoint < 0x80 ? text.put(codePoint | 0x20, at) : text.putText(smallOf(codePoint), at)
  )

export const lowercase: Normalizer = { json: { type: "Lowercase" }, partwise: true, normalize: lowercaseText }

export const readLowercase = part(Json, () => lowercase)
