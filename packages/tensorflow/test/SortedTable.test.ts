import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { crc32c } from "../src/Crc32c.ts"
import { Malformed, Message } from "../src/Protobuf.ts"
import * as Snappy from "../src/Snappy.ts"
import * as SortedTable from "../src/SortedTable.ts"
import * as Table from "./Table.ts"

// pyarrow.compress(plain, codec="snappy")
const plain = Buffer.concat([
  Buffer.from(`${"inkstone ".repeat(9)}${"grinds ".repeat(3)}x`),
  Uint8Array.from({ length: 70 }, (_, byte) => byte),
  Buffer.from("stone ".repeat(20))
])
const compressed = Buffer.from(
  "a50220696e6b73746f6e6520fe09001109146772696e64733a0700f04678000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f40414243444509aafe0600c60600",
  "hex"
)

const shown = (table: Uint8Array) =>
  SortedTable.read(table).map(({ key, value }) => [Buffer.from(key).toString(), [...value]])

/** What an untrusted reader may do: give something, or throw `Malformed`. */
const givesOrRefuses = (read: () => unknown): boolean => {
  try {
    read()
    return true
  } catch (error) {
    return error instanceof Malformed
  }
}

describe("Crc32c", () => {
  it("gives the values of RFC 3720, appendix B.4, in one piece and in two", () => {
    const ascending = Uint8Array.from({ length: 32 }, (_, at) => at)
    const cases: ReadonlyArray<readonly [Uint8Array, number]> = [
      [new Uint8Array(32), 0x8a9136aa],
      [new Uint8Array(32).fill(255), 0x62a8ab43],
      [ascending, 0x46dd794e],
      [ascending.toReversed(), 0x113fdb5c]
    ]
    for (const [bytes, expected] of cases)
      for (const at of [0, 3, 8, 31, 32])
        assert.strictEqual(crc32c(bytes.subarray(at), crc32c(bytes.subarray(0, at))), expected)
    assert.strictEqual(crc32c(new TextEncoder().encode("123456789")), 0xe3069283)
  })
})

describe("Snappy", () => {
  it("gives back what another implementation compressed", () => {
    assert.deepStrictEqual(Buffer.from(Snappy.uncompress(compressed, "block")), plain)
  })

  it.each([
    ["4 GiB from 7 bytes", [255, 255, 255, 255, 15, 0, 65]],
    ["a copy from before the beginning", [4, 0, 65, 0b00000001, 2]],
    ["a copy from nowhere", [4, 0, 65, 0b00000001, 0]],
    ["more than announced", [2, 0, 65, 0b00000001, 1]],
    ["less than announced", [9, 0, 65]],
    ["a text that ends too soon", [4, 12, 65]],
    ["nothing", []]
  ])("refuses %s", (_, bytes) => {
    assert.throws(() => Snappy.uncompress(Uint8Array.from(bytes), "block"), Malformed)
  })

  it("takes any bytes without another kind of error", () => {
    assert.isTrue(
      fc
        .sample(fc.uint8Array({ maxLength: 60 }), 500)
        .every((bytes) => givesOrRefuses(() => Snappy.uncompress(bytes, "block")))
    )
  })
})

describe("SortedTable", () => {
  const rows = [
    { key: "", value: Uint8Array.of(1) },
    { key: "a", value: new Uint8Array(0) },
    { key: "ab", value: Uint8Array.of(2, 3) }
  ]
  it("gives the rows of a block in their order", () => {
    assert.deepStrictEqual(shown(Table.table(Table.block(rows))), [
      ["", [1]],
      ["a", []],
      ["ab", [2, 3]]
    ])
  })

  it("reads a compressed block, and names a compression it does not know", () => {
    const block = Table.block(rows)
    const literal = Uint8Array.of(block.length, (block.length - 1) << 2, ...block) // Snappy without any copy
    assert.deepStrictEqual(shown(Table.table(literal, 1)), shown(Table.table(block)))
    assert.throws(() => SortedTable.read(Table.table(block, 4)), /unknown way 4/)
  })

  it("takes any block, table or message without another kind of error", () => {
    const readers = [
      (bytes: Uint8Array) => SortedTable.read(Table.table(bytes)),
      SortedTable.read,
      (bytes: Uint8Array) => new Message(bytes, "message")
    ]
    const inputs = fc.sample(fc.uint8Array({ maxLength: 80 }), 300)
    assert.isTrue(readers.every((read) => inputs.every((bytes) => givesOrRefuses(() => read(bytes)))))
  })
})
