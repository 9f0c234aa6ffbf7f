import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { languageIn } from "../src/Language.ts"
import { Scan } from "../src/measure/Scan.ts"
import { profile } from "../src/Profile.ts"
import { hasWords, scriptOf } from "../src/Script.ts"

const told = (text: string) => {
  const scan = new Scan()
  scan.read(text)
  const script = scriptOf(text, profile(text))
  return { script, ...languageIn(scan, script) }
}
const seen = (text: string) => {
  const { lang, script } = told(text)
  return `${script} ${lang}`
}
const golden = (name: string) =>
  readFileSync(join(import.meta.dirname, "golden", "encodings", `${name}.utf-8.txt`), "utf8")

describe("script and language", () => {
  it.each([
    ["english", "Latn en"],
    ["french", "Latn fr"],
    ["german", "Latn de"],
    ["russian", "Cyrl ru"],
    ["simplified", "Hans zh"],
    ["traditional", "Hant zh"],
    ["japanese", "Jpan ja"],
    ["korean", "Hang ko"]
  ])("of the %s golden file", (name, expected) => {
    assert.strictEqual(seen(golden(name)), expected)
  })

  it.each([
    ["El perro que vive en la casa de los vecinos no es muy grande, pero sus ojos lo son.", "Latn es"],
    [
      "Il cane che abita nella casa dei vicini non è molto grande, ma la sua voce si sente per ore.",
      "Latn it"
    ],
    [
      "O cão que vive na casa dos vizinhos não é muito grande, mas os olhos do cão são uma beleza.",
      "Latn pt"
    ],
    ["De hond die in het huis van de buren woont is niet erg groot, maar zijn ogen zijn dat wel.", "Latn nl"],
    [
      "Усі щасливі родини схожі одна на одну, та кожна нещаслива родина нещаслива на свій лад, і це не так.",
      "Cyrl uk"
    ],
    ["في البداية كان الولد الذي يعيش مع الجد في هذا البيت لا يعرف ما كان من قبل", "Arab ar"],
    ["Όλες οι ευτυχισμένες οικογένειες", "Grek el"],
    ["एक समय की बात है कि एक गाँव में एक किसान रहता था", "Deva hi"],
    ["xyzzy plugh", "Latn und"],
    ["3.14 + 2.71 = 5.85", "Zyyy und"],
    ["", "Zyyy und"]
  ])("of %s", (text, expected) => {
    assert.strictEqual(seen(text), expected)
  })

  it.each([
    ["Hunden som bor i huset är inte stor, men den har varit här för alla när vi var ute efter mat.", "sv"],
    ["Se on talo jossa he ovat, mutta hän ei ole siellä niin kuin minä olen.", "fi"],
    ["To jest dom, w którym się nie mieszka, ale jego pies był już tylko raz przez drogę.", "pl"],
    ["Bu ev çok büyük ama köpek daha küçük ve onun için bir şey değil, sonra her gün olan gibi.", "tr"],
    ["Đây là một người có tên và những người khác trong nhà đã được cho về với tôi khi đó.", "vi"],
    ["Rumah yang besar itu tidak ada di kota dan orang ini akan pergi dengan saya untuk bekerja.", "id"],
    ["Това е къща, която не е голяма, но като се види, ще има и други, които са по на ред.", "bg"]
  ])("of %s", (text, expected) => {
    assert.strictEqual(told(text).lang, expected)
  })

  it.each([
    "你好",
    "好的，谢谢！",
    "OK了",
    "去iPhone 15 Pro Max发布会吧",
    "微信号 wechat 加我",
    "的",
    "東京",
    "我love你们"
  ])("of short Chinese are never misread: %s", (text) => {
    assert.deepInclude(told(text), { lang: "zh", confidence: 1 })
  })

  it("are the surer the further the next guess is behind", () => {
    const english = told("It was the best of times, and it was the worst of times for all that they had.")
    assert.strictEqual(english.lang, "en")
    assert.isAbove(english.confidence, 0.7)
    // Norwegian and Danish share most of their little words
    const northern = told("Det er en hund som ikke har vært her, men den kan ha vært her før.")
    assert.isBelow(northern.confidence, 0.6)
    assert.strictEqual(told("xyzzy plugh").confidence, 0)
  })

  it("are counted line by line, so that a text in two languages shows", () => {
    const german = "Der Hund ist nicht in dem Haus und die Katze ist auch nicht da, aber es ist noch früh."
    const english = "The dog is not in the house and the cat is not there, but it is still early for them."
    assert.strictEqual(told(`${english}\n${english}`).lineShare, 1)
    assert.closeTo(told(`${english}\n${english}\n${german}`).lineShare, 2 / 3, 0.05)
    assert.isNaN(told("The dog and the cat").lineShare)
  })

  it("stay Chinese where a text quotes English or a Japanese word", () => {
    assert.strictEqual(
      seen("他说“hello world”，然后就走了，我们都觉得很奇怪，不知道为什么会这样。"),
      "Hans zh"
    )
    assert.strictEqual(seen(`${"我们都觉得很奇怪，不知道为什么会这样。".repeat(10)}ありがとう`), "Hans zh")
  })

  it("leave Han text undecided that is written the same both ways", () => {
    assert.strictEqual(seen("子曰：君子不器。"), "Hani zh")
  })

  it("say where counting words makes sense", () => {
    assert.isTrue(hasWords("Latn"))
    assert.isTrue(hasWords("Hang"))
    assert.isFalse(hasWords("Hans"))
    assert.isFalse(hasWords("Thai"))
  })
})
