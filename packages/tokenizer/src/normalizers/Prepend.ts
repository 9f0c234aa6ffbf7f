// Writes something before a text that is not empty.
import { Schema } from "effect"
import { part } from "../Part.ts"
import type { Normalizer } from "./Normalizer.ts"

const Json = Schema.Struct({ type: Schema.Literal("Prepend"), prepend: Schema.String })

const prepend = (before: string): Normalizer => ({
  json: { type: "Prepend", prepend: before },
  // what is before the first part is before the whole: parts are taken one by one only after the first
  partwise: false,
  normalize: (text) => {
    if (text.length === 0 || before === "") return
    text.begin()
    text.putText(before, 0)
    text.keep(0, text.length)
    text.end()
  }
})

export const readPrepend = part(Json, (json) => prepend(json.prepend))
