import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as StopSequences from "../src/StopSequences.ts"

const bytes = (text: string) => new TextEncoder().encode(text)
/** Number of symbols until the stop, or undefined. */
const endOf = (stop: StopSequences.Stop, ids: ReadonlyArray<number>) => {
  const ends = stop.begin()
  const at = ids.findIndex((id) => ends(id))
  return at < 0 ? undefined : at + 1
}

const codes = (word: string) => Array.from(word, (letter) => letter.charCodeAt(0))

const letters = Schema.Array(Schema.Literals(["a", "b"]))

describe("StopSequences", () => {
  it.effect.prop(
    "ends where the first of the sequences is complete for the first time",
    [
      letters.pipe(Schema.check(Schema.isMaxLength(40))),
      Schema.Array(letters).pipe(Schema.check(Schema.isMaxLength(3)))
    ],
    ([symbols, patterns]) =>
      Effect.sync(() => {
        const text = symbols.join("")
        const wanted = patterns.map((pattern) => pattern.join("")).filter((pattern) => pattern !== "")
        const ends = wanted.flatMap((pattern) => {
          const at = text.indexOf(pattern)
          return at < 0 ? [] : [at + pattern.length]
        })
        const expected = ends.length === 0 ? undefined : Math.min(...ends)
        assert.strictEqual(
          endOf(StopSequences.ids(patterns.map((p) => codes(p.join("")))), codes(text)),
          expected
        )
        const byTexts = StopSequences.texts(wanted, (id) => Uint8Array.of(id))
        assert.strictEqual(endOf(byTexts, codes(text)), expected)
      })
  )

  it("finds a text that begins and ends inside of tokens, and in the middle of a character's bytes", () => {
    const pieces = ["so ", "it e", "n", "ds.\n\nThe", " next"].map(bytes)
    const stop = StopSequences.texts(["ends.\n\n"], (id) => pieces[id] ?? new Uint8Array(0))
    assert.strictEqual(endOf(stop, [0, 1, 2, 3, 4]), 4)
    assert.strictEqual(endOf(stop, [0, 1, 3, 4]), undefined)
    const halves = [bytes("é").subarray(0, 1), bytes("é").subarray(1)]
    const accent = StopSequences.texts(["é"], (id) => halves[id] ?? new Uint8Array(0))
    assert.strictEqual(endOf(accent, [1, 0, 1]), 3)
  })

  it("keeps rows apart, and joins stops", () => {
    const stop = StopSequences.any([StopSequences.ids([[1, 2]]), StopSequences.ids([[3]])])
    const [one, two] = [stop.begin(), stop.begin()]
    assert.isFalse(one(1))
    assert.isFalse(two(2))
    assert.isTrue(one(2))
    assert.isTrue(two(3))
    assert.isFalse(StopSequences.any([]).begin()(3))
  })

  it.effect.prop(
    "shows a text up to the stop, whatever pieces it comes in, and holds nothing back at the end",
    [
      Schema.Array(letters).pipe(Schema.check(Schema.isMaxLength(12))),
      letters.pipe(Schema.check(Schema.isMaxLength(4)))
    ],
    ([pieces, letters]) =>
      Effect.sync(() => {
        const stop = letters.join("")
        const text = pieces.map((piece) => piece.join("")).join("")
        const shown = new StopSequences.Shown([stop])
        const out = pieces.map((piece) => [...shown.push(bytes(piece.join("")))])
        const all = new TextDecoder().decode(Uint8Array.from([...out.flat(), ...shown.end()]))
        assert.strictEqual(
          all,
          stop === "" || !text.includes(stop) ? text : text.slice(0, text.indexOf(stop))
        )
      })
  )

  it("shows at once what can be no part of a stop", () => {
    const shown = new StopSequences.Shown(["end"])
    const push = (text: string) => new TextDecoder().decode(shown.push(bytes(text)))
    assert.deepStrictEqual(["an", " e", "x", "e", "n", "dx"].map(push), ["an", " ", "ex", "", "", ""])
    assert.strictEqual(shown.end().length, 0)
  })
})
