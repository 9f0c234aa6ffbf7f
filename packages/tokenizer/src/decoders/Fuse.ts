// All pieces as one, so that what follows sees the whole.
import { Schema } from "effect"
import { part } from "../Part.ts"
import type { Decoder } from "./Decoder.ts"

const Json = Schema.Struct({ type: Schema.Literal("Fuse") })

export const fuse: Decoder = { json: { type: "Fuse" }, decode: (tokens) => [tokens.join("")] }

export const readFuse = part(Json, () => fuse)
