// Text of tokens that end inside a character.
import { assert, describe, it } from "@effect/vitest"
import { decode, whole } from "../src/Pieces.ts"

const bytes = Array.from(new TextEncoder().encode("子曰 ok"), (byte) => Uint8Array.of(byte))
const ids = bytes.map((_, id) => id)

describe("pieces", () => {
  it("show no half character at the end", () => {
    assert.strictEqual(decode(ids, bytes), "子曰 ok")
    assert.strictEqual(decode(ids.slice(0, 5), bytes), "子")
  })

  it("begin with prompts that end with a whole character", () => {
    assert.deepStrictEqual(whole(ids, bytes), ids)
    assert.deepStrictEqual(whole(ids.slice(0, 5), bytes), [0, 1, 2])
    assert.deepStrictEqual(whole(ids.slice(0, 2), bytes), [])
  })

  it("keep what is no text at all as it is", () => {
    assert.deepStrictEqual(whole([0, 1], [Uint8Array.of(0xff), Uint8Array.of(0x41)]), [0, 1])
    assert.strictEqual(decode([0, 1], [Uint8Array.of(0xff), Uint8Array.of(0x41)]), "\u{FFFD}A")
  })
})
