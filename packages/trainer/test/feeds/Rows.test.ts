// What stands in the rows of each feed.
import { assert, describe, it } from "@effect/vitest"
import type { Batch } from "../../src/Feed.ts"
import * as MaskedWindows from "../../src/feeds/MaskedWindows.ts"
import * as PackedRows from "../../src/feeds/PackedRows.ts"
import * as SpanWindows from "../../src/feeds/SpanWindows.ts"
import * as TokenWindows from "../../src/feeds/TokenWindows.ts"
import { maskedRun, packed, run, spanRun, special } from "./sources.ts"

const values = ({ inputs }: Batch, name: string) => Array.from(inputs[name]?.values ?? [])
const rowsOf = (places: ReadonlyArray<number>, epoch = 0) => ({
  places: Uint32Array.from(places),
  epochs: new Uint32Array(places.length).fill(epoch)
})

/** Tokens with what was hidden put back. */
const restored = (batch: Batch, T: number, P: number) => {
  const tokens = values(batch, "tokens")
  const [places, targets, weights] = ["places", "targets", "weights"].map((name) => values(batch, name))
  for (const [i, weight] of weights!.entries())
    if (weight === 1) tokens[Math.floor(i / P) * T + places![i]!] = targets![i]!
  return tokens
}

/** What is read and what is written, without padding. */
const split = (batch: Batch) => {
  const mask = values(batch, "sourceMask")
  const weights = values(batch, "weights")
  return {
    source: values(batch, "source").filter((_, i) => mask[i] === 1),
    target: values(batch, "targets").filter((_, i) => weights[i] === 1)
  }
}

it("token windows hold one token more than they read, and every next token counts", () => {
  const ids = Uint16Array.from({ length: 20 }, (_, i) => i * 3)
  const source = TokenWindows.train({ ids, contextLength: 3 }, { batchSize: 2, seed: 1 })
  const batch = source.assemble(rowsOf([2, 10]), 3)
  assert.deepStrictEqual(values(batch, "tokens"), [6, 9, 12, 15, 30, 33, 36, 39, 0, 0, 0, 0])
  assert.deepStrictEqual(values(batch, "weights"), [1, 1, 1, 1, 1, 1, 0, 0, 0])
  assert.strictEqual(batch.tokens, 6)
})

describe("packed rows", () => {
  it("stand as they were packed, weights at the token before the one that counts", () => {
    const columns = {
      contextLength: 5,
      id: Uint16Array.of(11, 12, 13, 21, 22, 31, 32, 33, 34, 0),
      segment: Uint16Array.of(1, 1, 1, 2, 2, 1, 1, 1, 1, 0),
      position: Uint16Array.of(0, 1, 2, 0, 1, 0, 1, 2, 3, 0),
      loss: Uint8Array.of(0, 1, 1, 0, 1, 0, 0, 1, 1, 0)
    }
    const source = PackedRows.train(PackedRows.of(columns), { batchSize: 2, seed: 1 })
    const batch = source.assemble(rowsOf([1, 0]), 2)
    assert.deepStrictEqual(values(batch, "tokens"), [31, 32, 33, 34, 0, 0, 11, 12, 13, 21, 22, 0])
    assert.deepStrictEqual(values(batch, "weights"), [0, 1, 1, 0, 0, 1, 1, 0, 1, 0])
    assert.deepStrictEqual(values(batch, "documents"), [1, 1, 1, 1, 0, 1, 1, 1, 2, 2])
    assert.deepStrictEqual(values(batch, "positions"), [0, 1, 2, 3, 0, 0, 1, 2, 0, 1])
    assert.strictEqual(batch.tokens, 9)
  })

  it("never foretell a token of another document, nor from padding, and leave out rows without any", () => {
    const rows = packed(40, 14)
    const source = PackedRows.evaluate(rows, Infinity)
    assert.deepStrictEqual(
      [...source.rows.places],
      Array.from({ length: 40 }, (_, i) => i).filter((row) => row % 5 !== 4)
    )
    const batch = source.assemble(source.rows, 32)
    const [documents, weights] = [values(batch, "documents"), values(batch, "weights")]
    let counted = 0
    for (const [at, weight] of weights.entries()) {
      if (weight === 0) continue
      counted += 1
      assert.notStrictEqual(at % 14, 13)
      assert.isAbove(documents[at]!, 0)
      assert.strictEqual(documents[at + 1], documents[at])
      const row = source.rows.places[Math.floor(at / 14)]!
      assert.strictEqual(rows.loss[row * 14 + (at % 14) + 1], 1)
    }
    assert.isAbove(counted, 50)
  })
})

describe("masked windows", () => {
  const ids = run(400)
  it("are stretches of the run between the tokenizer's marks, with what was hidden put back", () => {
    const source = MaskedWindows.train(maskedRun(ids, 16), { batchSize: 3, seed: 2 })
    const rows = source.draw(4)
    const batch = source.assemble(rows, 3)
    const expected = Array.from(rows.places).flatMap((from) => [
      special.cls,
      ...ids.subarray(from, from + 14),
      special.sep
    ])
    assert.deepStrictEqual(restored(batch, 16, 3), expected)
    assert.include(values(batch, "tokens"), special.mask)
  })

  it("have no marks around where the tokenizer has none", () => {
    const bare = { ...maskedRun(ids, 16), special: { ...special, cls: -1, sep: -1 } }
    const source = MaskedWindows.evaluate(bare, 16)
    assert.deepStrictEqual(restored(source.assemble(source.rows, 1), 16, 3), [...ids.subarray(0, 16)])
  })

  it("hide otherwise in each epoch, or always the same where masking is static", () => {
    const dynamic = MaskedWindows.train(maskedRun(ids, 16), { batchSize: 3, seed: 2 })
    const tokens = (source: typeof dynamic, epoch: number) =>
      values(source.assemble(rowsOf([0, 28, 56], epoch), 3), "places")
    assert.notDeepEqual(tokens(dynamic, 1), tokens(dynamic, 0))
    const fixed = MaskedWindows.train({ ...maskedRun(ids, 16), masking: "static" }, { batchSize: 1, seed: 2 })
    assert.deepStrictEqual(tokens(fixed, 1), tokens(fixed, 0))
    const places = (epoch: number) =>
      Array.from({ length: fixed.rows }, (_, i) => fixed.draw(epoch * fixed.rows + i + 1).places[0]!)
    assert.sameMembers(places(1), places(0))
  })

  it("hide words as a whole", () => {
    // words of two tokens, the first one cut by the window
    const wordStarts = Uint8Array.from(ids, (_, i) => i % 2)
    const source = MaskedWindows.train(
      { ...maskedRun(ids, 34), wordStarts, share: 0.3 },
      { batchSize: 6, seed: 3 }
    )
    const batch = source.assemble(rowsOf([0, 32, 64, 96, 128, 160]), 6)
    const [places, weights] = [values(batch, "places"), values(batch, "weights")]
    const P = places.length / 6
    for (let row = 0; row < 6; row += 1) {
      const found = new Set(places.slice(row * P, (row + 1) * P).filter((_, i) => weights[row * P + i] === 1))
      // place 1 is the first token of the window, place 2 begins a word
      for (let place = 2; place + 1 <= 31; place += 2)
        assert.strictEqual(found.has(place), found.has(place + 1))
      assert.isAbove(found.size, 0)
    }
  })
})

describe("spoilt stretches", () => {
  const ids = run(300)
  it("of spans are whole again with each piece in place of its sentinel, and nothing is padded", () => {
    const source = SpanWindows.evaluate(spanRun(ids, "spans"), Infinity)
    for (const place of source.rows.places) {
      const batch = source.assemble(rowsOf([place]), 1)
      const { source: read, target } = split(batch)
      assert.strictEqual(read.length, 20)
      assert.strictEqual(values(batch, "targets").length, target.length)
      assert.strictEqual(target.at(-1), special.endOfText)
      const pieces = new Map<number, Array<number>>()
      let piece: Array<number> = []
      for (const id of target.slice(0, -1))
        if (special.sentinels.includes(id)) pieces.set(id, (piece = []))
        else piece.push(id)
      assert.deepStrictEqual([...pieces.keys()], special.sentinels.slice(0, pieces.size))
      const text = read.slice(0, -1).flatMap((id) => pieces.get(id) ?? [id])
      assert.deepStrictEqual(text, [...ids.subarray(place, place + text.length)])
    }
  })

  it("of prefixes are what is read, then what is written", () => {
    const source = SpanWindows.train(spanRun(ids, "prefix"), { batchSize: 1, seed: 1 })
    const lengths = new Set<number>()
    for (let epoch = 0; epoch < 40; epoch += 1) {
      const { source: read, target } = split(source.assemble(rowsOf([7], epoch), 1))
      assert.deepStrictEqual([...read.slice(0, -1), ...target.slice(0, -1)], [...ids.subarray(7, 27)])
      assert.deepStrictEqual([read.at(-1), target.at(-1)], [special.endOfText, special.endOfText])
      lengths.add(read.length)
    }
    assert.isAbove(lengths.size, 10)
  })

  it("of deletions miss tokens that the target has", () => {
    const source = SpanWindows.train(spanRun(ids, "deletion"), { batchSize: 1, seed: 1 })
    const { source: read, target } = split(source.assemble(rowsOf([7]), 1))
    const text = [...ids.subarray(7, 7 + 22)] // 22 tokens less 3 are 19, and the end
    assert.deepStrictEqual(target, [...text, special.endOfText])
    assert.strictEqual(read.length, 20)
    let at = 0
    for (const id of text) if (id === read[at]) at += 1
    assert.strictEqual(at, 19)
  })
})
