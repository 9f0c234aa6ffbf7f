import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { fingerprint, idOf, splitOf } from "../src/Identity.ts"

const share = fc.double({ min: 0, max: 0.5, noNaN: true })
const salt = "inkstone"

describe("the split of a document", () => {
  it("has its share of the documents, within four standard deviations", () => {
    const n = 20_000
    const counts = { train: 0, validation: 0, test: 0 }
    for (let i = 0; i < n; i++)
      counts[splitOf(idOf("file", i.toString()), { validation: 0.05, test: 0.1, salt })]++
    const within = (count: number, p: number) => assert.closeTo(count, n * p, 4 * Math.sqrt(n * p * (1 - p)))
    within(counts.validation, 0.05)
    within(counts.test, 0.1)
    assert.strictEqual(counts.train, n - counts.validation - counts.test)
  })

  it("leaves test when another share grows only if it is the share of test that shrinks", () => {
    fc.assert(
      fc.property(fc.string(), share, share, share, (name, test, validation, other) => {
        const id = idOf(name, "")
        const isTest = splitOf(id, { test, validation, salt }) === "test"
        assert.strictEqual(splitOf(id, { test, validation: other, salt }) === "test", isTest)
        if (isTest)
          assert.strictEqual(splitOf(id, { test: Math.max(test, other), validation: 0, salt }), "test")
      })
    )
  })

  it("changes with the salt", () => {
    const ids = Array.from({ length: 200 }, (_, i) => idOf("file", i.toString()))
    const of = (salt: string) => ids.map((id) => splitOf(id, { validation: 0.3, test: 0.3, salt })).join()
    assert.notStrictEqual(of("a"), of("b"))
    assert.strictEqual(of("a"), of("a"))
  })
})

describe("an id", () => {
  it("is the beginning of a SHA-256 of name and span", () => {
    // printf 'a.txt\0%s' 3 | sha256sum
    assert.strictEqual(idOf("a.txt", "3"), "84a9fd5224e5430f768f8aac49146c19")
  })
  it("tells apart what only looks alike when joined", () => {
    assert.notStrictEqual(idOf("a1", "2"), idOf("a", "12"))
  })
})

describe("a fingerprint", () => {
  it("is the same whatever the white space between the words", () => {
    const words = fc.array(
      fc.string({ unit: "grapheme", minLength: 1 }).filter((word) => !/\s/u.test(word)),
      { minLength: 1 }
    )
    const gap = fc.constantFrom(" ", "  ", "\n", "\t", " \n ", "\u3000", "\n\n")
    fc.assert(
      fc.property(words, fc.array(gap, { minLength: 1 }), (words, gaps) => {
        const spread = words.map((word, i) => (i === 0 ? word : `${gaps[i % gaps.length]}${word}`)).join("")
        assert.strictEqual(fingerprint(spread), fingerprint(words.join(" ")))
      })
    )
  })
  it("differs for other words", () => {
    assert.notStrictEqual(fingerprint("a b"), fingerprint("ab"))
  })
})
