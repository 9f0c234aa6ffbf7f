import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { cut, longest, thresholdsFor } from "../src/Cuts.ts"
import { IngestConfig } from "../src/IngestConfig.ts"
import { profile } from "../src/Profile.ts"
import { measure } from "../src/Rules.ts"
import { scriptOf } from "../src/Script.ts"

type Given = NonNullable<(typeof IngestConfig)["Encoded"]["cuts"]>
const config = (cuts: Given, allowReplacement = false) =>
  Schema.decodeSync(IngestConfig)({ files: ["x"], cuts, allowReplacement })

const scoresOf = (text: string, controlRatio = 0) => {
  const counted = profile(text)
  const script = scriptOf(text, counted)
  return { script, scores: measure({ text, profile: counted, script, controlRatio }) }
}
const cutOf = (text: string, cuts: Given = {}, controlRatio = 0) => {
  const { script, scores } = scoresOf(text, controlRatio)
  return cut(scores, script, config(cuts))
}
const prose = "It is a truth universally acknowledged, that a single man must be in want of a wife."

describe("a cut", () => {
  it("lets prose in any script pass by default", () => {
    assert.isUndefined(cutOf(prose))
    assert.isUndefined(cutOf("白日依山盡，黃河入海流。"))
    assert.isUndefined(cutOf("吾輩は猫である。名前はまだ無い。"))
    assert.isUndefined(cutOf("Все счастливые семьи похожи друг на друга."))
  })

  it.each([
    ["minChars", "short", {}, 5, 20],
    ["maxChars", prose, { maxChars: 50 }, 84, 50],
    ["minLetterRatio", "=".repeat(30) + "words", {}, 5 / 35, 0.5],
    ["maxDigitRatio", `${prose}12345678`, { maxDigitRatio: 0.1 }, 8 / 76, 0.1],
    ["minHanRatio", prose, { minHanRatio: 0.5 }, 0, 0.5],
    ["maxLineChars", `${prose}\n${prose}${prose}`, { maxLineChars: 100 }, 168, 100],
    ["minUniqueLineRatio", `${"the same line\n".repeat(9)}another`, {}, 0.2, 0.3],
    ["minWords", prose, { minWords: 20 }, 17, 20],
    ["maxMeanWordChars", "loremipsumdolorsitamet consecteturadipiscing", { maxMeanWordChars: 20 }, 21.5, 20]
  ])("by %s names value and threshold", (rule, text, cuts, value, threshold) => {
    assert.deepStrictEqual(cutOf(text, cuts), { rule, value, threshold })
  })

  it("keeps what lies exactly on the threshold", () => {
    assert.isUndefined(cutOf(prose, { minChars: 84, maxChars: 84 }))
  })

  it("compares the control characters that were there before the repair", () => {
    assert.deepStrictEqual(cutOf(prose, {}, 0.02), { rule: "maxControlRatio", value: 0.02, threshold: 0.01 })
  })

  it("drops replacement characters unless they are allowed", () => {
    const { script, scores } = scoresOf(`${prose}\uFFFD`)
    assert.deepStrictEqual(cut(scores, script, config({})), {
      rule: "replacement-character",
      value: 1,
      threshold: 0
    })
    assert.isUndefined(cut(scores, script, config({}, true)))
  })

  it("never measures words where no spaces stand between them", () => {
    const { scores } = scoresOf("学而时习之，不亦说乎？有朋自远方来，不亦乐乎？")
    assert.isFalse(scores.has("words"))
    assert.isUndefined(
      cutOf("学而时习之，不亦说乎？有朋自远方来，不亦乐乎？", { minWords: 50, maxMeanWordChars: 5 })
    )
  })

  it("takes thresholds of the script before those of its family before the common ones", () => {
    const { cuts } = config({
      minChars: 30,
      byScript: { Hani: { minChars: 8, maxChars: 9 }, Hant: { minChars: 5 } }
    })
    assert.strictEqual(thresholdsFor(cuts, "Latn").minChars, 30)
    assert.strictEqual(thresholdsFor(cuts, "Hans").minChars, 8)
    assert.strictEqual(thresholdsFor(cuts, "Hant").minChars, 5)
    assert.strictEqual(thresholdsFor(cuts, "Hant").maxChars, 9)
  })

  it("knows the longest text that any script allows", () => {
    assert.strictEqual(
      longest(config({ maxChars: 5, byScript: { Hani: { maxChars: 7 }, Latn: {} } }).cuts),
      7
    )
  })
})
