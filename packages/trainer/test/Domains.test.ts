import { assert, describe, it } from "@effect/vitest"
import { Store, Weights } from "@inkstone/artifact"
import { NamedArray } from "@inkstone/model-zoo"
import { Effect } from "effect"
import { storeIn } from "./artifacts.ts"
import { temporaryFolder } from "./peers.ts"
import { train } from "./pretraining.ts"

const small = { steps: 3, evaluateEvery: 3, restoreBest: false }

/** Rows of the table of domains that are no longer zeros. */
const learned = (sources: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    return yield* Effect.gen(function* () {
      const refs = yield* train(folder, { ...small, domains: { sources } })
      const weights = yield* (yield* Store).open(Weights, refs["model"]?.digest ?? "")
      const table = (yield* NamedArray.read(weights)).get("domain_embedding.weight")
      const values = NamedArray.view(table, "float32") ?? new Float32Array(0)
      const [rows = 0, width = 1] = table?.shape ?? []
      return Array.from({ length: rows }, (_, row) =>
        values.subarray(row * width, (row + 1) * width).some((value) => value !== 0)
      )
    }).pipe(Effect.provide(storeIn(folder)))
  })

describe("domains of documents", () => {
  it.live("train the row of their own, told by the source", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* learned(["^made up$"]), [false, true])
    })
  )

  it.live("are refused where a pattern stands for nothing, or is no pattern", () =>
    Effect.gen(function* () {
      const nothing = yield* Effect.flip(learned(["^made", "^speeches/"]))
      assert.include(nothing.message, "^speeches/")
      const wrong = yield* Effect.flip(learned(["(made"]))
      assert.include(wrong.message, "domains.sources")
      assert.include(wrong.message, "(made is no regular expression")
    })
  )
})
