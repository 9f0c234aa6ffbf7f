import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger } from "effect"
import { stageContract } from "@inkstone/stage/testkit"
import { ingest } from "../src/index.ts"
import { collect as collectFiles, filesIn } from "./collect.ts"
import { folderOf } from "./folder.ts"

type Files = Readonly<Record<string, string | Uint8Array>>
const collect = Effect.fnUntraced(
  function* (files: Files, config: Readonly<Record<string, unknown>> = {}) {
    return yield* collectFiles(filesIn(yield* folderOf(files)), config)
  },
  Effect.provide(Logger.layer([]))
)

const prose = (n: number) =>
  `Number ${n} of the speeches begins here. It has a second sentence, and then a third one, which ends it.`
const record = (n: number) => `${JSON.stringify({ id: `r${n}`, text: prose(n), lang: "eo" })}\n`
const speeches: Files = Object.fromEntries(
  Array.from({ length: 60 }, (_, n) => [`${1900 + n}_x.txt`, prose(n)])
)

stageContract(ingest, [
  {
    name: "files of all kinds",
    config: { files: ["corpus"] },
    files: {
      "corpus/a.txt": prose(1),
      "corpus/b.md": `# Title\n\n${prose(2)}`,
      "corpus/c.html": `<nav>Menu</nav><p>${prose(3)}</p>`,
      "corpus/d.jsonl": `${JSON.stringify({ text: prose(4) })}\n${JSON.stringify({ text: prose(5) })}\n`,
      "corpus/e.txt": Uint8Array.of(0, 1, 2, 3),
      "corpus/f.txt": prose(1)
    }
  }
])

describe("documents", () => {
  it.effect("come in order of name, one a file, with id, bytes, script and language", () =>
    Effect.gen(function* () {
      const zh = "学而时习之，不亦说乎？有朋自远方来，不亦乐乎？"
      const { documents, attributes } = yield* collect({
        "b/z.txt": zh,
        "b.txt": prose(1),
        "a.txt": prose(2)
      })
      assert.deepStrictEqual(
        documents.map(({ source, lang, script, bytes, text }) => [source, lang, script, bytes, text]),
        [
          ["a.txt", "en", "Latn", prose(2).length, prose(2)],
          ["b.txt", "en", "Latn", prose(1).length, prose(1)],
          ["b/z.txt", "zh", "Hans", zh.length * 3, zh]
        ]
      )
      assert.strictEqual(new Set(documents.map(({ id }) => id)).size, 3)
      assert.strictEqual(attributes.documents.documents, 3)
      assert.strictEqual(attributes.documents.bytes, 2 * prose(1).length + 3 * zh.length)
    })
  )

  it.effect("carry description and licence of the pipeline", () =>
    Effect.gen(function* () {
      const { attributes } = yield* collect(speeches, { description: "Speeches", licence: "public domain" })
      assert.strictEqual(attributes.documents.description, "Speeches")
      assert.strictEqual(attributes.documents.licence, "public domain")
    })
  )

  it.effect("are the sections of a file where the config gives a heading", () =>
    Effect.gen(function* () {
      const book = `CHAPTER 1. One\n${prose(1)}\nCHAPTER 2. Two\n${prose(2)}\n`
      const { documents } = yield* collect({ "book.txt": book }, { split: { heading: "^CHAPTER \\d+\\." } })
      assert.deepStrictEqual(
        documents.map(({ source, text }) => [source, text]),
        [
          ["book.txt#1", `CHAPTER 1. One\n${prose(1)}`],
          ["book.txt#2", `CHAPTER 2. Two\n${prose(2)}`]
        ]
      )
    })
  )

  it.effect("of a page are cut after its markup is gone", () =>
    Effect.gen(function* () {
      const { documents } = yield* collect(
        { "page.html": `<script>x\n\ny</script><p>${prose(1)}<p>${prose(2)}` },
        { split: "blank-lines" }
      )
      assert.deepStrictEqual(
        documents.map(({ source, text }) => [source, text]),
        [
          ["page.html#1", prose(1)],
          ["page.html#2", prose(2)]
        ]
      )
    })
  )

  it.effect("of a JSONL file keep id and split when a line is inserted before them", () =>
    Effect.gen(function* () {
      const config = { fields: { id: "id", lang: "lang" } }
      const before = yield* collect({ "a.jsonl": record(1) + record(2) }, config)
      const after = yield* collect({ "a.jsonl": record(3) + record(1) + record(2) }, config)
      const byText = new Map(after.documents.map((one) => [one.text, one]))
      for (const { text, id, split, lang } of before.documents) {
        assert.strictEqual(byText.get(text)?.id, id)
        assert.strictEqual(byText.get(text)?.split, split)
        assert.strictEqual(lang, "eo")
      }
      assert.strictEqual(after.documents[1]?.source, "a.jsonl#2")
    })
  )

  it.effect("come in batches of at most 1,024", () =>
    Effect.gen(function* () {
      const lines = Array.from({ length: 2500 }, (_, n) => JSON.stringify({ text: prose(n) })).join("\n")
      const { documents, batches } = yield* collect({ "a.jsonl": lines })
      assert.strictEqual(documents.length, 2500)
      assert.strictEqual(batches, 3)
    })
  )
})

describe("which files are read", () => {
  it.effect("is a matter of the number in the name", () =>
    Effect.gen(function* () {
      const { documents } = yield* collect(
        { ...speeches, "contents.txt": prose(100) },
        { where: { number: { pattern: "^(\\d{4})_", atLeast: 1910, atMost: 1919 } } }
      )
      assert.deepStrictEqual(
        documents.map(({ source }) => source),
        Array.from({ length: 10 }, (_, n) => `${1910 + n}_x.txt`)
      )
    })
  )

  it.effect("is a matter of patterns on the name", () =>
    Effect.gen(function* () {
      const { documents } = yield* collect(
        { "a1.txt": prose(1), "a2.txt": prose(2), "b/a3.txt": prose(3), "c.txt": prose(4) },
        { where: { name: "a\\d" }, exclude: ["b/**", "*2.txt"] }
      )
      assert.deepStrictEqual(
        documents.map(({ source }) => source),
        ["a1.txt"]
      )
    })
  )
})

describe("a grown corpus", () => {
  it.effect("moves no document to another split, and changes no id", () =>
    Effect.gen(function* () {
      const names = Object.keys(speeches)
      const splits = { validation: 0.3, test: 0.3 }
      const all = yield* collect(speeches, { splits })
      const splitOf = new Map(all.documents.map((one) => [one.source, `${one.id} ${one.split}`]))
      assert.strictEqual(new Set(all.documents.map(({ split }) => split)).size, 3)
      for (const keep of [1, 7, 30, 59]) {
        const some = Object.fromEntries(
          names.filter((_, n) => (n * 17) % 60 < keep).map((name) => [name, speeches[name] ?? ""])
        )
        for (const one of (yield* collect(some, { splits })).documents) {
          assert.strictEqual(`${one.id} ${one.split}`, splitOf.get(one.source))
        }
      }
    })
  )

  it.effect("keeps the first by name of equal texts, whatever came before", () =>
    Effect.gen(function* () {
      const texts = {
        "b.txt": prose(1),
        "a/z.txt": `${prose(1)}\n`,
        "c.txt": prose(1).replaceAll(" ", "  "),
        "d.txt": prose(2)
      }
      const { documents, ledger, attributes } = yield* collect(texts)
      assert.deepStrictEqual(
        documents.map(({ source }) => source),
        ["a/z.txt", "d.txt"]
      )
      assert.deepStrictEqual(
        ledger.map(({ source, action, rule, value, threshold }) => [source, action, rule, value, threshold]),
        [
          ["b.txt", "dropped", "exact-duplicate", 2, 1],
          ["c.txt", "dropped", "exact-duplicate", 3, 1]
        ]
      )
      assert.deepStrictEqual(attributes.ledger, {
        read: 4,
        kept: 2,
        dropped: { "exact-duplicate": 2 },
        repaired: {}
      })
      assert.strictEqual((yield* collect(texts, { deduplicate: "none" })).documents.length, 4)
    })
  )
})

describe("scores and ledger", () => {
  it.effect("hold every rule for every text, kept or dropped, and why it was dropped", () =>
    Effect.gen(function* () {
      const { documents, scores, ledger, attributes } = yield* collect({
        "a.txt": prose(1),
        "b.txt": "too short\r\n"
      })
      assert.deepStrictEqual(
        scores.map(({ source, lang, kept, rule, bytes, chars }) => [source, lang, kept, rule, bytes, chars]),
        [
          ["a.txt", "en", true, "", prose(1).length, prose(1).length],
          ["b.txt", "und", false, "minChars", 9, 9]
        ]
      )
      assert.deepInclude(attributes.scores, { documents: 2, kept: 1 })
      // what is asked of every text has a value for every text
      for (const row of scores) {
        assert.isAbove(Object.values(row).filter((value) => Number.isFinite(value)).length, 35)
      }
      const id = scores.at(-1)?.id ?? ""
      assert.notStrictEqual(id, documents[0]?.id)
      const source = "b.txt"
      assert.deepStrictEqual(ledger, [
        {
          id,
          source,
          action: "repaired",
          rule: "line-endings",
          value: 1,
          threshold: 0,
          excerpt: "too short"
        },
        { id, source, action: "dropped", rule: "minChars", value: 9, threshold: 20, excerpt: "too short" }
      ])
      assert.deepStrictEqual(attributes.ledger, {
        read: 2,
        kept: 1,
        dropped: { minChars: 1 },
        repaired: { "line-endings": 1 }
      })
    })
  )

  it.effect("show 80 characters of a document, on one line", () =>
    Effect.gen(function* () {
      const { ledger } = yield* collect({ "a.txt": prose(1), "b.txt": "😀\n".repeat(200) })
      assert.deepStrictEqual(
        ledger.map(({ rule, excerpt }) => [rule, excerpt]),
        [["minLetterRatio", "😀 ".repeat(40).trim()]]
      )
    })
  )
})

const failureOf = (files: Files, config: Readonly<Record<string, unknown>> = {}) =>
  Effect.flip(collect(files, config)).pipe(
    Effect.map((failure) => {
      assert.strictEqual(failure._tag, "StageFailure")
      return failure._tag === "StageFailure" ? failure : assert.fail()
    })
  )

describe("bad input", () => {
  it.effect("such as an empty folder is named with what was looked for", () =>
    Effect.gen(function* () {
      const failure = yield* failureOf({}, { files: ["books/*.txt"] })
      assert.strictEqual(failure.category, "data")
      assert.strictEqual(failure.fact, "EmptyCorpus")
      assert.include(failure.problem, "books/*.txt")
    })
  )

  it.effect("such as a selection that nothing passes is named with the selection", () =>
    Effect.gen(function* () {
      const failure = yield* failureOf(speeches, { where: { name: "^nothing$" } })
      assert.strictEqual(failure.fact, "EmptyCorpus")
      assert.include(failure.problem, "60 files")
      assert.include(failure.problem, "^nothing$")
    })
  )

  const binary = Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919 + (i >> 3)) % 256)
  it.effect("such as a binary file called .txt is dropped, and named if nothing else is there", () =>
    Effect.gen(function* () {
      const { documents, ledger, scores } = yield* collect({ "a.txt": prose(1), "photo.txt": binary })
      assert.strictEqual(documents.length, 1)
      const [row] = ledger
      assert.deepStrictEqual(
        [row?.source, row?.action, row?.rule, row?.threshold],
        ["photo.txt", "dropped", "binary", 0.01]
      )
      assert.deepStrictEqual(
        scores.filter(({ id }) => id === row?.id).map(({ rule, control_ratio }) => [rule, control_ratio]),
        [["binary", Math.fround(row?.value ?? 0)]]
      )
      const failure = yield* failureOf({ "photo.txt": binary, "b.txt": binary, "c.txt": "short" })
      assert.strictEqual(failure.fact, "EmptyCorpus")
      assert.include(failure.problem, "2 by binary, 1 by minChars")
      assert.include(failure.advice, "files that hold text")
    })
  )

  it.effect("such as GB18030 text is read like the same text in UTF-8", () =>
    Effect.gen(function* () {
      const text = "学而时习之，不亦说乎？有朋自远方来，不亦乐乎？"
      // iconv -f utf-8 -t gb18030
      const gb = Buffer.from(
        "d1a7b6f8cab1cfb0d6aea3acb2bbd2e0cbb5baf5a3bfd3d0c5f3d7d4d4b6b7bdc0b4a3acb2bbd2e0c0d6baf5a3bf",
        "hex"
      )
      const { documents, ledger } = yield* collect({ "lunyu.txt": gb })
      assert.deepStrictEqual(
        documents.map(({ text, script, lang }) => [text, script, lang]),
        [[text, "Hans", "zh"]]
      )
      assert.deepStrictEqual(ledger, [])
    })
  )

  it.effect("such as a lost character is dropped loudly, unless it is allowed", () =>
    Effect.gen(function* () {
      const files = { "a.txt": prose(1), "b.txt": `${prose(2)} \uFFFD` }
      const { ledger } = yield* collect(files)
      assert.deepStrictEqual(
        ledger.map(({ source, rule, value }) => [source, rule, value]),
        [["b.txt", "replacement-character", 1]]
      )
      assert.strictEqual((yield* collect(files, { allowReplacement: true })).documents.length, 2)
    })
  )

  it.effect(
    "such as a line of 200 MB is dropped with its length, however the file is cut",
    () =>
      Effect.gen(function* () {
        const words = Buffer.alloc(200 * 2 ** 20, "all work and no play makes a dull book ")
        const files = filesIn(yield* folderOf({ "a.txt": prose(1), "big.txt": words }))
        for (const split of ["whole", "lines"]) {
          const { documents, ledger } = yield* collectFiles(files, { split })
          assert.strictEqual(documents.length, 1)
          assert.deepStrictEqual(
            ledger.map(({ action, rule, value, threshold }) => [action, rule, value, threshold]),
            [["dropped", "maxChars", words.length, 10_000_000]]
          )
          assert.isTrue(ledger[0]?.excerpt.startsWith("all work and no play"))
        }
      }).pipe(Effect.provide(Logger.layer([]))),
    60_000
  )

  it.effect("such as a document just as long as allowed is kept", () =>
    Effect.gen(function* () {
      const line = "all work and no play makes a dull book ".repeat(100_000).trim()
      const { documents } = yield* collect({ "big.txt": line }, { cuts: { maxChars: line.length } })
      assert.strictEqual(documents[0]?.text, line)
    })
  )

  it.effect("such as a bad JSONL line is named by file and line, or dropped", () =>
    Effect.gen(function* () {
      const files = {
        "a.jsonl": `${JSON.stringify({ text: prose(1) })}\n\n{"text": "unfinished\n${JSON.stringify({ text: prose(2) })}\n`
      }
      const failure = yield* failureOf(files)
      assert.strictEqual(failure.category, "data")
      assert.strictEqual(failure.fact, "BadRecord")
      assert.include(failure.problem, "a.jsonl, line 3 is not JSON")
      const { documents, ledger, attributes } = yield* collect(files, { onBadRecord: "drop" })
      assert.deepStrictEqual(
        documents.map(({ source }) => source),
        ["a.jsonl#1", "a.jsonl#3"]
      )
      assert.deepStrictEqual(
        ledger.map(({ source, rule, value, excerpt }) => [source, rule, value, excerpt]),
        [["a.jsonl#2", "bad-record", 3, '{"text": "unfinished']]
      )
      assert.strictEqual(attributes.ledger.read, 3)
    })
  )

  it.effect("such as two records of one id is named by both lines", () =>
    Effect.gen(function* () {
      const line = JSON.stringify({ text: prose(1), key: "k" })
      const failure = yield* failureOf({ "a.jsonl": `${line}\n${line}\n` }, { fields: { id: "key" } })
      assert.include(failure.problem, 'a.jsonl, line 2 has the same "key" as line 1: k')
    })
  )

  it.effect("such as two files of one name is a matter of the config", () =>
    Effect.gen(function* () {
      const files = filesIn(yield* folderOf({ "a.txt": prose(1) }))
      const failure = yield* Effect.flip(collectFiles([...files, ...files]))
      assert.strictEqual(failure._tag === "StageFailure" && failure.category, "config")
      assert.include(failure.message, "a.txt")
    })
  )

  it.effect("such as a file that is gone is named", () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(
        collectFiles([{ path: "/no/such/file.txt", name: "file.txt", bytes: 1, sha256: "" }])
      )
      assert.strictEqual(failure._tag === "StageFailure" && failure.fact, "SourceUnreadable")
      assert.include(failure.message, "file.txt")
    })
  )
})

describe("a small corpus", () => {
  it.effect("is kept, with a warning for each split that got nothing", () =>
    Effect.gen(function* () {
      const warnings: Array<unknown> = []
      const files = filesIn(yield* folderOf({ "a.txt": prose(1) }))
      const logger = Logger.make(
        ({ logLevel, message }) => void (logLevel === "Warn" && warnings.push(message))
      )
      const { attributes } = yield* collectFiles(files, { splits: { validation: 0, test: 0.01 } }).pipe(
        Effect.provide(Logger.layer([logger]))
      )
      assert.deepStrictEqual(attributes.documents.splits, { train: 1, validation: 0, test: 0 })
      assert.strictEqual(warnings.length, 1)
      assert.include(String(warnings[0]), "no document fell into test")
    })
  )
})
