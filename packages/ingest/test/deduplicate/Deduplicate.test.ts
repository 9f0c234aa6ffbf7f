import { assert, describe, it } from "@effect/vitest"
import { stageContract, trial } from "@inkstone/stage/testkit"
import { Effect, Logger } from "effect"
import { deduplicate } from "../../src/index.ts"
import { corpus, random, sentence, type Text, word } from "./corpus.ts"

type Config = (typeof deduplicate)["config"]["Encoded"]

const tried = Effect.fnUntraced(
  function* (texts: ReadonlyArray<Text>, config: Config = {}, batch = 1000) {
    const made = yield* trial(deduplicate, {
      name: "",
      config,
      inputs: { documents: corpus(texts, { batch }) }
    })
    const documents = yield* made.open("documents")
    const duplicates = yield* made.open("duplicates")
    const ledger = yield* made.open("ledger")
    return {
      documents: yield* documents.read("documents"),
      duplicates: yield* duplicates.read("duplicates"),
      ledger: yield* ledger.read("ledger"),
      attributes: duplicates.attributes,
      counts: ledger.attributes
    }
  },
  Effect.scoped,
  Effect.provide(Logger.layer([]))
)

/** Originals of 40 words, each with copies in which one word in 60 was changed. */
const nearly = (seed: number): ReadonlyArray<Text> => {
  const source = random(seed)
  const texts: Array<Text> = []
  for (let n = 0; n < 30; n++) {
    const words = sentence(source, 80)
    for (let copy = 0; copy < 1 + source.below(4); copy++) {
      const text = words.map((own, i) => (i === 20 * copy ? word(10_000 + 10 * n + copy) : own)).join(" ")
      texts.push({ id: `d${n}-${copy}`, text, split: source.below(5) === 0 ? "test" : "train" })
    }
  }
  return texts
}

const twice = "Of two documents that say the same, one goes and the other one stays for both of them."

stageContract(deduplicate, [
  {
    name: "every mode",
    config: {
      paragraphs: { enabled: true, minChars: 10 },
      lines: { enabled: true, minChars: 10 },
      substrings: { enabled: true, minChars: 40 },
      near: { verify: 0.6 }
    },
    inputs: {
      documents: corpus([
        { id: "a", text: twice },
        { id: "b", text: `${twice}\n` },
        { id: "c", text: `First\n\nIn this one it is quoted: ${twice} So it is.` },
        { id: "d", text: "学而时习之，不亦说乎？有朋自远方来，不亦乐乎？", script: "Hans" },
        { id: "e", text: "" }
      ])
    }
  }
])

describe("equal documents", () => {
  it.effect("are one, whatever their white space; the longest stays", () =>
    Effect.gen(function* () {
      const texts = [
        { id: "a", text: "one two three" },
        { id: "b", text: "  one\n two  three " },
        { id: "c", text: "One two three" }
      ]
      const plain = yield* tried(texts)
      assert.deepStrictEqual(plain.documents.id, ["b", "c"])
      assert.deepStrictEqual(plain.duplicates.kept_id, ["b"])
      assert.deepStrictEqual(plain.duplicates.rule, ["exact-duplicate"])
      assert.deepStrictEqual([...plain.duplicates.jaccard], [1])
      const folded = yield* tried(texts, { documents: { ignoreCase: true }, keep: "smallest-id" })
      assert.deepStrictEqual(folded.documents.id, ["a"])
      assert.deepStrictEqual([...folded.duplicates.cluster], [3, 3])
    })
  )

  it.effect("stay in test rather than in train, however long or named", () =>
    Effect.gen(function* () {
      const texts = [
        { id: "a", text: "the same text     here", split: "train" },
        { id: "y", text: "the same text here", split: "validation" },
        { id: "z", text: "the same text here", split: "test" }
      ]
      assert.deepStrictEqual((yield* tried(texts)).documents.id, ["z"])
      assert.deepStrictEqual((yield* tried(texts, { splits: "apart" })).documents.id, ["a", "y", "z"])
      assert.deepStrictEqual((yield* tried(texts, { splits: "ignored" })).documents.id, ["a"])
    })
  )

  it.effect("all stay where the mode is off", () =>
    Effect.gen(function* () {
      const texts = [
        { id: "a", text: twice },
        { id: "b", text: twice }
      ]
      const config = { documents: { enabled: false }, near: { enabled: false } }
      assert.deepStrictEqual((yield* tried(texts, config)).documents.id, ["a", "b"])
    })
  )
})

describe("nearly equal documents", () => {
  for (const config of [{}, { near: { verify: 0.8 } }, { splits: "apart" }] satisfies ReadonlyArray<Config>) {
    it.effect(`leave the same ones, in any order and any batches: ${JSON.stringify(config)}`, () =>
      Effect.gen(function* () {
        const texts = nearly(3)
        const first = yield* tried(texts, config)
        const pairs = (made: typeof first) =>
          made.duplicates.id.map((id, i) => `${id} ${made.duplicates.kept_id[i]}`).toSorted()
        assert.isAbove(first.duplicates.id.length, 20)
        for (const [seed, batch] of [
          [1, 1],
          [2, 7],
          [3, 50]
        ] as const) {
          const other = yield* tried(random(seed).shuffled(texts), config, batch)
          assert.deepStrictEqual(other.documents.id.toSorted(), first.documents.id.toSorted())
          assert.deepStrictEqual(pairs(other), pairs(first))
        }
      })
    )
  }

  it.effect("are those of an exhaustive comparison: all pairs above 0.9, none below 0.5", () =>
    Effect.gen(function* () {
      const texts = nearly(8)
      const { duplicates } = yield* tried(texts, { keep: "smallest-id", splits: "ignored" })
      const sets = new Map(
        texts.map(({ id, text }) => {
          const words = text.split(" ")
          return [id, new Set(words.slice(4).map((_, i) => words.slice(i, i + 5).join(" ")))]
        })
      )
      const jaccard = (a: string, b: string) => {
        const [one, other] = [sets.get(a)!, sets.get(b)!]
        const both = [...one].filter((ngram) => other.has(ngram)).length
        return both / (one.size + other.size - both)
      }
      for (const [i, id] of duplicates.id.entries()) {
        const truth = jaccard(id, duplicates.kept_id[i]!)
        assert.isAbove(truth, 0.5)
        assert.closeTo(duplicates.jaccard[i]!, truth, 0.2)
      }
      const gone = new Set(duplicates.id)
      for (const { id } of texts) {
        const twin = texts.some((other) => other.id < id && jaccard(other.id, id) > 0.9)
        if (twin) assert.isTrue(gone.has(id), id)
      }
    })
  )

  it.effect("of a test document leave train", () =>
    Effect.gen(function* () {
      const texts = nearly(5)
      const { duplicates } = yield* tried(texts)
      const split = new Map(texts.map(({ id, split }) => [id, split]))
      const crossing = duplicates.id.filter((id, i) => split.get(id) !== split.get(duplicates.kept_id[i]!))
      assert.isAbove(crossing.length, 3)
      for (const id of crossing) assert.strictEqual(split.get(id), "train")
    })
  )

  it.effect("are joined on less evidence than verification accepts", () =>
    Effect.gen(function* () {
      // half of each text is the same: a lucky bucket joins them, their true similarity is a third
      const source = random(1)
      const texts = Array.from({ length: 100 }, (_, n) => n).flatMap((n) => {
        const shared = sentence(source, 60)
        return ["a", "b"].map((side) => ({
          id: `${n}${side}`,
          text: [...shared, ...sentence(source, 30)].join(" ")
        }))
      })
      const loose = { buckets: 60, hashesPerBucket: 3 }
      const joined = yield* tried(texts, { near: loose })
      const verified = yield* tried(texts, { near: { ...loose, verify: 0.8 } })
      assert.isAbove(joined.duplicates.id.length, 50)
      assert.strictEqual(verified.duplicates.id.length, 0)
    })
  )

  it.effect("are found in Chinese by characters, through other punctuation", () =>
    Effect.gen(function* () {
      const long =
        "子曰：学而时习之，不亦说乎？有朋自远方来，不亦乐乎？人不知而不愠，不亦君子乎？有子曰：其为人也孝弟，而好犯上者，鲜矣；不好犯上，而好作乱者，未之有也。"
      const texts = [
        { id: "a", text: long, script: "Hans" },
        { id: "b", text: long.replaceAll("，", " "), script: "Hans" },
        { id: "c", text: "道可道，非常道。名可名，非常名。无名天地之始；有名万物之母。", script: "Hans" }
      ]
      const { documents, duplicates } = yield* tried(texts)
      assert.deepStrictEqual(documents.id, ["a", "c"])
      assert.deepStrictEqual(duplicates.rule, ["near-duplicate"])
      assert.closeTo(duplicates.jaccard[0]!, 1, 1e-9)
    })
  )

  it.effect("count in the ledger and among the duplicates", () =>
    Effect.gen(function* () {
      const texts = nearly(3)
      const { attributes, counts, documents, duplicates, ledger } = yield* tried(texts)
      assert.strictEqual(counts.read, texts.length)
      assert.strictEqual(counts.kept + duplicates.id.length, texts.length)
      assert.strictEqual(documents.id.length, counts.kept)
      assert.deepStrictEqual(ledger.id, duplicates.id)
      assert.deepStrictEqual(attributes.dropped, counts.dropped)
      assert.strictEqual(attributes.clusters, new Set(duplicates.kept_id).size)
    })
  )
})
