// The object from tokens to ids in a `tokenizer.json`.
import { Effect } from "effect"
import { invalid } from "../Part.ts"

/** Far above any vocabulary, low enough that a wrong id cannot ask for a huge table. */
export const mostPieces = 1 << 22

/** Token -> id. Read entry by entry: a record schema would lose the token `__proto__`. */
export const vocabOf = Effect.fnUntraced(function* (vocab: unknown, field: string) {
  const ids = new Map<string, number>()
  if (typeof vocab !== "object" || vocab === null) return yield* invalid(field, "no object")
  for (const [token, id] of Object.entries(vocab)) {
    if (!Number.isInteger(id) || id < 0 || id >= mostPieces)
      return yield* invalid(field, `${JSON.stringify(token)} has no id`)
    ids.set(token, id)
  }
  return ids
})

/** Tokens in the order of their ids, which must be those from 0 on. */
export const denseVocab = Effect.fnUntraced(function* (vocab: unknown, field: string) {
  const tokens: Array<string | undefined> = []
  for (const [token, id] of yield* vocabOf(vocab, field)) {
    if (tokens[id] !== undefined) return yield* invalid(field, `id ${id} is there twice`)
    tokens[id] = token
  }
  const dense: Array<string> = []
  for (const [id, token] of tokens.entries()) {
    if (token === undefined) return yield* invalid(field, `id ${id} is missing`)
    dense.push(token)
  }
  return dense
})

/** An object that keeps a token `__proto__`, in the order of ids. */
export const vocabObject = (tokens: ReadonlyArray<string>): object =>
  Object.fromEntries(tokens.map((token, id) => [token, id]))
