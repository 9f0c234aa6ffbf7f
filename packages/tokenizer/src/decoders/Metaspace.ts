// SentencePiece's: `▁` back to blanks, but for the one that was put before the text.
import { Effect } from "effect"
import { invalid, part } from "../Part.ts"
import { MetaspaceJson, type PrependScheme } from "../preTokenizers/Metaspace.ts"
import type { Decoder } from "./Decoder.ts"

export interface MetaspaceDecoderOptions {
  readonly replacement: string
  readonly prependScheme: PrependScheme
  readonly split: boolean
}

export const metaspace = ({ prependScheme, replacement, split }: MetaspaceDecoderOptions): Decoder => ({
  json: { type: "Metaspace", replacement, prepend_scheme: prependScheme, split },
  decode: (tokens) =>
    tokens.map((token, place) =>
      token.replaceAll(replacement, place === 0 && prependScheme !== "never" ? "" : " ")
    )
})

export const readMetaspace = part(
  MetaspaceJson,
  ({ add_prefix_space, prepend_scheme = "always", replacement, split = true }, field) =>
    add_prefix_space === false && prepend_scheme !== "never"
      ? Effect.fail(invalid(`${field}.add_prefix_space`, `false, but prepend_scheme is ${prepend_scheme}`))
      : metaspace({ replacement, split, prependScheme: prepend_scheme })
)
