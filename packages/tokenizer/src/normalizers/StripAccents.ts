// Takes marks away. After NFD or NFKD, which set them free from their letters.
import { Schema } from "effect"
import { characterFlags, isCombining } from "../internal/CharacterFlags.ts"
import { filter } from "../internal/EachCharacter.ts"
import { part } from "../Part.ts"
import type { Normalizer } from "./Normalizer.ts"

const Json = Schema.Struct({ type: Schema.Literal("StripAccents") })

export const stripAccents: Normalizer = {
  json: { type: "StripAccents" },
  partwise: true,
  normalize: (text) => {
    const flags = characterFlags()
    filter(text, (codePoint) => (flags[codePoint]! & isCombining) === 0)
  }
}

export const readStripAccents = part(Json, () => stripAccents)
