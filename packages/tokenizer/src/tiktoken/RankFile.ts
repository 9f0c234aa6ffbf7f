// tiktoken's rank files: a token in base64 and its rank a line. The rank is the id and the order of merging at once: of all
// neighbours that are a token together, those of the lowest rank are joined.
import { Effect, Result } from "effect"
import { Base64 } from "effect/encoding"
import { mostPieces } from "../internal/VocabJson.ts"
import type { Pattern } from "../Pattern.ts"
import { byteLevelBpe, type TextTokenizer } from "../TextTokenizer.ts"
import { TokenizerInvalid } from "../TokenizerInvalid.ts"
import type { Vocabulary } from "../Vocabulary.ts"
import { Ranks } from "./Ranks.ts"

export interface RankEncoding {
  readonly pattern: Pattern
  /** their ids are not in the rank file */
  readonly specialTokens: ReadonlyMap<number, string>
}

const endOfText = "<|endoftext|>"

/** What goes with the published rank files (`tiktoken_ext/openai_public.py`). */
export const rankEncodings = {
  r50k_base: { pattern: "gpt2", specialTokens: new Map([[50256, endOfText]]) },
  p50k_base: { pattern: "gpt2", specialTokens: new Map([[50256, endOfText]]) },
  cl100k_base: {
    pattern: "gpt4",
    specialTokens: new Map([
      [100257, endOfText],
      [100258, "<|fim_prefix|>"],
      [100259, "<|fim_middle|>"],
      [100260, "<|fim_suffix|>"],
      [100276, "<|endofprompt|>"]
    ])
  },
  o200k_base: {
    pattern: "o200k",
    specialTokens: new Map([
      [199999, endOfText],
      [200018, "<|endofprompt|>"]
    ])
  }
} as const satisfies Record<string, RankEncoding>

/** Reads a rank file's text; `file` is its name, for the error. Ids equal tiktoken's. */
export const parseRanks = Effect.fn("parseRanks")(function* (
  text: string,
  { pattern, specialTokens }: RankEncoding,
  file: string
): Effect.fn.Return<TextTokenizer, TokenizerInvalid> {
  const invalid = (problem: string) => new TokenizerInvalid({ file, problem })
  const pieces: Array<Uint8Array> = []
  const ranks = new Ranks()
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue
    const [token = "", digits = "", ...more] = line.trim().split(" ")
    const rank = /^\d{1,7}$/.test(digits) && more.length === 0 ? Number(digits) : mostPieces
    // four characters are three bytes; Node's reader takes anything, so the form is looked at first
    const isBase64 = token.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(token)
    if (!isBase64 || rank >= mostPieces)
      return yield* invalid(`line ${index + 1}: no token in base64 and its rank`)
    const piece = Uint8Array.from(Buffer.from(token, "base64"))
    if (pieces[rank] !== undefined || specialTokens.has(rank) || !ranks.add(piece, rank))
      return yield* invalid(`line ${index + 1}: token or rank ${rank} is there already`)
    pieces[rank] = piece
  }
  for (let byte = 0; byte < 256; byte++)
    if (ranks.of(Uint8Array.of(byte), 0, 1) < 0) return yield* invalid(`byte ${byte} has no rank`)
  const merges: Array<number> = []
  for (const [rank, piece] of pieces.entries()) {
    if (piece === undefined || piece.length === 1) continue
    const parts = ranks.partsOf(piece, rank)
    if (parts === undefined)
      return yield* invalid(`the token of rank ${rank} is not made of two with lower ranks`)
    merges.push(parts[0], parts[1], rank)
  }
  const size = Math.max(pieces.length, ...[...specialTokens.keys()].map((id) => id + 1))
  const endOfTextId = [...specialTokens].find(([, content]) => content === endOfText)?.[0] ?? -1
  return byteLevelBpe({
    type: "byte-bpe",
    pattern,
    pieces: Array.from({ length: size }, (_, id) => pieces[id] ?? new Uint8Array(0)),
    merges: Int32Array.from(merges),
    specialTokens,
    endOfTextId
  })
})

/** The rank file of a vocabulary, or why tiktoken would give other ids with it. Special tokens are not in it. */
export const toRanks = ({ merges, pieces, specialTokens }: Vocabulary): Result.Result<string, string> => {
  const made = new Set<number>()
  for (let i = 0; i < merges.length; i += 3) {
    const result = merges[i + 2]!
    if (made.has(result))
      return Result.fail(`token ${result} is made by two merges, a rank file has one order for both`)
    if (i > 0 && result < merges[i - 1]!)
      return Result.fail(`token ${result} is merged after a token of a higher id`)
    made.add(result)
  }
  return Result.succeed(
    pieces
      .flatMap((piece, id) =>
        piece.length === 0 || specialTokens.has(id) ? [] : [`${Base64.encode(piece)} ${id}\n`]
      )
      .join("")
  )
}
