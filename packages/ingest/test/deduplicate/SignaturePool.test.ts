import { assert, describe, it } from "vitest"
import { SignaturePool } from "../../src/deduplicate/SignaturePool.ts"
import { signatureTable } from "../../src/deduplicate/Signatures.ts"
import { random, sentence } from "./corpus.ts"

const settings = {
  wordNgrams: 5,
  charNgrams: 5,
  buckets: 14,
  hashesPerBucket: 8,
  seed: 1,
  near: true,
  exact: true,
  ignoreCase: false
}

const signed = async (texts: ReadonlyArray<string>, threads: number, batch: number) => {
  const table = signatureTable(texts.length, settings)
  const pool = new SignaturePool({ table, settings }, threads)
  for (let firstRow = 0; firstRow < texts.length; firstRow += batch) {
    const some = texts.slice(firstRow, firstRow + batch)
    let end = 0
    const ends = Uint32Array.from(some, (text) => (end += text.length))
    const spaced = new Uint8Array(some.length).fill(1)
    await pool.sign({ firstRow, texts: { text: some.join(""), ends, spaced } })
  }
  await pool.drain()
  await pool.close()
  return table
}

describe("signatures on several threads", () => {
  it("are those of one thread, whatever the batches", async () => {
    const source = random(2)
    const texts = Array.from({ length: 400 }, () => sentence(source, source.below(40)).join(" "))
    const one = await signed(texts, 1, 400)
    const several = await signed(texts, 3, 11)
    assert.isAbove(Math.max(...one.shingles), 20)
    for (const column of ["keys", "sketches", "shingles", "prints"] as const) {
      assert.deepStrictEqual(several[column], one[column])
    }
  })
})
