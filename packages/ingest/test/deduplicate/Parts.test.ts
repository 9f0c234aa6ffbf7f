import { assert, describe, it } from "@effect/vitest"
import { trial } from "@inkstone/stage/testkit"
import { Effect, Logger } from "effect"
import { Fingerprints } from "../../src/deduplicate/Fingerprints.ts"
import { Units } from "../../src/deduplicate/Shingles.ts"
import { deduplicate } from "../../src/index.ts"
import { corpus, random, sentence, type Text } from "./corpus.ts"

type Config = (typeof deduplicate)["config"]["Encoded"]

const none = { documents: { enabled: false }, near: { enabled: false } }
/** Text by id, and the ledger. */
const left = Effect.fnUntraced(
  function* (texts: ReadonlyArray<Text>, config: Config, batch = 1000) {
    const made = yield* trial(deduplicate, {
      name: "",
      config: { ...none, ...config },
      inputs: { documents: corpus(texts, { batch }) }
    })
    const { bytes, id, text } = yield* (yield* made.open("documents")).read("documents")
    for (const [i, one] of text.entries()) assert.strictEqual(bytes[i], Buffer.byteLength(one))
    const ledger = yield* (yield* made.open("ledger")).read("ledger")
    return { texts: new Map(id.map((one, i) => [one, text[i]!])), ledger }
  },
  Effect.scoped,
  Effect.provide(Logger.layer([]))
)

/** Texts of lines from a small store of lines, so that most stand in several texts. */
const ofLines = (seed: number): ReadonlyArray<Text> => {
  const source = random(seed)
  const lines = Array.from({ length: 40 }, () => sentence(source, 1 + source.below(8)).join(" "))
  return Array.from({ length: 25 }, (_, n) => ({
    id: `t${n}`,
    split: source.below(4) === 0 ? "test" : "train",
    text: Array.from({ length: 1 + source.below(10) }, () => lines[source.below(40)]!).join(
      source.below(2) === 0 ? "\n" : "\n\n"
    )
  }))
}

const pieces = (texts: ReadonlyArray<string>, separator: string) =>
  texts.flatMap((text) => text.split(separator)).filter((piece) => piece !== "")

describe("repeated lines and paragraphs", () => {
  for (const [mode, separator] of [
    ["lines", "\n"],
    ["paragraphs", "\n\n"]
  ] as const) {
    it.effect(`${mode}: each stays exactly once, short ones everywhere`, () =>
      Effect.gen(function* () {
        const minChars = 12
        const texts = ofLines(4)
        const { texts: after } = yield* left(texts, { [mode]: { enabled: true, minChars } })
        const long = (all: ReadonlyArray<string>) => all.filter((piece) => piece.length >= minChars)
        const before = pieces(
          texts.map(({ text }) => text),
          separator
        )
        const kept = pieces([...after.values()], separator)
        assert.deepStrictEqual(long(kept).toSorted(), [...new Set(long(before))].toSorted())
        assert.isBelow(long(kept).length, long(before).length)
        if (mode === "lines") {
          const short = (all: ReadonlyArray<string>) => all.filter((piece) => piece.length < minChars)
          assert.strictEqual(short(kept).length, short(before).length)
        }
      })
    )
  }

  it.effect("do not depend on order or batches", () =>
    Effect.gen(function* () {
      const texts = ofLines(9)
      const config = {
        lines: { enabled: true, minChars: 10 },
        paragraphs: { enabled: true, minChars: 10 },
        substrings: { enabled: true, minChars: 30 }
      }
      const first = yield* left(texts, config)
      for (const seed of [1, 2]) {
        const other = yield* left(random(seed).shuffled(texts), config, 3)
        assert.deepStrictEqual(Object.fromEntries(other.texts), Object.fromEntries(first.texts))
      }
    })
  )

  it.effect("leave the held-out document whole; what is left empty is dropped", () =>
    Effect.gen(function* () {
      const line = "This very line stands in both of the documents."
      const { texts, ledger } = yield* left(
        [
          { id: "a", text: `${line}\n${line}` },
          { id: "b", text: `${line}\nMore of it`, split: "test" },
          { id: "c", text: `Before\n${line}\nAfter` }
        ],
        { lines: { enabled: true, minChars: 20 } }
      )
      assert.deepStrictEqual(Object.fromEntries(texts), { b: `${line}\nMore of it`, c: "Before\nAfter" })
      assert.deepStrictEqual(
        ledger.id.map((id, i) => [id, ledger.action[i], ledger.rule[i], ledger.value[i]]),
        [
          ["a", "repaired", "repeated-lines", 2],
          ["a", "dropped", "nothing-left", 0],
          ["c", "repaired", "repeated-lines", 1]
        ]
      )
    })
  )

  it.effect("are not owned by a document that was dropped as a duplicate", () =>
    Effect.gen(function* () {
      const line = "This line stands in both of the twins, and in a third document."
      const { texts } = yield* left(
        [
          { id: "a", text: `${line}\n` },
          { id: "b", text: `${line}\n\n` },
          { id: "c", text: `${line}\nThird` }
        ],
        { documents: { enabled: true }, keep: "smallest-id", lines: { enabled: true, minChars: 20 } }
      )
      assert.deepStrictEqual(Object.fromEntries(texts), { a: `${line}\n`, c: "Third" })
    })
  )
})

/** Which units another way cuts: those in a window of `length` that an earlier text has, or this one before it, apart. */
const naiveCuts = (texts: ReadonlyArray<string>, length: number): ReadonlyArray<string> => {
  const seen = new Map<string, { readonly text: number; readonly at: number }>()
  return texts.map((text, n) => {
    const gone = new Set<number>()
    for (let at = 0; at + length <= text.length; at++) {
      const first = seen.get(text.slice(at, at + length))
      if (first !== undefined && (first.text !== n || at - first.at >= length)) {
        for (let i = at; i < at + length; i++) gone.add(i)
      } else if (first === undefined) seen.set(text.slice(at, at + length), { text: n, at })
    }
    return Array.from({ length: text.length }, (_, i) => (gone.has(i) ? "" : text.charAt(i))).join("")
  })
}

describe("repeated stretches", () => {
  it("have a fingerprint wherever they are long enough", () => {
    const source = random(6)
    const letters = (n: number) =>
      Array.from({ length: n }, () => String.fromCharCode(97 + source.below(4))).join("")
    const [fingerprints, units] = [new Fingerprints(30), new Units()]
    const of = (text: string) => {
      fingerprints.read(units.values, units.fill(text))
      return new Set(fingerprints.hashes.subarray(0, fingerprints.count))
    }
    for (let n = 0; n < 300; n++) {
      const shared = letters(30)
      const [one, other] = [of(letters(source.below(50)) + shared), of(shared + letters(source.below(50)))]
      assert.isTrue([...one].some((hash) => other.has(hash)))
    }
  })

  it.effect("are cut as an exhaustive search cuts them", () =>
    Effect.gen(function* () {
      const source = random(11)
      const filler = (n: number) =>
        Array.from({ length: n }, () => String.fromCharCode(0x4e00 + source.below(900))).join("")
      const phrases = Array.from({ length: 8 }, () => filler(40 + source.below(60)))
      const texts = Array.from({ length: 30 }, (_, n) => ({
        id: `s${String(n).padStart(2, "0")}`,
        text: Array.from({ length: 1 + source.below(4) }, () =>
          source.below(2) === 0
            ? filler(10 + source.below(80))
            : `${filler(5)}${phrases[source.below(8)]}${filler(5)}`
        ).join("")
      }))
      const config: Config = { keep: "smallest-id", substrings: { enabled: true, minChars: 40 } }
      const { texts: after, ledger } = yield* left(source.shuffled(texts), config, 4)
      const expected = naiveCuts(
        texts.map(({ text }) => text),
        40
      )
      assert.deepStrictEqual(
        texts.map(({ id }) => after.get(id) ?? ""),
        [...expected]
      )
      assert.isAbove(ledger.id.length, 10)
    })
  )

  it.effect("are never cut through a character", () =>
    Effect.gen(function* () {
      const shared = "𠀀𠀀𠀀abcdefghijklmnopqrstuvwxyz𠀁"
      // the low halves after and the high halves before are equal by chance: U+20400 and U+20800 end and begin so
      const { texts } = yield* left(
        [
          { id: "a", text: `first \u{20400}${shared}\u{20001} end of a` },
          { id: "b", text: `other \u{20800}${shared}\u{20002} end of b` }
        ],
        { keep: "smallest-id", substrings: { enabled: true, minChars: 20 } }
      )
      assert.strictEqual(texts.get("b"), "other \u{20800}\u{20002} end of b")
    })
  )
})
