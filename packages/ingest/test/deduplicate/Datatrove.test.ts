// Beside datatrove 0.10: golden/minhash/make.py made the file. Hash functions differ, so pairs near the threshold may differ too.
import { readFileSync } from "node:fs"
import { assert, describe, it } from "vitest"
import { Clusters } from "../../src/deduplicate/Clusters.ts"
import { estimate, linkNear } from "../../src/deduplicate/Linking.ts"
import { Roster } from "../../src/deduplicate/Roster.ts"
import { Signer, signatureTable } from "../../src/deduplicate/Signatures.ts"
import { TrueJaccard } from "../../src/deduplicate/TrueJaccard.ts"

interface Golden {
  readonly texts: ReadonlyArray<string>
  readonly clusters: ReadonlyArray<ReadonlyArray<number>>
  /** two documents and the similarity of their n-grams, by datatrove's own */
  readonly pairs: ReadonlyArray<readonly [number, number, number]>
}
const golden: Golden = JSON.parse(
  readFileSync(new URL("../golden/minhash/datatrove.json", import.meta.url), "utf8")
)
const { clusters, pairs, texts } = golden

const settings = {
  wordNgrams: 5,
  charNgrams: 5,
  buckets: 14,
  hashesPerBucket: 8,
  seed: 1,
  near: true,
  exact: false,
  ignoreCase: false
}
const table = signatureTable(texts.length, settings)
let end = 0
new Signer(table, settings).sign(0, {
  text: texts.join(""),
  ends: Uint32Array.from(texts, (text) => (end += text.length)),
  spaced: new Uint8Array(texts.length).fill(1)
})
const roster = new Roster(texts.length, { keep: "smallest-id", splits: "ignored" })
for (const row of texts.keys()) roster.add(`${row}`, "train", 0)
const own = new Clusters(texts.length)
linkNear({ table, settings, roster, clusters: own })
const together = (a: number, b: number) => own.root(a) === own.root(b)
const togetherThere = (a: number, b: number) => clusters.some((one) => one.includes(a) && one.includes(b))

describe("beside datatrove's MinHash", () => {
  it("n-grams are the same but for words that spaCy parts", () => {
    const jaccard = new TrueJaccard()
    for (const [row, text] of texts.entries()) jaccard.add(row, text, 5)
    for (const [a, b, similarity] of pairs) assert.closeTo(jaccard.of(a, b), similarity, 0.05)
  })

  it("the same pairs at 0.85 and above are joined, and as many at 0.8", () => {
    const high = pairs.filter(([, , similarity]) => similarity >= 0.85)
    assert.isAbove(high.length, 10)
    for (const [a, b] of high) {
      assert.isTrue(together(a, b), `${a} and ${b}`)
      assert.isTrue(togetherThere(a, b), `${a} and ${b}`)
    }
    const some = pairs.filter(([, , similarity]) => similarity >= 0.8)
    const found = some.filter(([a, b]) => together(a, b)).length
    const foundThere = some.filter(([a, b]) => togetherThere(a, b)).length
    assert.isAtLeast(found, foundThere - 2)
  })

  it("what is joined is linked by similarities at which buckets may well be shared", () => {
    // a pair at 0.4 shares one of 14 buckets of 8 hashes once in a hundred times, one at 0.3 once in a thousand
    const linked = new Clusters(texts.length)
    for (const [a, b, similarity] of pairs) if (similarity >= 0.35) linked.join(a, b)
    const strangers = [...texts.keys()].flatMap((a) =>
      [...texts.keys()].filter((b) => b < a && together(a, b) && linked.root(a) !== linked.root(b))
    )
    assert.deepStrictEqual(strangers, [])
  })

  it("similarities are estimated within four standard errors of 112 hashes", () => {
    for (const [a, b, similarity] of pairs) {
      const error = Math.sqrt((similarity * (1 - similarity)) / 112)
      assert.closeTo(estimate(table, settings, [a, b]), similarity, 0.05 + 4 * error)
    }
  })
})
