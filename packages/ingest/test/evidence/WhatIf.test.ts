// What the stored scores foretell is what another run then does.
import { assert, describe, it } from "@effect/vitest"
import { trial } from "@inkstone/stage/testkit"
import { Effect, Logger, Result } from "effect"
import { changed, cutsInForce, ingest, whatIf, why } from "../../src/index.ts"
import { prose } from "../corpus.ts"

const files: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Array.from({ length: 12 }, (_, n) => [`corpus/${n}.txt`, `${prose(n)} `.repeat(1 + (n % 4))])
  ),
  "corpus/short.txt": "Too short to stay.",
  "corpus/zh.txt": "学而时习之，不亦说乎？有朋自远方来，不亦乐乎？人不知而不愠，不亦君子乎？",
  "corpus/copy.txt": `${prose(0)} `,
  "corpus/lost.txt": `${prose(99)} \uFFFD`
}

const ingested = Effect.fnUntraced(
  function* (cuts: object) {
    const made = yield* trial(ingest, { name: "", config: { files: ["corpus"], cuts }, files })
    const scores = yield* made.open("scores")
    const documents = yield* made.open("documents")
    return {
      rows: yield* scores.read("scores"),
      cuts: scores.attributes.cuts,
      kept: (yield* documents.read("documents")).source.toSorted()
    }
  },
  Effect.scoped,
  Effect.provide(Logger.layer([]))
)

const right = <A, E>(result: Result.Result<A, E>): A =>
  Result.isSuccess(result) ? result.success : assert.fail(String(result.failure))

describe("what if", () => {
  for (const [changes, cuts] of [
    [
      ["gopher.minWords=40", "gopher.minAlphaWordRatio=0.5"],
      { gopher: { minWords: 40, minAlphaWordRatio: 0.5 } }
    ],
    [["minChars=10", "byLang.zh.minChars=500"], { minChars: 10, byLang: { zh: { minChars: 500 } } }],
    [["maxLineChars=150", "minChars=off"], { maxLineChars: 150, minChars: 0 }]
  ] as const)
    it.effect(`${changes.join(" and ")} foretells what a run with it keeps`, () =>
      Effect.gen(function* () {
        const now = yield* ingested({})
        const before = right(cutsInForce(now.cuts))
        const found = whatIf(now.rows, before, right(changed(before, changes)))
        const then = yield* ingested(cuts)
        assert.strictEqual(found.keptBefore, now.kept.length)
        assert.strictEqual(found.keptAfter, then.kept.length)
        const sources = ({ row }: { readonly row: number }) => now.rows.source[row] ?? ""
        assert.deepStrictEqual(
          found.coming.map(sources).toSorted(),
          then.kept.filter((source) => !now.kept.includes(source))
        )
        assert.deepStrictEqual(
          found.going.map(sources).toSorted(),
          now.kept.filter((source) => !then.kept.includes(source))
        )
        assert.isAbove(found.coming.length + found.going.length, 0)
      })
    )

  it("leaves a group out of force of which a part is turned off", () => {
    const before = right(cutsInForce(""))
    assert.deepStrictEqual(right(changed(before, ["gopher.minWords=off"])), before)
    const inForce = right(changed(before, ["gopher.minStopWords=1", "gopher.minWords=off"])).cuts
    assert.deepStrictEqual(inForce === "off" ? {} : inForce.gopher, { minStopWords: 1, minWords: 0 })
  })

  it("names the threshold that is meant, and what is no number", () => {
    const before = right(cutsInForce(""))
    const problem = (words: string) => {
      const result = changed(before, [words])
      return Result.isFailure(result) ? result.failure.message : assert.fail("accepted")
    }
    assert.include(problem("gopher.minWord=3"), "Did you mean gopher.minWords?")
    assert.include(problem("minChars=many"), '"many" is no number')
    assert.include(problem("minChars"), "write threshold=number")
    assert.include(problem("minLetterRatio=7"), "minLetterRatio")
  })
})

describe("why", () => {
  it.effect("says each rule's value beside its threshold, and which is not met", () =>
    Effect.gen(function* () {
      const { cuts, rows } = yield* ingested({})
      const judged = (source: string) => why(rows, rows.source.indexOf(source), right(cutsInForce(cuts)))
      const unmet = (source: string) =>
        judged(source).flatMap(({ thresholds }) => thresholds.flatMap(({ met, name }) => (met ? [] : [name])))
      assert.deepStrictEqual(unmet("short.txt"), ["minChars"])
      assert.deepStrictEqual(unmet("lost.txt"), ["replacement-character"])
      assert.deepStrictEqual(unmet("zh.txt"), [])
      const chars = judged("short.txt").find(({ rule }) => rule === "chars")
      assert.strictEqual(chars?.value, 18)
    })
  )
})
