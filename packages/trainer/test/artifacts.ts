// Sealed token artifacts of a text that can be learned, in a store of their own.
import { Store, StoreLocal, Tokens } from "@inkstone/artifact"
import { Effect } from "effect"
import * as path from "node:path"

const vocabSize = 40
const endOfTextId = vocabSize - 1
const wordTokens = 13

/** Documents of words that always spell the same, in an order that a linear congruential generator draws. */
const documents = (count: number, salt: number): ReadonlyArray<ReadonlyArray<number>> => {
  let state = salt
  const draw = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  return Array.from({ length: count }, () => {
    const ids: Array<number> = []
    for (let word = 0; word < 30; word += 1) {
      const which = draw(8)
      for (let at = 0; at <= which % 5; at += 1) ids.push((which * 7 + at * 3) % wordTokens)
      ids.push(wordTokens + which)
    }
    return [...ids, endOfTextId]
  })
}

/** Seals `count` documents as tokens of a split. */
export const tokens = Effect.fnUntraced(function* (split: string, count: number) {
  const store = yield* Store
  return yield* Effect.scoped(
    Effect.gen(function* () {
      const texts = documents(count, split === "train" ? 1 : 2)
      const ids = Uint16Array.from(texts.flat())
      const starts = texts.map((_, i) => texts.slice(0, i).reduce((sum, text) => sum + text.length, 0))
      const draft = yield* store.draft(Tokens)
      yield* draft.append("ids", { id: ids, offset: new Uint32Array(ids.length) })
      yield* draft.append("documents", {
        id: texts.map((_, i) => `${split}-${i}`),
        source: texts.map(() => "made up"),
        start: Uint32Array.from(starts),
        tokens: Uint32Array.from(texts, (text) => text.length),
        bytes: Uint32Array.from(texts, (text) => 2 * (text.length - 1))
      })
      yield* draft.describe({
        split,
        vocabSize,
        endOfTextId,
        tokenizer: "7".repeat(64),
        documents: count,
        tokens: ids.length,
        bytes: 2 * (ids.length - count)
      })
      return yield* store.seal(draft)
    })
  )
})

export const storeIn = (folder: string) => StoreLocal.layer(path.join(folder, "store"))
