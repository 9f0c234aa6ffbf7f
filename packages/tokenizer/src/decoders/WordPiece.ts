// Puts pieces of words together, with a blank between words; cleaning takes the blank before punctuation away.
import { Schema } from "effect"
import { part } from "../Part.ts"
import type { Decoder } from "./Decoder.ts"

const Json = Schema.Struct({
  type: Schema.Literal("WordPiece"),
  prefix: Schema.String,
  cleanup: Schema.Boolean
})

const replacements: ReadonlyArray<readonly [string, string]> = [
  [" .", "."],
  [" ?", "?"],
  [" !", "!"],
  [" ,", ","],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [" do not", " don't"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"]
]

const cleaned = (token: string): string =>
  replacements.reduce((text, [from, to]) => text.replaceAll(from, () => to), token)

export const wordPiece = ({
  cleanup,
  prefix
}: {
  readonly prefix: string
  readonly cleanup: boolean
}): Decoder => ({
  json: { type: "WordPiece", prefix, cleanup },
  decode: (tokens) =>
    tokens.map((token, place) => {
      const isInner = place > 0 && token.startsWith(prefix)
      const piece = place === 0 ? token : isInner ? token.slice(prefix.length) : ` ${token}`
      return cleanup ? cleaned(piece) : piece
    })
})

export const readWordPiece = part(Json, wordPiece)
