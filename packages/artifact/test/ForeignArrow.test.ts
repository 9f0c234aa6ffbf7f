// Arrow data of others, as it comes: in chunks of any length, cut short, with lengths that are not true.
import { assert, describe, it } from "@effect/vitest"
import {
  Dictionary,
  Field,
  Int32,
  Int64,
  List,
  makeData,
  Null,
  RecordBatch,
  RecordBatchFileWriter,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  tableToIPC,
  Table,
  Utf8,
  vectorFromArray
} from "apache-arrow"
import fc from "fast-check"
import { ForeignArrow } from "../src/index.ts"
import { unpackLz4Frame } from "../src/internal/Lz4Frame.ts"

const person = new Struct([
  new Field("name", new Utf8(), true),
  new Field("marks", new List(new Field("item", new Int32(), true)), true)
])
const expected = [
  { text: "墨", lang: "zh", n: 1n, who: { name: "a", marks: [1, 2] } },
  { text: null, lang: "en", n: 9_007_199_254_740_993n, who: { name: null, marks: [] } },
  { text: "", lang: "zh", n: null, who: null }
]
const table = new Table({
  text: vectorFromArray(["墨", null, ""], new Utf8()),
  lang: vectorFromArray(["zh", "en", "zh"], new Dictionary(new Utf8(), new Int32(), 7)),
  n: vectorFromArray([1n, 9_007_199_254_740_993n, null], new Int64()),
  who: vectorFromArray(
    expected.map(({ who }) => who),
    person
  )
})
const file = tableToIPC(table, "file")
const stream = tableToIPC(table, "stream")

async function* cut(bytes: Uint8Array, sizes: ReadonlyArray<number>): AsyncGenerator<Uint8Array> {
  for (let from = 0, n = 0; from < bytes.length; n++) {
    const to = from + (sizes[n % sizes.length] ?? 1)
    // as a reader of files gives them: only good until the next
    const chunk = new Uint8Array(bytes.subarray(from, to))
    yield await Promise.resolve(chunk)
    chunk.fill(0)
    from = to
  }
}
const tailOf = (bytes: Uint8Array) => (count: number) => Promise.resolve(bytes.subarray(-count))
const rowsOf = async (
  bytes: Uint8Array,
  { sizes = [1000], pick = (names: ReadonlyArray<string>) => names, maxBatchBytes = 2 ** 20 } = {}
) => {
  const all: Array<unknown> = []
  for await (const rows of ForeignArrow.rows(cut(bytes, sizes), { pick, maxBatchBytes, tail: tailOf(bytes) }))
    all.push(...rows)
  return all
}
const rejection = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => assert.fail("was read"),
    (problem: unknown) => (problem instanceof Error ? problem.message : assert.fail(String(problem)))
  )

describe("rows of Arrow data", () => {
  it("are plain values, with nulls, lists and structs, wherever the bytes are cut", async () => {
    for (const bytes of [file, stream]) assert.deepStrictEqual(await rowsOf(bytes), expected)
    const sizes = fc.array(fc.integer({ min: 1, max: 97 }), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(sizes, fc.boolean(), async (of, isFile) => {
        assert.deepStrictEqual(await rowsOf(isFile ? file : stream, { sizes: of }), expected)
      }),
      { numRuns: 30 }
    )
  })

  it("have the columns that were picked", async () => {
    assert.deepStrictEqual(
      await rowsOf(file, { pick: () => ["n"] }),
      expected.map(({ n }) => ({ n }))
    )
  })

  it("end with an error where the data does, and close what they came from", async () => {
    for (const bytes of [file.subarray(0, 400), stream.subarray(0, stream.length - 100)]) {
      let closed = false
      async function* watched() {
        try {
          yield* cut(bytes, [64])
        } finally {
          closed = true
        }
      }
      const all = ForeignArrow.rows(watched(), {
        pick: (names) => names,
        maxBatchBytes: 2 ** 20,
        tail: tailOf(file)
      })
      assert.match(await rejection(all.next()), /cut off in the middle/u)
      assert.isTrue(closed)
    }
  })

  it("are not read of a batch that is larger than allowed, or of what is no Arrow data", async () => {
    assert.match(await rejection(rowsOf(file, { maxBatchBytes: 10 })), /where at most 10 may be held/u)
    await rejection(rowsOf(new TextEncoder().encode("only text, and quite a lot of it")))
  })

  it("are never more than a batch may have, whatever it claims", async () => {
    const schema = new Schema([new Field("nothing", new Null(), true)])
    const length = 2 ** 31 - 1
    const children = [makeData({ type: new Null(), length })]
    const batch = new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length, children }))
    for (const writer of [new RecordBatchFileWriter(), new RecordBatchStreamWriter()]) {
      writer.write(batch)
      const bytes = writer.finish().toUint8Array(true)
      assert.match(await rejection(rowsOf(bytes)), /has a batch of 2147483647 rows/u)
    }
  })
})

describe("an LZ4 frame", () => {
  // pyarrow.Codec("lz4").compress
  const packed =
    "04224d1860408225010000ff00696e6b20616e642073746f6e652c200f00ffff38fff4000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff7a7a7a0300ff12507a7a7a7a7a00000000"
  const plain = Buffer.concat([
    Buffer.from("ink and stone, ".repeat(40)),
    Buffer.from(Array.from({ length: 256 }, (_, i) => i)),
    Buffer.from("z".repeat(300))
  ])
  const unplain = "7942bdf22106f0847762f0f3cb4d764dc7072051159a0f89f2c6dacae344bb311245fd6f84df9ad7"

  it("gives what was packed, whether its blocks are or not", () => {
    const frame = Buffer.from(packed, "hex")
    assert.deepStrictEqual(Buffer.from(unpackLz4Frame(frame, 2000)), plain)
    const stored = Buffer.from(`04224d1860408228000080${unplain}00000000`, "hex")
    assert.strictEqual(Buffer.from(unpackLz4Frame(stored, 2000)).toString("hex"), unplain)
    const both = unpackLz4Frame(Buffer.concat([frame, stored]), 2000)
    assert.strictEqual(both.length, plain.length + unplain.length / 2)
  })

  it("is refused where it gives more than is allowed, is cut off, or copies from before its beginning", () => {
    const frame = Buffer.from(packed, "hex")
    assert.throws(() => unpackLz4Frame(frame, 1000), /more than 1000 bytes/u)
    for (let length = 1; length < frame.length; length += 13) {
      assert.throws(() => unpackLz4Frame(frame.subarray(0, length), 2000))
    }
    assert.throws(
      () => unpackLz4Frame(Buffer.from("04224d186040820300000000050000000000", "hex"), 2000),
      /before its beginning/u
    )
  })
})
