// Files that are not what they should be, and how the stage says so.
import { gzipSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger } from "effect"
import { collect as collectFiles, filesIn } from "./collect.ts"
import { collectText, failureOf, prose, speeches } from "./corpus.ts"
import { folderOf } from "./folder.ts"

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
      const { documents, ledger, scores } = yield* collectText({ "a.txt": prose(1), "photo.txt": binary })
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
      const { documents, ledger } = yield* collectText({ "lunyu.txt": gb })
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
      const { ledger } = yield* collectText(files)
      assert.deepStrictEqual(
        ledger.map(({ source, rule, value }) => [source, rule, value]),
        [["b.txt", "replacement-character", 1]]
      )
      assert.strictEqual((yield* collectText(files, { allowReplacement: true })).documents.length, 2)
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
      const { documents } = yield* collectText({ "big.txt": line }, { cuts: { maxChars: line.length } })
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
      const { documents, ledger, attributes } = yield* collectText(files, { onBadRecord: "drop" })
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

  it.effect("such as a packed file that is cut short is named with the place, or dropped as a whole", () =>
    Effect.gen(function* () {
      const packed = gzipSync(`${JSON.stringify({ text: prose(1) })}\n`.repeat(50))
      const files = { "a.jsonl.gz": packed.subarray(0, packed.length - 9), "b.txt": prose(2) }
      const failure = yield* failureOf(files)
      assert.strictEqual(failure.fact, "BadRecord")
      assert.match(
        failure.problem,
        /^a\.jsonl\.gz, after \d+ unpacked bytes the gzip data cannot be unpacked/u
      )
      // its checksum is at its end, so that nothing before it can be trusted
      const { documents, ledger } = yield* collectText(files, { onBadRecord: "drop" })
      assert.deepStrictEqual(
        documents.map(({ source }) => source),
        ["b.txt"]
      )
      assert.deepStrictEqual(
        ledger.map(({ source, rule }) => [source, rule]),
        [["a.jsonl.gz", "bad-record"]]
      )
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
