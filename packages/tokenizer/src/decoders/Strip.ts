// Takes up to so many of one character away at the ends of each piece.
import { Schema } from "effect"
import { part } from "../Part.ts"
import type { Decoder } from "./Decoder.ts"

const Json = Schema.Struct({
  type: Schema.Literal("Strip"),
  content: Schema.String,
  start: Schema.Int,
  stop: Schema.Int
})

export const strip = (json: typeof Json.Type): Decoder => ({
  json,
  decode: (tokens) =>
    tokens.map((token) => {
      const characters = Array.from(token)
      let from = 0
      while (from < json.start && characters[from] === json.content) from++
      let to = characters.length
      while (to > from && characters.length - to < json.stop && characters[to - 1] === json.content) to--
      return characters.slice(from, to).join("")
    })
})

export const readStrip = part(Json, strip)
