// The scan and the repetition counts against slow ones that are plainly right.
import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { Repetition } from "../src/measure/Repeats.ts"
import { Scan } from "../src/measure/Scan.ts"

const single = "[[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}]&&[\\p{L}\\p{M}]]"
const part =
  "[[\\p{L}\\p{M}\\p{Nd}_]--[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\u{10000}-\\u{10FFFF}]]"
const token = new RegExp(
  `${part}+(?:['’.]${part}+|(?<=[\\p{Nd}_]),(?=[\\p{Nd}_])${part}+)*|${single}|[\\u{10000}-\\u{10FFFF}]|([^\\s])\\1*`,
  "gv"
)

const text = fc.string({
  unit: fc.constantFrom(
    ..."aB1_.,'’-…!?。，」\" \n\t中文かé😀𠀀#ا".split(/(?:)/u),
    "...",
    "\n\n",
    "the ",
    "don't"
  ),
  maxLength: 200
})
const scanned = (from: string) => {
  const scan = new Scan()
  scan.read(from)
  return scan
}
const sentences = (line: string) => scanned(line).lineSentences[0]
const wordsOf = (scan: Scan, from: string) =>
  Array.from({ length: scan.words }, (_, i) => from.slice(scan.starts[i], scan.ends[i]))

describe("a scan", () => {
  it("finds the words and marks that one regular expression finds", () => {
    fc.assert(
      fc.property(text, (from) => {
        assert.deepStrictEqual(wordsOf(scanned(from), from), from.match(token) ?? [])
      }),
      { numRuns: 2000 }
    )
  })

  it("finds lines, their contents and the pieces between white space", () => {
    fc.assert(
      fc.property(text, (from) => {
        const scan = scanned(from)
        const lines = from.split("\n")
        assert.strictEqual(scan.lines, lines.length)
        for (const [i, line] of lines.entries()) {
          assert.strictEqual(from.slice(scan.lineStarts[i], scan.lineEnds[i]), line)
          assert.strictEqual(from.slice(scan.contentStarts[i], scan.contentEnds[i]), line.trim())
          assert.strictEqual(scan.lineChars[i], Array.from(line).length)
          const pieces = line.trim() === "" ? [] : line.trim().split(/\s+/u)
          assert.strictEqual(scan.linePieces[i], pieces.length)
          assert.strictEqual(scan.lineLongest[i], Math.max(0, ...pieces.map(({ length }) => length)))
        }
      }),
      { numRuns: 1000 }
    )
  })

  it("counts sentences by their ends, in English and Chinese", () => {
    assert.strictEqual(sentences("One. Two! Three? And a fourth"), 4)
    assert.strictEqual(sentences('He said "no." Then (yes!) he went.'), 3)
    assert.strictEqual(sentences("It costs 3.50 at example.com today..."), 1)
    assert.strictEqual(sentences("你好！你是谁？我是老王。他说：「走吧！」然后走了……"), 5)
    assert.strictEqual(sentences("   "), 0)
  })

  it("forgets the text before", () => {
    const scan = new Scan()
    scan.read("one two three\nfour # ... …".repeat(500))
    scan.read("a b")
    assert.deepStrictEqual(
      [scan.words, scan.lines, scan.numberSigns, scan.ellipses, scan.plainWords],
      [2, 1, 0, 0, 2]
    )
  })
})

/** As datatrove has them, with runs of words as they are and not joined. */
const slowly = (words: ReadonlyArray<string>, n: number) => {
  const runs = words.slice(0, Math.max(0, words.length - n + 1)).map((_, i) => words.slice(i, i + n))
  const counts = new Map<string, number>()
  for (const run of runs) counts.set(JSON.stringify(run), (counts.get(JSON.stringify(run)) ?? 0) + 1)
  const most = Math.max(0, ...counts.values())
  const first = runs.find((run) => counts.get(JSON.stringify(run)) === most) ?? []
  const met = new Set<string>()
  let duplicate = 0
  for (let at = 0; at < runs.length;) {
    const run = JSON.stringify(runs[at])
    if (met.has(run)) {
      duplicate += (runs[at] ?? []).join("").length
      at += n
    } else {
      met.add(run)
      at++
    }
  }
  return { top: first.join(" ").length * most, duplicate }
}

describe("repetition", () => {
  it("is what comparing every run with every other gives", () => {
    const repetition = new Repetition()
    const few = fc.array(
      fc.constantFrom("a", "bb", "c", "a", "bb", "d e f g h i j k", "a bb c a bb c a bb"),
      { maxLength: 40 }
    )
    fc.assert(
      fc.property(few, (pieces) => {
        const from = pieces.join(" ")
        const { duplicate, top } = repetition.of(scanned(from), true)
        const words = from.split(" ").filter((word) => word !== "")
        for (const n of [2, 3, 4]) assert.strictEqual(top[n], slowly(words, n).top, `${n}`)
        for (const n of [5, 6, 7, 8, 9, 10])
          assert.strictEqual(duplicate[n], slowly(words, n).duplicate, `${n}`)
      }),
      { numRuns: 500 }
    )
  })
})
