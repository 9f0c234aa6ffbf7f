import { assert, describe, it } from "vitest"
import { lshThreshold, MinHash } from "../../src/deduplicate/MinHash.ts"
import { Shingles, Units } from "../../src/deduplicate/Shingles.ts"
import { random } from "./corpus.ts"

const settings = { buckets: 14, hashesPerBucket: 8, seed: 1 }

/** Units by another way: normalised, cut by regular expressions. */
const naiveUnits = (text: string): ReadonlyArray<string> =>
  text
    .normalize("NFKD")
    .replaceAll(/\p{Mn}|\u200b/gu, "")
    .toLowerCase()
    .replaceAll(/\p{Nd}+(?:[.,]\p{Nd}+)*/gu, "0")
    .match(
      /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|(?:(?!\p{Script=Han})[\p{L}\p{M}\p{N}])+/gu
    ) ?? []

describe("units of a text", () => {
  const texts = [
    "Don't stop: 1,234 Éclairs — and ＦＵＬＬ width!",
    "学而时习之，不亦说乎？Model GPT2有3个部分。",
    "price 1.5, then 2; a1b22c 𠀀𠀁 naïve x\u200by",
    "",
    " \n\t ",
    "emoji 😀 between"
  ]
  for (const text of texts) {
    it(`are those of a naive reading: ${JSON.stringify(text)}`, () => {
      const shingles = new Shingles("near")
      const units = new Units()
      shingles.read(units.values, 0, units.fill(text))
      const naive = naiveUnits(text)
      assert.strictEqual(shingles.wordCount, naive.length)
      const spans = Array.from(naive, (_, i) => text.slice(shingles.starts[i], shingles.ends[i]))
      assert.deepStrictEqual(
        spans.map((span) => naiveUnits(span).join("")),
        [...naive]
      )
      // equal units have equal hashes, others have others
      const hashes = new Set(naive.map((unit, i) => `${unit} ${shingles.words[i]}`))
      assert.strictEqual(hashes.size, new Set(naive).size)
      assert.strictEqual(new Set(shingles.words.subarray(0, naive.length)).size, new Set(naive).size)
    })
  }

  it("make as many n-grams as there are windows, equal ones with equal hashes", () => {
    const shingles = new Shingles("near")
    const units = new Units()
    shingles.read(units.values, 0, units.fill("a b c d a b c e"))
    assert.strictEqual(shingles.roll(3), 6)
    assert.strictEqual(shingles.ngrams[0], shingles.ngrams[4])
    assert.strictEqual(new Set(shingles.ngrams.subarray(0, 6)).size, 5)
    assert.strictEqual(shingles.roll(9), 0)
  })
})

describe("signatures", () => {
  for (const seed of [1, 2, 77]) {
    it(`estimate similarity without bias and with the variance J(1-J)/112, seed ${seed}`, () => {
      const { below, next } = random(seed)
      const minhash = new MinHash({ ...settings, seed })
      let [bias, spread] = [0, 0]
      const pairs = 1500
      for (let pair = 0; pair < pairs; pair++) {
        const all = Int32Array.from({ length: 20 + below(100) }, () => Math.floor(next() * 2 ** 32))
        const common = 1 + below(all.length - 1)
        const own = common + ((all.length - common) >> 1)
        minhash.sign(all, own)
        const one = minhash.least.slice()
        const other = Int32Array.from([...all.subarray(0, common), ...all.subarray(own)])
        minhash.sign(other, other.length)
        const jaccard = common / all.length
        const equal = one.filter((value, i) => value === minhash.least[i]).length / 112
        bias += equal - jaccard
        spread += (equal - jaccard) ** 2 / ((jaccard * (1 - jaccard)) / 112)
      }
      assert.isBelow(Math.abs(bias / pairs), 0.005)
      assert.isAbove(spread / pairs, 0.8)
      assert.isBelow(spread / pairs, 1.2)
    })
  }

  it("do not depend on the order of the members or on how often they come", () => {
    const minhash = new MinHash(settings)
    const members = Int32Array.of(5, -7, 123456, 99)
    minhash.sign(members, 4)
    const once = minhash.least.slice()
    minhash.sign(Int32Array.of(99, 99, 5, 123456, -7, 5), 6)
    assert.deepStrictEqual(minhash.least, once)
  })

  it("are the least values of permutations, counted in whole numbers, over many chunks too", () => {
    const { below, next } = random(4)
    for (const [buckets, hashesPerBucket, count] of [
      [14, 8, 1],
      [3, 5, 7],
      [2, 9, 40_000]
    ] as const) {
      const minhash = new MinHash({ buckets, hashesPerBucket, seed: below(1000) })
      // one member alone tells a x + b: x = 0 gives b, x = 1 gives a + b
      const of = (...members: ReadonlyArray<number>) => {
        minhash.sign(Int32Array.from(members), members.length)
        return Array.from(minhash.least, (value) => BigInt(value >>> 0))
      }
      const terms = of(0)
      const sums = of(1)
      const members = Int32Array.from({ length: count }, () => Math.floor(next() * 2 ** 32))
      minhash.sign(members, count)
      for (const [i, least] of minhash.least.entries()) {
        const factor = sums[i]! - terms[i]!
        const values = Array.from(members, (x) => BigInt.asUintN(32, BigInt(x) * factor + terms[i]!))
        assert.strictEqual(
          BigInt(least >>> 0),
          values.reduce((a, b) => (b < a ? b : a)),
          `hash ${i}`
        )
      }
    }
  })

  it("have datatrove's threshold with datatrove's settings", () => {
    assert.closeTo(lshThreshold(settings), 0.72, 0.005)
  })
})
