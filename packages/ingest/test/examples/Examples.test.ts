import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import { StageFailure } from "@inkstone/stage"
import { stageContract, trial } from "@inkstone/stage/testkit"
import { Effect } from "effect"
import { examples } from "../../src/examples/Examples.ts"
import { golden, table } from "../readers/golden.ts"

type Files = Readonly<Record<string, string | Uint8Array>>
type Config = Omit<(typeof examples)["config"]["Encoded"], "files">

/** Each example as its split and its parts, and the ledger. */
const made = Effect.fn("made")(function* (files: Files, config: Config = {}) {
  const within = Object.fromEntries(
    Object.entries(files).map(([name, content]) => [join("data", name), content])
  )
  const run = yield* trial(examples, {
    name: "",
    config: { files: ["data"], splits: { validation: 0, test: 0 }, ...config },
    inputs: {},
    files: within
  })
  const artifact = yield* run.open("examples")
  const rows = yield* artifact.read("examples")
  const parts = yield* artifact.read("parts")
  const ledger = yield* run.open("ledger")
  const entries = yield* ledger.read("ledger")
  return {
    attributes: artifact.attributes,
    dropped: ledger.attributes.dropped,
    rows,
    examples: rows.id.map((_, n) => {
      const first = rows.first[n] ?? 0
      return Array.from({ length: rows.parts[n] ?? 0 }, (_, i) => [
        parts.name[first + i],
        parts.lang[first + i],
        parts.text[first + i]
      ])
    }),
    ledger: entries.rule.map((rule, n) => [entries.source[n], entries.action[n], rule, entries.value[n]])
  }
})
const failureOf = (files: Files, config: Config = {}) =>
  Effect.flip(made(files, config)).pipe(
    Effect.map((failure) => (failure instanceof StageFailure ? failure : assert.fail(String(failure))))
  )

const questions = [
  { q: "What is ground with water?", answers: { text: ["Ink", "ink sticks"] }, about: "book-1", n: 7 },
  { q: "Where is it ground?", answers: { text: ["On a stone"] }, about: "book-1", n: 8 },
  { q: "Who grinds it?", answers: { text: ["The scribe"] }, about: "book-2", n: 9 }
]
const jsonl = (rows: ReadonlyArray<unknown>) => rows.map((row) => `${JSON.stringify(row)}\n`).join("")
const asked: Config = {
  parts: [
    { name: "question", field: "q", lang: "en" },
    { name: "answer", field: "answers.text.0", lang: "en" }
  ],
  fields: { id: "n", group: "about" }
}

stageContract(examples, [
  {
    name: "questions, pairs and conversations",
    config: { files: ["data"], parts: asked.parts ?? [], onBadRecord: "drop" },
    files: {
      "data/a.jsonl": jsonl(questions),
      "data/b.json": JSON.stringify(questions.map((one) => ({ ...one, q: `${one.q}?` }))),
      "data/c.csv": "q,other\nno answer,x\n",
      "data/d.po": 'msgid "one"\nmsgstr "eins"\n'
    }
  }
])

describe("examples", () => {
  it.effect("have the parts that the config names, in its order", () =>
    Effect.gen(function* () {
      const { attributes, examples, rows } = yield* made({ "a.jsonl": jsonl(questions) }, asked)
      assert.deepStrictEqual(examples, [
        [
          ["question", "en", "What is ground with water?"],
          ["answer", "en", "Ink"]
        ],
        [
          ["question", "en", "Where is it ground?"],
          ["answer", "en", "On a stone"]
        ],
        [
          ["question", "en", "Who grinds it?"],
          ["answer", "en", "The scribe"]
        ]
      ])
      assert.deepStrictEqual(rows.group, ["book-1", "book-1", "book-2"])
      assert.deepStrictEqual(attributes.partNames, ["answer", "question"])
      assert.deepStrictEqual([attributes.examples, attributes.parts], [3, 6])
      const texts = questions.flatMap(({ answers, q }) => [q, answers.text[0] ?? ""])
      assert.strictEqual(attributes.bytes, Buffer.byteLength(texts.join("")))
    })
  )

  it.effect("are the same whatever format they come in", () =>
    Effect.gen(function* () {
      const rows = questions.map(({ answers, n, q }) => ({ q, a: answers.text[0] ?? "", n: n.toString() }))
      const csv = ["q,a,n", ...rows.map(({ a, n, q }) => `"${q}","${a}",${n}`)].join("\n")
      const config: Config = {
        parts: [
          { name: "question", field: "q" },
          { name: "answer", field: "a" }
        ]
      }
      const expected = (yield* made({ "a.jsonl": jsonl(rows) }, config)).examples
      assert.lengthOf(expected, 3)
      for (const [name, content] of [
        ["a.json", JSON.stringify(rows)],
        ["a.csv", csv],
        ["a.tsv", csv.replaceAll(",", "\t")],
        ["a.csv.gz", gzipSync(csv)]
      ] as const) {
        assert.deepStrictEqual((yield* made({ [name]: content }, config)).examples, expected, name)
      }
    })
  )

  it.effect("of a conversation are its turns, from Parquet and Arrow too", () =>
    Effect.gen(function* () {
      const config: Config = {
        parts: [{ name: "document", field: "text", optional: true }],
        turns: "messages",
        lang: "en"
      }
      for (const name of ["snappy.parquet", "file.arrow", "lz4.arrows"]) {
        const { examples } = yield* made({ [name]: golden(name) }, config)
        assert.deepStrictEqual(
          examples,
          table.map(({ messages, text }) => [
            ...(text === null ? [] : [["document", "en", text]]),
            ...messages.map(({ content, role }) => [role, "en", content])
          ])
        )
      }
    })
  )

  it.effect("of PO and TMX are source and target, with their languages", () =>
    Effect.gen(function* () {
      const { examples, rows, ledger } = yield* made(
        { "memory.tmx": golden("memory.tmx"), "messages.po": golden("messages.zh_CN.po") },
        { onBadRecord: "drop" }
      )
      assert.deepStrictEqual(examples.slice(0, 3), [
        [
          ["source", "en", "Grind the ink slowly & well."],
          ["target", "zh", "慢慢地、好好地磨墨。"]
        ],
        [
          ["source", "en", "Grind the ink slowly & well."],
          ["target", "de", "Reibe die Tusche langsam & gut."]
        ],
        [
          ["source", "zh", "先有水。"],
          ["target", "en", "Water comes first."]
        ]
      ])
      assert.lengthOf(examples, 8)
      assert.strictEqual(rows.group[0], rows.group[1])
      assert.strictEqual(new Set(rows.group).size, 7)
      assert.deepStrictEqual(ledger, [["memory.tmx#4", "dropped", "bad-record", 3]])
    })
  )

  it.effect("of PO keep their ids when entries are inserted before them", () =>
    Effect.gen(function* () {
      const one = 'msgid "one"\nmsgstr "eins"\n'
      const before = (yield* made({ "a.po": one })).rows.id
      const after = (yield* made({ "a.po": `msgid "none"\nmsgstr "kein"\n\n${one}` })).rows.id
      assert.deepStrictEqual(before, after.slice(1))
    })
  )

  it.effect("keep their split when others come and go, and groups stay together", () =>
    Effect.gen(function* () {
      const many = Array.from({ length: 60 }, (_, n) => ({
        q: `Question ${n}?`,
        answers: { text: ["x"] },
        about: `b${n % 20}`,
        n
      }))
      const config: Config = { ...asked, splits: { validation: 0.3, test: 0.3 } }
      const all = (yield* made({ "a.jsonl": jsonl(many) }, config)).rows
      const some = (yield* made({ "a.jsonl": jsonl(many.filter(({ n }) => n % 3 > 0)) }, config)).rows
      const splitOf = new Map(all.id.map((id, n) => [id, all.split[n]]))
      for (const [n, id] of some.id.entries()) assert.strictEqual(some.split[n], splitOf.get(id))
      const pairs = new Set(all.group.map((group, n) => `${group} ${all.split[n]}`))
      assert.strictEqual(pairs.size, 20)
      assert.strictEqual(new Set(all.split).size, 3)
    })
  )

  it.effect("are repaired, and equal ones dropped, with a word in the ledger", () =>
    Effect.gen(function* () {
      const rows = [
        { t: "a line\r\nand one more", l: 1 },
        { t: "a line\nand  one more", l: 1 },
        { t: "a line\nand one more", l: 2 },
        { t: "lost \uFFFD", l: 1 },
        { t: "\u200B", l: 1 }
      ]
      const parts = [
        { name: "text", field: "t" },
        { name: "label", field: "l" }
      ]
      const { dropped, examples, ledger } = yield* made({ "a.jsonl": jsonl(rows) }, { parts, lang: "en" })
      assert.deepStrictEqual(examples, [
        [
          ["text", "en", "a line\nand one more"],
          ["label", "en", "1"]
        ],
        [
          ["text", "en", "a line\nand one more"],
          ["label", "en", "2"]
        ]
      ])
      assert.deepStrictEqual(dropped, { "exact-duplicate": 1, "replacement-character": 1, "empty-part": 1 })
      assert.deepStrictEqual(ledger, [
        ["a.jsonl#1", "repaired", "line-endings", 1],
        ["a.jsonl#2", "dropped", "exact-duplicate", 2],
        ["a.jsonl#4", "dropped", "replacement-character", 1],
        ["a.jsonl#5", "repaired", "invisible-characters", 1],
        ["a.jsonl#5", "dropped", "empty-part", 1]
      ])
    })
  )
})

describe("a record that is no example", () => {
  it.effect.each([
    [
      "a field",
      { parts: [{ name: "text", field: "body" }] },
      'line 1 has nothing in "body"; its fields are q,'
    ],
    ["a conversation", { turns: "chat" }, 'line 1 has no conversation in "chat"'],
    ["parts at all", {}, 'line 1 has no parts: name its fields under "parts"']
  ] as const)("is named by file, line and what is missing: %s", ([, config, problem]) =>
    Effect.gen(function* () {
      const failure = yield* failureOf({ "a.jsonl": jsonl(questions) }, config)
      assert.strictEqual(failure.fact, "BadRecord")
      assert.include(failure.problem, `a.jsonl, ${problem}`)
    })
  )

  it.effect("is dropped if the config says so, and all of them are too few", () =>
    Effect.gen(function* () {
      const config: Config = { parts: [{ name: "text", field: "body" }], onBadRecord: "drop" }
      const failure = yield* failureOf({ "a.jsonl": jsonl(questions) }, config)
      assert.strictEqual(failure.fact, "EmptyExamples")
      assert.include(failure.problem, "none of the 3 records in data is left; dropped: 3 by bad-record")
    })
  )

  it.effect("or a file that has no records, is named with the formats that have", () =>
    Effect.gen(function* () {
      const failure = yield* failureOf({ "a.txt": "only text" }, asked)
      assert.include(
        failure.problem,
        "a.txt, the file is of no format that has records: name one of arrow, parquet"
      )
    })
  )
})
