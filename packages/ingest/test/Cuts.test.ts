import { assert, describe, it } from "@effect/vitest"
import { type ScoreColumn, scoreColumns } from "@inkstone/artifact"
import { Schema } from "effect"
import { cut, longest, thresholdsFor } from "../src/Cuts.ts"
import { IngestConfig } from "../src/IngestConfig.ts"
import { languageIn } from "../src/Language.ts"
import { Measure } from "../src/measure/Measure.ts"
import { at } from "../src/measure/ScoreRow.ts"
import { profile } from "../src/Profile.ts"
import { groupOf, rules } from "../src/rules/Table.ts"
import { scriptOf } from "../src/Script.ts"

type Given = (typeof IngestConfig)["Encoded"]["cuts"]
const config = (cuts: Given = {}, allowReplacement = false) =>
  Schema.decodeSync(IngestConfig)({ files: ["x"], cuts, allowReplacement })

const measure = new Measure()
const scoresOf = (text: string, controlRatio = 0) => {
  const counted = profile(text)
  const script = scriptOf(text, counted)
  const { lang } = languageIn(measure.read(text), script)
  const row = measure.row({ text, profile: counted, lang, script, known: { control_ratio: controlRatio } })
  return { tongue: { lang, script }, valueOf: (column: ScoreColumn) => row[at[column]] ?? Number.NaN }
}
const cutOf = (text: string, cuts: Given = {}, controlRatio = 0) => {
  const { tongue, valueOf } = scoresOf(text, controlRatio)
  return cut(valueOf, thresholdsFor(config(cuts), tongue))
}
/** What the config says of one limit for a language and script. */
const thresholdOf = (name: string, cuts: Given, tongue: { readonly lang: string; readonly script: string }) =>
  thresholdsFor(config(cuts), tongue).find(({ limit }) => limit.name === name)?.threshold
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
    ["minLetterRatio", "=".repeat(30) + "words", {}, 0.14285715, 0.5],
    ["maxDigitRatio", `${prose}12345678`, { maxDigitRatio: 0.1 }, 0.10526316, 0.1],
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
    const { tongue, valueOf } = scoresOf(`${prose}\uFFFD`)
    assert.deepStrictEqual(cut(valueOf, thresholdsFor(config(), tongue)), {
      rule: "replacement-character",
      value: 1,
      threshold: 0
    })
    assert.isUndefined(cut(valueOf, thresholdsFor(config({}, true), tongue)))
  })

  it("never counts words between spaces where none stand between them", () => {
    const analects = "学而时习之，不亦说乎？有朋自远方来，不亦乐乎？"
    assert.isNaN(scoresOf(analects).valueOf("words"))
    assert.isUndefined(cutOf(analects, { minWords: 50, maxMeanWordChars: 5 }))
  })

  it("takes thresholds of the language before those of the script, its family and the common ones", () => {
    const cuts: Given = {
      minChars: 30,
      gopher: { minWords: 40 },
      byScript: { Hani: { minChars: 8, maxChars: 9 }, Hant: { minChars: 5 } },
      byLang: { en: { gopher: { minWords: 20 } } }
    }
    const [latin, simplified, traditional] = ["Latn", "Hans", "Hant"].map((script) => ({
      lang: "und",
      script
    }))
    assert.strictEqual(thresholdOf("minChars", cuts, latin!), 30)
    assert.strictEqual(thresholdOf("minChars", cuts, simplified!), 8)
    assert.strictEqual(thresholdOf("minChars", cuts, traditional!), 5)
    assert.strictEqual(thresholdOf("maxChars", cuts, traditional!), 9)
    assert.strictEqual(thresholdOf("gopher.minWords", cuts, latin!), 40)
    assert.strictEqual(thresholdOf("gopher.minWords", cuts, { lang: "en", script: "Latn" }), 20)
  })

  it("takes those of the language's profile where the config says nothing", () => {
    const [en, zh] = [
      { lang: "en", script: "Latn" },
      { lang: "zh", script: "Hans" }
    ]
    assert.strictEqual(thresholdOf("minChars", {}, en), 20)
    assert.strictEqual(thresholdOf("minChars", {}, zh), 10)
    assert.isUndefined(thresholdOf("gopher.minWords", {}, en))
    assert.strictEqual(thresholdOf("gopher.minWords", { gopher: {} }, en), 50)
    assert.strictEqual(thresholdOf("gopher.minWords", { gopher: {} }, zh), 75)
    assert.isUndefined(thresholdOf("maxDigitRatio", {}, en))
  })

  it("is none where cuts are off", () => {
    assert.isUndefined(cutOf("x", "off"))
  })

  it("knows the longest text that any script allows", () => {
    assert.strictEqual(
      longest(config({ maxChars: 5, byScript: { Hani: { maxChars: 7 }, Latn: {} } }).cuts),
      7
    )
  })
})

describe("the table of rules", () => {
  it("has every column of scores once, and every threshold a place in the config", () => {
    assert.sameMembers(
      rules.map(({ column }) => column),
      [...scoreColumns]
    )
    const names = rules.flatMap(({ limits }) => limits.map(({ name }) => name))
    assert.strictEqual(new Set(names).size, names.length)
    for (const name of names.filter((name) => name !== "replacement-character")) {
      const key = name.slice(name.indexOf(".") + 1)
      const cuts = groupOf(name) === "" ? { [key]: 1 } : { [groupOf(name)]: { [key]: 1 } }
      assert.strictEqual(thresholdOf(name, cuts, { lang: "en", script: "Latn" }), 1, name)
    }
  })
})
