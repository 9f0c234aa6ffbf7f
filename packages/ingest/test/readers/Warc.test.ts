import { gunzipSync, gzipSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import { ByteReader } from "../../src/readers/ByteReader.ts"
import { responseOf } from "../../src/readers/Http.ts"
import { Refusal } from "../../src/readers/Refusal.ts"
import { pages } from "./pages.ts"
import { brief, readsOf } from "./reading.ts"

const found = [
  "First page\n\nIt says something in English, long enough to be read.",
  "第二页\n\n这一页是用国标码写的，头里说明了编码。"
]
const plain = gunzipSync(pages("crawl.warc.gz"))

describe("a web archive", () => {
  it("gives the pages of its responses, whatever packed them, and says why the others give none", async () => {
    const reads = await readsOf("crawl.warc.gz", pages("crawl.warc.gz"))
    assert.deepStrictEqual(brief(reads), [...found, "http-status", "media-type", "Plain text of a resource."])
    assert.deepStrictEqual(
      reads.map(({ source }) => source),
      [
        "http://a.example/",
        "http://b.example/2",
        "http://c.example/",
        "http://d.example/a.png",
        "http://e.example/note.txt"
      ]
    )
    assert.deepInclude(reads[1], {
      span: "<urn:uuid:00000004-0000-0000-0000-000000000000>",
      title: "第二页",
      lang: "zh"
    })
  })

  it("is the same unpacked, and known by its first bytes", async () => {
    assert.deepStrictEqual(
      await readsOf("crawl.warc.gz", plain),
      await readsOf("crawl.warc.gz", pages("crawl.warc.gz"))
    )
    assert.deepStrictEqual(brief(await readsOf("crawl", plain)).slice(0, 2), found)
  })

  it("of extracted text gives that text, and its language where there is one alone", async () => {
    const [one] = await readsOf("a.warc.wet", pages("crawl.warc.wet"))
    assert.deepInclude(one, { kind: "found", text: "Zwei Zeilen\nText aus einer Seite.", lang: "de" })
  })
})

const record = (length: string, body = "text", type = "conversion") =>
  `WARC/1.0\r\nWARC-Type: ${type}\r\nContent-Type: text/plain\r\nContent-Length: ${length}\r\n\r\n${body}\r\n\r\n`

describe("a length in a web archive that lies", () => {
  it.each([
    [
      "too short",
      "2",
      "byte 82 is where a record should begin, but there is none: a length before it is wrong"
    ],
    ["longer than the file", "1000000000", "byte 0 has a record of 1000000000 bytes, of which 96 are there"],
    ["beyond all numbers", "99999999999999999999", "byte 0 has a record without a length"],
    ["negative", "-5", "byte 0 has a record without a length"],
    ["no number", "many", "byte 0 has a record without a length"]
  ])("by being %s ends the reading with damage", async (_, length, expected) => {
    const reads = await readsOf("x.warc", record(length) + record("4"))
    assert.strictEqual(brief(reads).at(-1), expected)
    assert.strictEqual(reads.at(-1)?.kind, "broken")
  })

  it("cuts off nothing before it", async () => {
    assert.strictEqual(brief(await readsOf("x.warc", record("4", "good") + record("9999")))[0], "good")
  })

  it("makes no room for what it announces: a record beyond the limit is counted, not held", async () => {
    const big = "x".repeat(500)
    const reads = await readsOf("x.warc", record("500", big) + record("4"), { cuts: { maxChars: 100 } })
    assert.deepInclude(reads[0], { kind: "refused", rule: "maxBytes", value: 500, threshold: 400 })
    assert.strictEqual(brief(reads)[1], "text")
  })
})

const head = (headers: string) => Buffer.from(`HTTP/1.1 200 OK\r\n${headers}\r\n\r\n`)

const text = (bytes: Uint8Array) => Buffer.from(responseOf(bytes, 1000)?.body ?? []).toString()

const rule = (bytes: Uint8Array) => {
  try {
    return responseOf(bytes, 100)
  } catch (problem) {
    return problem instanceof Refusal ? problem.rule : problem
  }
}

describe("a saved response", () => {
  it("keeps its body where the archive has undone the chunks or the packing, but not said so", () => {
    assert.strictEqual(
      text(Buffer.concat([head("Transfer-Encoding: chunked"), Buffer.from("plain")])),
      "plain"
    )
    assert.strictEqual(text(Buffer.concat([head("Content-Encoding: gzip"), Buffer.from("plain")])), "plain")
  })

  it("with a chunk that claims more than there is ends with what there is", () => {
    assert.strictEqual(
      text(Buffer.concat([head("Transfer-Encoding: chunked"), Buffer.from("3\r\nabc\r\nffffffff\r\nde")])),
      "abcde"
    )
  })

  it("is none without a status", () => {
    assert.isUndefined(responseOf(Buffer.from("GET / HTTP/1.1\r\n\r\n"), 1000))
  })

  it("is refused where its body unpacks to too much, or by no means", () => {
    const bomb = gzipSync(Buffer.alloc(10_000))
    assert.strictEqual(rule(Buffer.concat([head("Content-Encoding: gzip"), bomb])), "unpacked-bytes")
    assert.strictEqual(rule(Buffer.concat([head("Content-Encoding: zip"), bomb])), "content-encoding")
    assert.strictEqual(
      rule(Buffer.concat([head("Content-Encoding: gzip, gzip, gzip"), bomb])),
      "content-encoding"
    )
  })
})

describe("lines and blocks of a stream of bytes", () => {
  it("are the same however it is cut", async () => {
    const bytes = Buffer.from("one\ntwo\r\n\n0123456789three")
    for (const size of [1, 2, 5, 100]) {
      const reader = new ByteReader(
        (async function* () {
          for (let at = 0; at < bytes.length; at += size)
            yield await Promise.resolve(bytes.subarray(at, at + size))
        })()
      )
      const lines = [await reader.line(100), await reader.line(2), await reader.line(100)]
      assert.deepStrictEqual(
        lines.map((one) => [Buffer.from(one?.bytes ?? []).toString(), one?.length]),
        [
          ["one\n", 4],
          ["tw", 5],
          ["\n", 1]
        ]
      )
      assert.strictEqual(Buffer.from((await reader.block(10, 4)).bytes).toString(), "0123")
      assert.strictEqual(reader.position, 20)
      assert.strictEqual((await reader.block(10, 100)).length, 5)
      assert.isUndefined(await reader.line(10))
    }
  })
})
