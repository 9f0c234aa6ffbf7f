// Formats whose documents are the pieces of their text: plain text as it is, others with their markup taken out.
import { longest } from "../Cuts.ts"
import type { IngestConfig, Split } from "../IngestConfig.ts"
import { Cutter, type Piece } from "./Cutter.ts"
import { type Format, nth, type Read, whole } from "./Format.ts"
import type { Input } from "./Input.ts"
import { texts } from "./Texts.ts"

interface How {
  /** before the markup is gone */
  readonly split: Split
  /** a piece to the texts of its documents */
  readonly plain: (piece: string) => ReadonlyArray<string>
  /** finds the encoding's label */
  readonly declaration?: RegExp
}

/** Nothing longer than the longest document that any script allows is held; a longer piece is refused as `maxChars`. */
export async function* pieces(
  input: Input,
  config: IngestConfig,
  { split, plain, declaration }: How
): AsyncGenerator<ReadonlyArray<Read>> {
  const limit = longest(config.cuts)
  const cutter = new Cutter(split, limit)
  let count = 0
  const next = () => (config.split === "whole" ? whole(input.name) : nth(input.name, ++count))
  const read = ({ text, tooLong }: Piece): ReadonlyArray<Read> =>
    tooLong !== undefined
      ? [{ kind: "refused", ...next(), rule: "maxChars", value: tooLong, threshold: limit, text }]
      : plain(text).map((one): Read => ({ kind: "found", ...next(), text: one, lang: undefined }))
  for await (const text of texts(input, config, declaration)) yield cutter.push(text).flatMap(read)
  yield cutter.end().flatMap(read)
}

export const text: Format = {
  extensions: [".txt", ".text"],
  media: ["text/plain"],
  read: (input, config) => pieces(input, config, { split: config.split, plain: (piece) => [piece] })
}
