import { assert, describe, it } from "@effect/vitest"
import { Memory } from "@inkstone/tensorflow"
import { Effect, Stream } from "effect"
import * as Generate from "../src/Generate.ts"
import * as golden from "./golden.ts"

describe("generation without end", () => {
  it.effect("holds no more memory after 2,000 tokens than after the first", () =>
    Effect.gen(function* () {
      const model = yield* golden.model
      const options = {
        maxTokens: 2000,
        seed: 1,
        sampler: { temperature: 1, topK: 0, topP: 1 }
      }
      const seen: Array<{ readonly tensors: number; readonly resident: number }> = []
      yield* Generate.stream({ ...model, endOfTextId: -1 }, [[5, 6, 7], [9]], options).pipe(
        Stream.runForEach(({ row }) =>
          Effect.sync(() => {
            if (row === 0)
              seen.push({ tensors: Memory.counters().tensors, resident: process.memoryUsage.rss() })
          })
        )
      )
      assert.strictEqual(seen.length, 2000)
      assert.deepStrictEqual(new Set(seen.map(({ tensors }) => tensors)).size, 1)
      // the cache of these rows is 80 kB: one that is never given back would come to 80 MB
      const grown = (seen.at(-1)?.resident ?? Infinity) - (seen[1000]?.resident ?? 0)
      assert.isBelow(grown, 24 * 2 ** 20)
    })
  )
})
