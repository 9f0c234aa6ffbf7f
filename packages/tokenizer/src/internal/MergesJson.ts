// The merges in a `tokenizer.json`.
import { Effect } from "effect"
import { invalid } from "../Part.ts"

/** `[left, right, result]` ids, one after another; each is written as a pair, or as one string with a blank between. */
export const mergesOf = Effect.fnUntraced(function* (
  merges: ReadonlyArray<string | readonly [string, string]>,
  vocab: ReadonlyMap<string, number>,
  field: string
) {
  const flat = new Int32Array(3 * merges.length)
  for (const [rank, merge] of merges.entries()) {
    const [left = "", right = ""] = typeof merge === "string" ? merge.split(" ") : merge
    for (const [place, piece] of [left, right, left + right].entries()) {
      const id = vocab.get(piece)
      if (id === undefined) return yield* invalid(field, `${JSON.stringify(piece)} is not in the vocabulary`)
      flat[3 * rank + place] = id
    }
  }
  return flat
})
