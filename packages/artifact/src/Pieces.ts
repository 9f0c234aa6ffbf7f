// Token ids as text, by the pieces of a tokenizer: enough to show what a model wrote, without the tokenizer itself.
import { Effect } from "effect"
import type { Artifact } from "./Artifact.ts"
import type { ArtifactCorrupt, StorageFailed } from "./errors.ts"
import type { Tokenizer } from "./kinds/Tokenizer.ts"

/** The bytes that each id stands for, by id. */
export type Pieces = ReadonlyArray<Uint8Array>

/** The pieces of a sealed tokenizer. */
export const read = Effect.fn("Pieces.read")(function* (
  tokenizer: Artifact<typeof Tokenizer>
): Effect.fn.Return<Pieces, ArtifactCorrupt | StorageFailed> {
  const { id, piece } = yield* tokenizer.read("pieces")
  const pieces: Array<Uint8Array> = []
  for (const [row, bytes] of piece.entries()) pieces[id[row] ?? 0] = bytes
  return pieces
})

const bytesOf = (ids: ReadonlyArray<number>, pieces: Pieces): Uint8Array =>
  Buffer.concat(ids.map((id) => pieces[id] ?? new Uint8Array(0)))

/**
 * Bytes of the tokens as text. A character that the last token leaves unfinished is not shown; other bytes that are no UTF-8
 * become U+FFFD.
 */
export const decode = (ids: ReadonlyArray<number>, pieces: Pieces): string =>
  new TextDecoder().decode(bytesOf(ids, pieces), { stream: true })

/** The prompt without the last tokens that hold a part of a character only: Han and emoji take several bytes. */
export const whole = (ids: ReadonlyArray<number>, pieces: Pieces): ReadonlyArray<number> =>
  // at its end a decoder puts U+FFFD for what is unfinished
  new TextDecoder().decode(bytesOf(ids, pieces)) === decode(ids, pieces)
    ? ids
    : whole(ids.slice(0, -1), pieces)
