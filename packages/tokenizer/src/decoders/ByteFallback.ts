// Tokens that name bytes, `<0xE4><0xB8><0xAD>`, back to text; each of a run that is no UTF-8 becomes U+FFFD.
import { Schema } from "effect"
import { byteOfPiece } from "../models/Unigram.ts"
import { part } from "../Part.ts"
import type { Decoder } from "./Decoder.ts"

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

const textOf = (bytes: ReadonlyArray<number>): string => {
  try {
    return utf8.decode(Uint8Array.from(bytes))
  } catch {
    return "\ufffd".repeat(bytes.length)
  }
}

export const byteFallback: Decoder = {
  json: { type: "ByteFallback" },
  decode: (tokens) => {
    const pieces: Array<string> = []
    const bytes: Array<number> = []
    const flush = () => {
      if (bytes.length > 0) pieces.push(textOf(bytes))
      bytes.length = 0
    }
    for (const token of tokens) {
      const byte = byteOfPiece(token)
      if (byte === undefined) {
        flush()
        pieces.push(token)
      } else bytes.push(byte)
    }
    flush()
    return pieces
  }
}

export const readByteFallback = part(
  Schema.Struct({ type: Schema.Literal("ByteFallback") }),
  () => byteFallback
)
