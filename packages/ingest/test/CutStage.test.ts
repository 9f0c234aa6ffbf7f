// Cutting later gives what cutting at once gives.
import { assert, describe, it } from "@effect/vitest"
import { type Artifact, Documents, type Ledger, Scores } from "@inkstone/artifact"
import { sample, stageContract, trial } from "@inkstone/stage/testkit"
import { Effect, Logger } from "effect"
import { cut, ingest } from "../src/index.ts"

const prose = (n: number) =>
  `Number ${n} of the speeches begins here, and it is one that you have to be with. It has a second sentence, and then a third one.`
const files: Readonly<Record<string, string>> = {
  "corpus/a.txt": prose(1),
  "corpus/b.txt": "too short to stay",
  "corpus/c.txt": `${prose(2)} \uFFFD`,
  "corpus/d.txt": "学而时习之，不亦说乎？有朋自远方来，不亦乐乎？人不知而不愠，不亦君子乎？",
  "corpus/e.txt": "buy now buy now buy now buy now buy now buy now buy now buy now buy now",
  "corpus/f.txt": `${prose(1)}\n`,
  "corpus/g.txt":
    "- one thing\n- another thing\n- and a third thing\n- and a fourth thing of them\n- a fifth",
  "corpus/h.txt": prose(3),
  "corpus/i.txt": "12345 67890 12345 67890 12345"
}
const cuts = { gopher: { minWords: 12 }, repetition: {}, byScript: { Hani: { gopher: { minWords: 20 } } } }

const ingested = (config: (typeof ingest)["config"]["Encoded"]) => trial(ingest, { name: "", config, files })
const everything = { files: ["corpus"], cuts: "off", deduplicate: "none" } as const

/** All that could be read, as inputs of the next stage. */
const scored = Effect.gen(function* () {
  const all = yield* ingested(everything)
  const documents = yield* all.open("documents")
  const scores = yield* all.open("scores")
  return {
    documents: sample(Documents, {
      attributes: documents.attributes,
      tables: { documents: yield* documents.read("documents") }
    }),
    scores: sample(Scores, {
      attributes: scores.attributes,
      tables: { scores: yield* scores.read("scores") }
    })
  }
}).pipe(Effect.scoped, Effect.provide(Logger.layer([])))

stageContract(cut, [
  { name: "documents of all kinds", config: { cuts }, inputs: await Effect.runPromise(scored) }
])

describe("cutting by stored scores", () => {
  it.effect("gives the documents, the reasons and the counts that cutting at once gives", () =>
    Effect.gen(function* () {
      const inputs = yield* scored
      for (const deduplicate of ["exact", "none"] as const) {
        const once = yield* ingested({ files: ["corpus"], cuts, deduplicate })
        const later = yield* trial(cut, { name: "", config: { cuts, deduplicate }, inputs })
        const documents = yield* once.open("documents")
        const cutLater = yield* later.open("documents")
        assert.deepStrictEqual(yield* cutLater.read("documents"), yield* documents.read("documents"))
        assert.deepStrictEqual(cutLater.attributes, documents.attributes)
        assert.strictEqual(cutLater.digest, documents.digest)
        const reasons = yield* dropped(yield* once.open("ledger"))
        assert.isAtLeast(new Set(reasons.map(({ rule }) => rule)).size, 4)
        assert.deepStrictEqual(yield* dropped(yield* later.open("ledger")), reasons)
      }
    }).pipe(Effect.scoped, Effect.provide(Logger.layer([])))
  )

  it.effect("keeps all that could be read where ingest has its cuts off", () =>
    Effect.gen(function* () {
      const all = yield* ingested(everything)
      const scores = yield* (yield* all.open("scores")).read("scores")
      assert.deepStrictEqual(
        scores.kept,
        Object.keys(files).map(() => true)
      )
      assert.deepStrictEqual(
        scores.rule,
        Object.keys(files).map(() => "")
      )
    }).pipe(Effect.scoped, Effect.provide(Logger.layer([])))
  )

  it.effect("refuses documents that have no scores", () =>
    Effect.gen(function* () {
      const { documents, scores } = yield* scored
      const none = sample(Scores, { attributes: { documents: 0, kept: 0, cuts: "" }, tables: {} })
      const failure = yield* Effect.flip(
        trial(cut, { name: "", config: {}, inputs: { documents, scores: none } })
      )
      assert.deepInclude(failure, { category: "data", fact: "UnscoredDocument" })
      const strict = { cuts: { minChars: 10_000 } }
      const empty = yield* Effect.flip(
        trial(cut, { name: "", config: strict, inputs: { documents, scores } })
      )
      assert.deepInclude(empty, { category: "data", fact: "EmptyCorpus" })
      assert.include(String(empty), "by minChars")
    }).pipe(Effect.scoped, Effect.provide(Logger.layer([])))
  )
})

/** The rows of what was dropped. */
const dropped = Effect.fnUntraced(function* (ledger: Artifact<typeof Ledger>) {
  const rows = yield* ledger.read("ledger")
  return rows.action.flatMap((action, i) =>
    action === "dropped"
      ? [
          {
            id: rows.id[i],
            rule: rows.rule[i],
            value: rows.value[i],
            threshold: rows.threshold[i],
            excerpt: rows.excerpt[i]
          }
        ]
      : []
  )
})
