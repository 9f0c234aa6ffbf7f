// The fast encoder beside the plain algorithm: published expression, then the lowest merge again and again.
import { assert, describe, it } from "@effect/vitest"
import { BpeTrainer } from "../src/BpeTrainer.ts"
import { Encoder } from "../src/Encoder.ts"
import { spell } from "../src/internal/ByteAlphabet.ts"
import { encoderTables } from "../src/internal/EncoderTables.ts"
import { type Pattern, patterns } from "../src/Pattern.ts"
import { TokenRun } from "../src/TokenRun.ts"
import type { Vocabulary } from "../src/Vocabulary.ts"
import * as Reference from "./Reference.ts"
import { integers, mixedText, randomText } from "./texts.ts"

/** Few characters, often the same two together, so that merges cross from one to the next; some of other scripts between. */
const chinese = (next: (n: number) => number, length: number): string =>
  Array.from({ length }, () =>
    next(40) === 0
      ? "é한ab\u0000，😀"[next(6)]
      : next(3) === 0
        ? "天下"
        : String.fromCharCode(0x4e00 + Math.min(next(50), next(50)))
  ).join("")

const english = (next: (n: number) => number, length: number): string =>
  Array.from({ length }, () => [" the", "State", "ing", " of", "Union's", "'RE", "É", ", "][next(8)]).join("")

const learn = (pattern: Pattern): Vocabulary => {
  const next = integers(71)
  const trainer = new BpeTrainer({ vocabSize: 900, minFrequency: 2, pattern, endOfText: "<|endoftext|>" })
  for (let i = 0; i < 40; i++) {
    trainer.add(chinese(next, 200))
    trainer.add(english(next, 100))
    trainer.add(randomText(next))
  }
  while (!trainer.advance(1000));
  return trainer.vocabulary()
}

describe.each(patterns)("an encoder with the pattern %s", (pattern) => {
  const vocabulary = learn(pattern)
  const { merges, pieces } = vocabulary
  const spelled = pieces.map(spell)
  const pairs = Array.from({ length: merges.length / 3 }, (_, rank): [string, string] => [
    spelled[merges[3 * rank]!]!,
    spelled[merges[3 * rank + 1]!]!
  ])
  const encoder = new Encoder(encoderTables(vocabulary))
  const run = new TokenRun()
  const encode = (text: string, step = Infinity) => {
    run.clear()
    encoder.load(text)
    while (!encoder.advance(run, run.length + step));
    return Array.from(run.ids.subarray(0, run.length), (id) => spelled[id])
  }
  const plain = (text: string) => [...Reference.pieces(text, pairs, pattern)]

  it.prop(
    "equals the plain algorithm",
    [mixedText],
    ([text]) => assert.deepStrictEqual(encode(text), plain(text)),
    {
      arbitrary: { runs: 200 }
    }
  )

  it("equals it on Chinese words of every length, new and seen before", () => {
    const next = integers(73)
    for (let i = 0; i < 80; i++) {
      const text = chinese(next, 1 + next(60))
      assert.deepStrictEqual(encode(text), plain(text))
      assert.deepStrictEqual(encode(text), plain(text))
    }
  })

  it("equals it on English words, whatever follows them", () => {
    const next = integers(79)
    for (let i = 0; i < 150; i++) {
      const text = `${english(next, 1 + next(12))}${"abcX'’é\u0301 \n1字"[next(12)]}${english(next, 3)}`
      assert.deepStrictEqual(encode(text), plain(text))
    }
  })

  it("tells a word from the same word with a zero byte after it", () => {
    for (const text of ["!", "!\u0000", "!\u0000\u0000", "\u0000", "\u0000\u0000\u0000", "ab\u0000", "ab"]) {
      assert.deepStrictEqual(encode(text), plain(text))
      assert.deepStrictEqual(encode(` ${text}`), plain(` ${text}`))
    }
  })

  it("stops and goes on inside a long word", () => {
    const text = chinese(integers(83), 3000)
    const whole = encode(text)
    assert.deepStrictEqual(encode(text, 1), whole)
    const { offsets, ids } = run
    let at = 0
    for (let i = 0; i < run.length; i++) {
      assert.strictEqual(offsets[i], at)
      at += pieces[ids[i]!]!.length
    }
    assert.strictEqual(at, Buffer.byteLength(text))
  })

  it("gives the same tokens after its cache was full", () => {
    const text = `${chinese(integers(89), 30)} the State's tokens`
    const before = encode(text)
    for (let i = 0; i < 30; i++)
      encode(Array.from({ length: 10_000 }, (_, j) => ` ${(7919 * (10_000 * i + j)) % 1_000_003}`).join(""))
    assert.deepStrictEqual(encode(text), before)
  })
})
