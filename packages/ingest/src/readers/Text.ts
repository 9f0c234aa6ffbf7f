// Formats whose documents are the pieces of their text: plain text as it is, others with their markup taken out.
import { longest } from "../Cuts.ts"
import type { IngestConfig, Split } from "../IngestConfig.ts"
import { Cutter, type Piece } from "./Cutter.ts"
import { type Format, type Found, isWhole, nth, type Read, whole } from "./Format.ts"
import type { Input } from "./Input.ts"
import { texts } from "./Texts.ts"

type Words = Pick<Found, "text" | "lang" | "licence" | "title">

interface How {
  /** before the markup is gone */
  readonly split: Split
  /** a piece to the text of its document, and what it says of itself */
  readonly plain: (piece: string) => Words
}

/** Nothing longer than the longest document that any script allows is held; a longer piece is refused as `maxChars`. */
export async function* pieces(
  input: Input,
  config: IngestConfig,
  { split, plain }: How
): AsyncGenerator<ReadonlyArray<Read>> {
  const limit = longest(config.cuts)
  const cutter = new Cutter(split, limit)
  let count = 0
  const next = () => (isWhole(config.split) ? whole(input.name) : nth(input.name, ++count))
  const read = ({ text, tooLong }: Piece): Read =>
    tooLong !== undefined
      ? { kind: "refused", ...next(), rule: "maxChars", value: tooLong, threshold: limit, text }
      : { kind: "found", ...next(), ...plain(text) }
  for await (const text of texts(input, config)) yield cutter.push(text).map(read)
  yield cutter.end().map(read)
}

export const text: Format = {
  extensions: [".txt", ".text"],
  media: ["text/plain"],
  read: (input, config) =>
    pieces(input, config, { split: config.split, plain: (text) => ({ text, lang: undefined }) })
}
