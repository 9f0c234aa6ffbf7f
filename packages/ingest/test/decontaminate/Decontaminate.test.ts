import { assert, describe, it } from "@effect/vitest"
import { Examples } from "@inkstone/artifact"
import { type Sample, sample, stageContract, trial } from "@inkstone/stage/testkit"
import { Effect, Logger } from "effect"
import { decontaminate } from "../../src/index.ts"
import { corpus, random, type Text, word } from "../deduplicate/corpus.ts"

type Config = (typeof decontaminate)["config"]["Encoded"]
type Sets = Readonly<Record<string, ReadonlyArray<Text>>>

const tried = Effect.fnUntraced(
  function* (
    documents: ReadonlyArray<Text>,
    sets: Sets,
    config: Config = {},
    examples: ReadonlyArray<Sample> = []
  ) {
    const made = yield* trial(decontaminate, {
      name: "",
      config,
      inputs: {
        documents: corpus(documents, { batch: 7 }),
        sets: Object.entries(sets).map(([label, items]) => corpus(items, { label })),
        examples
      }
    })
    const [left, found, ledger] = [
      yield* made.open("documents"),
      yield* made.open("contamination"),
      yield* made.open("ledger")
    ]
    const { id, text } = yield* left.read("documents")
    return {
      texts: Object.fromEntries(id.map((one, i) => [one, text[i]!])),
      matches: yield* found.read("matches"),
      items: yield* found.read("items"),
      attributes: found.attributes,
      ledger: ledger.attributes
    }
  },
  Effect.scoped,
  Effect.provide(Logger.layer([]))
)

const question =
  "What is the name of the river that flows through the old town of Prague, and where does it end?"
const page = (middle: string) => `${"Before it. ".repeat(30)}${middle}${" After it.".repeat(30)}`

/** Examples with their parts in order. */
const questions = (all: ReadonlyArray<Readonly<Record<string, string>>>) => {
  const parts = all.flatMap((one) => Object.entries(one))
  let first = 0
  return sample(Examples, {
    label: "questions",
    attributes: {
      examples: all.length,
      parts: parts.length,
      bytes: 0,
      splits: {},
      partNames: [],
      description: "",
      licence: ""
    },
    tables: {
      examples: {
        id: all.map((_, i) => `e${i}`),
        source: all.map(() => "q.jsonl"),
        group: all.map(() => ""),
        licence: all.map(() => ""),
        split: all.map(() => "test"),
        first: Uint32Array.from(all, (one) => {
          const begin = first
          first += Object.keys(one).length
          return begin
        }),
        parts: Uint32Array.from(all, (one) => Object.keys(one).length)
      },
      parts: {
        name: parts.map(([name]) => name),
        lang: parts.map(() => "und"),
        text: parts.map(([, text]) => text)
      }
    }
  })
}

stageContract(decontaminate, [
  {
    name: "two sets",
    config: { action: "cut" },
    inputs: {
      documents: corpus([
        { id: "a", text: page(question) },
        { id: "b", text: "nothing of the kind" }
      ]),
      sets: [
        corpus([{ id: "q1", text: question }], { label: "questions" }),
        corpus(
          [
            {
              id: "q2",
              text: "Another question, which nobody has ever asked before today, here or anywhere."
            }
          ],
          {
            label: "others"
          }
        )
      ],
      examples: questions([{ question: "Which of them is it, and why?", answer: "None of the two" }])
    }
  }
])

/** Units as words between white space and single Han characters, punctuation taken out before; by other means than ours. */
const naiveUnits = (text: string): ReadonlyArray<string> =>
  text
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s]/gu, "")
    .match(/\p{Script=Han}|[^\s\p{Script=Han}]+/gu) ?? []

const windows = (text: string, n: number): ReadonlyArray<string> => {
  const units = naiveUnits(text)
  return units.slice(n - 1).map((_, i) => units.slice(i, i + n).join(" "))
}

describe("an evaluation item", () => {
  it.effect("is found whatever its case and punctuation, and the report says where", () =>
    Effect.gen(function* () {
      // the first 15 of the 20 words, which are 3 of the 8 windows of 13 words
      const changed = `"WHAT is the NAME of the river — that flows through the old town (of Prague!), where`
      // punctuation parts no words: "oldtown" has 11 words before it and 8 after it
      const joined =
        "What is the name of the river that flows through the old-town of Prague, and where does it end?"
      const texts = [page(question), page(changed), page(joined), page("")]
      const documents = texts.map((text, i) => ({
        id: "abcd".charAt(i),
        text,
        split: i === 1 ? "test" : "train"
      }))
      const made = yield* tried(documents, {
        quiz: [{ id: "q1", text: question }],
        other: [{ id: "q2", text: "too short to be found" }]
      })
      assert.deepStrictEqual(Object.keys(made.texts), ["c", "d"])
      const { matches } = made
      assert.deepStrictEqual(
        matches.document.map((id, i) => [
          id,
          matches.split[i],
          matches.set[i],
          matches.item[i],
          matches.ngrams[i]
        ]),
        [
          ["a", "train", "quiz", "q1", 8],
          ["b", "test", "quiz", "q1", 3]
        ]
      )
      assert.strictEqual(texts[0]?.slice(matches.from[0], matches.to[0]), question.slice(0, -1))
      assert.strictEqual(texts[1]?.slice(matches.from[1], matches.to[1]), changed.slice(1, -9))
      assert.strictEqual(matches.excerpt[0], question.slice(0, 80).trim())
      assert.deepStrictEqual([...made.items.units], [20, 5])
      assert.deepStrictEqual([...made.items.ngrams], [8, 0])
      assert.deepStrictEqual([...made.items.found], [8, 0])
      assert.deepStrictEqual([...made.items.documents], [2, 0])
      assert.deepStrictEqual(made.items.untested, [false, true])
      assert.deepStrictEqual(made.attributes, {
        documents: 4,
        contaminated: 2,
        sets: {
          quiz: { items: 1, contaminated: 1, untested: 0 },
          other: { items: 1, contaminated: 0, untested: 1 }
        }
      })
      assert.deepStrictEqual(made.ledger.dropped, { contaminated: 2 })
    })
  )

  it.effect("is found where a naive search finds it, among 150 documents and 2 sets", () =>
    Effect.gen(function* () {
      const source = random(5)
      // few words, so that windows of 4 are equal by chance too
      const prose = (words: number) => Array.from({ length: words }, () => word(source.below(9))).join(" ")
      const documents = Array.from({ length: 150 }, (_, n) => ({
        id: `d${n}`,
        text: prose(source.below(40))
      }))
      const set = (name: string) =>
        Array.from({ length: 40 }, (_, n) => ({ id: `${name}${n}`, text: prose(2 + source.below(12)) }))
      const sets = { one: set("x"), two: set("y") }
      const config: Config = { wordNgrams: 5, minWords: 3, action: "report" }
      const { attributes, items, matches, texts } = yield* tried(documents, sets, config)
      const expected: Record<string, number> = {}
      for (const { id: item, text } of [...sets.one, ...sets.two]) {
        const n = Math.min(5, naiveUnits(text).length)
        const known = new Set(n < 3 ? [] : windows(text, n))
        for (const { id, text: other } of documents) {
          const places = n < 3 ? 0 : windows(other, n).filter((window) => known.has(window)).length
          if (places > 0) expected[`${item} in ${id}`] = places
        }
      }
      assert.isAbove(Object.keys(expected).length, 20)
      assert.deepStrictEqual(
        Object.fromEntries(
          matches.item.map((item, i) => [`${item} in ${matches.document[i]}`, matches.ngrams[i]])
        ),
        expected
      )
      const of = (prefix: string) => new Set(matches.item.filter((item) => item.startsWith(prefix))).size
      assert.strictEqual(attributes.sets["one"]?.contaminated, of("x"))
      assert.strictEqual(attributes.sets["two"]?.contaminated, of("y"))
      assert.strictEqual(attributes.contaminated, new Set(matches.document).size)
      assert.strictEqual(
        items.untested.filter(Boolean).length,
        [...sets.one, ...sets.two].filter(({ text }) => naiveUnits(text).length < 3).length
      )
      assert.strictEqual(Object.keys(texts).length, 150)
    })
  )

  it.effect("in Chinese is found by characters", () =>
    Effect.gen(function* () {
      const item = "学而时习之，不亦说乎？有朋自远方来，不亦乐乎？"
      const made = yield* tried(
        [
          { id: "a", text: `子曰：「学而时习之不亦说乎」有朋友来了。`, script: "Hans" },
          { id: "b", text: "论语：学而时习之，不亦说乎？有朋自远方来", script: "Hans" },
          { id: "c", text: "an English text that quotes 学而时习之，不亦说乎？有朋自远方来 in it" }
        ],
        {
          zh: [{ id: "q", text: item, script: "Hans" }],
          short: [{ id: "s", text: "有朋自远方来", script: "Hans" }]
        }
      )
      // 12 characters in a row are one too few; b and c have 15, which are 3 windows of 13
      assert.deepStrictEqual(Object.keys(made.texts), ["a"])
      assert.deepStrictEqual([...made.matches.ngrams], [3, 3])
      assert.deepStrictEqual(made.items.untested, [false, true])
      const longer = yield* tried(
        [{ id: "b", text: item.slice(0, 20), script: "Hans" }],
        {
          zh: [{ id: "q", text: item, script: "Hans" }]
        },
        { charNgrams: 20 }
      )
      assert.deepStrictEqual(Object.keys(longer.texts), ["b"])
    })
  )

  it.effect("that is short is found only as a whole", () =>
    Effect.gen(function* () {
      const item = "nine words make an item that is looked for"
      const made = yield* tried(
        [
          { id: "a", text: `See: ${item}!` },
          { id: "b", text: item.slice(0, -4) }
        ],
        { quiz: [{ id: "q", text: item }] }
      )
      assert.deepStrictEqual(Object.keys(made.texts), ["b"])
    })
  )

  it.effect("is not found in itself, and only in splits that are examined", () =>
    Effect.gen(function* () {
      const documents = [
        { id: "a", text: question, split: "test" },
        { id: "b", text: question, split: "train" },
        { id: "c", text: question, split: "validation" }
      ]
      // the corpus itself as the set: its test documents are looked for in its train documents
      const config: Config = { setSplits: ["test"], splits: ["train", "test"] }
      const made = yield* tried(documents, { itself: documents }, config)
      assert.deepStrictEqual(Object.keys(made.texts), ["a", "c"])
      assert.deepStrictEqual(made.matches.document, ["b"])
    })
  )

  it.effect("is cut out with a margin, short pieces with it; a document in many pieces goes", () =>
    Effect.gen(function* () {
      const [before, after] = ["b".repeat(50), "a".repeat(50)]
      const text = `${before} ${question} ${after}`
      const config: Config = { action: "cut", marginChars: 11, minPieceChars: 40, maxPieces: 3 }
      const made = yield* tried(
        [
          { id: "a", text },
          { id: "b", text: `short ${question} ${after}` },
          { id: "c", text: Array.from({ length: 3 }, () => text).join(" ") },
          { id: "d", text: question }
        ],
        { quiz: [{ id: "q", text: question }] },
        config
      )
      // 11 units on both sides: a space and 10 letters before, the question mark, a space and 9 letters after
      assert.deepStrictEqual(made.texts, {
        a: `${"b".repeat(40)}\n\n${"a".repeat(41)}`,
        b: "a".repeat(41)
      })
      assert.deepStrictEqual(made.ledger.dropped, { contaminated: 2 })
      assert.deepStrictEqual(made.ledger.repaired, { "contaminated-part": 2 })
    })
  )

  it.effect("with parts is found by any of them that is long enough, in Chinese too", () =>
    Effect.gen(function* () {
      const examples = [
        questions([
          { question: "what do the nine words of this question ask", answer: "nothing" },
          { question: "why so short", answer: "the answer alone has fewer words than are looked for" },
          { question: "他为什么在春天里离开了那座城市？", answer: "因为他病了" },
          { question: "who was it", answer: "he" }
        ])
      ]
      const documents = [
        { id: "a", text: "Quiz: what do the nine words of this question ask? Who knows." },
        { id: "b", text: "The answer alone: has fewer words than are looked for..." },
        { id: "c", text: "有人问：他为什么在春天里离开了那座城市？", script: "Hans" },
        { id: "d", text: "who was it? he" }
      ]
      const made = yield* tried(documents, {}, {}, examples)
      assert.deepStrictEqual(Object.keys(made.texts), ["d"])
      assert.deepStrictEqual(made.matches.item, ["e0", "e1", "e2"])
      assert.deepStrictEqual(made.items.untested, [false, false, false, true])
      const answers = yield* tried(documents, {}, { parts: ["answer"] }, examples)
      assert.deepStrictEqual(Object.keys(answers.texts), ["a", "c", "d"])
    })
  )

  it.effect("that nobody could find is a failure that says so", () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(
        tried([{ id: "a", text: "a" }], { quiz: [{ id: "q", text: "too short" }] })
      )
      assert.include(String(failure), "none of the 1 evaluation items has 8 words")
    })
  )
})
