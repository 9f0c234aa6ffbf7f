// What holds of task metrics whatever the text, and small cases worked by hand.
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { intervalOfSums } from "../../src/Bootstrap.ts"
import * as Answers from "../../src/metrics/Answers.ts"
import * as Bleu from "../../src/metrics/Bleu.ts"
import * as Chrf from "../../src/metrics/Chrf.ts"
import * as Classification from "../../src/metrics/Classification.ts"
import * as Correlation from "../../src/metrics/Correlation.ts"
import * as Rouge from "../../src/metrics/Rouge.ts"
import { type Segment, SegmentsUnusable } from "../../src/metrics/Segment.ts"
import * as Ter from "../../src/metrics/Ter.ts"
import { tokenize } from "../../src/metrics/Tokenizers.ts"

const sentence = fc
  .array(fc.constantFrom("a", "b", "c", "ox", "子", "😀"), { minLength: 1, maxLength: 12 })
  .map((words) => words.join(" "))
const segment: fc.Arbitrary<Segment> = fc.record({
  output: sentence,
  references: fc.array(sentence, { minLength: 1, maxLength: 3 })
})
const segments = fc.array(segment, { minLength: 1, maxLength: 6 })

describe("task metrics", () => {
  it("cut 13a text in one pass as the four regular expressions do one after another", () => {
    const characters = fc.constantFrom("a", "é", "5", "0", ".", ",", "-", " ", "!", "'", "/", "中", "😀")
    fc.assert(
      fc.property(fc.array(characters, { maxLength: 14 }), (letters) => {
        const text = letters.join("").trimEnd()
        const parted = ` ${text} `
          .replaceAll(/([{-~[-` -&(-+:-@/])/gu, " $1 ")
          .replaceAll(/([^0-9])([.,])/gu, "$1 $2 ")
          .replaceAll(/([.,])([^0-9])/gu, " $1 $2")
          .replaceAll(/([0-9])(-)/gu, "$1 $2 ")
        assert.deepStrictEqual(
          tokenize(text, "13a"),
          parted.split(" ").filter((word) => word !== "")
        )
      }),
      { numRuns: 2000 }
    )
  })

  it("are perfect where the output is a reference", () => {
    fc.assert(
      fc.property(segments, (all) => {
        const perfect = all.map(({ references }) => ({ output: references.at(-1) ?? "", references }))
        const bleu = { ...Bleu.defaults, effectiveOrder: true }
        assert.approximately(Bleu.corpus(perfect, bleu).score, 100, 1e-9)
        assert.approximately(Chrf.corpus(perfect), 100, 1e-9)
        assert.strictEqual(Ter.corpus(perfect), 0)
        assert.deepStrictEqual(Answers.corpus(perfect), { exactMatch: 1, f1: 1 })
      }),
      { numRuns: 50 }
    )
  })

  it("score a corpus of one segment as that sentence, and do not care about the order of segments", () => {
    fc.assert(
      fc.property(segments, (all) => {
        const one = all.slice(0, 1)
        assert.strictEqual(Chrf.corpus(one), Chrf.sentences(one)[0])
        assert.strictEqual(Ter.corpus(one), Ter.sentences(one)[0])
        assert.strictEqual(Bleu.corpus(one).score, Bleu.sentences(one, Bleu.defaults)[0])
        assert.approximately(Ter.corpus(all), Ter.corpus(all.toReversed()), 1e-9)
        assert.approximately(Bleu.corpus(all).score, Bleu.corpus(all.toReversed()).score, 1e-9)
      }),
      { numRuns: 50 }
    )
  })

  it("give BLEU's worked table: clipped unigrams 2 of 7, no bigram", () => {
    // Papineni et al. (2002), example 2
    const all = [
      {
        output: "the the the the the the the",
        references: ["the cat is on the mat", "there is a cat on the mat"]
      }
    ]
    const { brevityPenalty, precisions, score } = Bleu.corpus(all, { ...Bleu.defaults, smoothing: "none" })
    assert.approximately(precisions[0] ?? NaN, 200 / 7, 1e-12)
    assert.deepStrictEqual(precisions.slice(1), [0, 0, 0])
    assert.strictEqual(brevityPenalty, 1)
    assert.strictEqual(score, 0)
  })

  it("count a moved phrase as one edit of TER", () => {
    const all = [{ output: "on the mat the cat sat", references: ["the cat sat on the mat"] }]
    assert.approximately(Ter.corpus(all), 100 / 6, 1e-12)
  })

  it("abstain where ROUGE's tokenizer cannot read the references, and measure with one that can", () => {
    const all = [{ output: "学而时习之", references: ["学而时习之，不亦说乎"] }]
    const blind = Rouge.corpus(all)
    assert.isFalse(blind.measured)
    assert.deepStrictEqual(blind.coverage, { output: 0, references: 0 })
    assert.match(blind.measured ? "" : blind.reason, /keeps 0\.0 % .* "chinese"/)
    const seeing = Rouge.corpus(all, { ...Rouge.defaults, tokenizer: "chinese" })
    assert.deepStrictEqual(seeing.coverage, { output: 1, references: 1 })
    assert.strictEqual(seeing.measured && seeing.rouge1.recall, 5 / 9)
    assert.strictEqual(seeing.measured && seeing.rouge1.precision, 1)
  })

  it("say how much of a text ROUGE reads: é and 😀 of 'café 😀 no' are lost", () => {
    const { coverage } = Rouge.corpus([{ output: "café 😀 no!", references: ["all of it"] }])
    assert.deepStrictEqual(coverage, { output: 5 / 7, references: 1 })
  })

  it("compare Chinese answers by character, whatever their width and punctuation", () => {
    const all = [{ output: "１９４９年，北京。", references: ["1949 年 北京"] }]
    assert.deepStrictEqual(Answers.corpus(all, "chinese"), { exactMatch: 1, f1: 1 })
    // of 北京市 and 北京 two characters are common: precision 2/3, recall 1
    const partly = Answers.corpus([{ output: "北京市", references: ["北京"] }], "chinese")
    assert.strictEqual(partly.exactMatch, 0)
    assert.approximately(partly.f1, 0.8, 1e-12)
  })

  it("leave classes out of F1 that are not asked for", () => {
    // B: 1 of 2 claims right, 1 of 1 found, F1 2/3; O is not counted
    const { classes, macroF1, microF1 } = Classification.measure(["B", "B", "O"], ["B", "O", "O"], ["B"])
    assert.approximately(microF1, 2 / 3, 1e-12)
    assert.approximately(macroF1, 2 / 3, 1e-12)
    assert.deepStrictEqual([...classes.keys()], ["B"])
  })

  it("share ranks among ties, and know nothing of a constant", () => {
    assert.deepStrictEqual([...Correlation.ranks([30, 10, 30, 20])], [3.5, 1, 3.5, 2])
    assert.isNaN(Correlation.spearman([1, 1, 1], [1, 2, 3]))
    assert.approximately(Correlation.spearman([1, 2, 3], [1, 8, 27]), 1, 1e-12)
  })

  it("have intervals round the corpus score, a point where all segments are alike", () => {
    const resampling = { samples: 400, confidence: 0.95, seed: 5 }
    const mixed = ["a b c d e", "a b c x y", "a b z d e", "q r s t u"].map((output) => ({
      output,
      references: ["a b c d e"]
    }))
    const { high, low, value } = intervalOfSums(
      Bleu.statistics(mixed),
      resampling,
      (sums) => Bleu.score(sums).score
    )
    assert.strictEqual(value, Bleu.corpus(mixed).score)
    assert.isTrue(low < value && value < high)
    const alike = mixed.map(() => mixed[1] ?? { output: "", references: [""] })
    const point = intervalOfSums(Ter.statistics(alike), resampling, Ter.score)
    assert.deepStrictEqual(point, { value: 40, low: 40, high: 40 })
  })

  it("refuse a corpus without segments, or a segment without references, by name", () => {
    assert.throws(() => Bleu.corpus([]), SegmentsUnusable, /no segments/)
    const bare = [
      { output: "a", references: ["a"] },
      { output: "b", references: [] }
    ]
    assert.throws(() => Ter.corpus(bare), SegmentsUnusable, /segments\[1\]\.references is empty/)
  })
})
