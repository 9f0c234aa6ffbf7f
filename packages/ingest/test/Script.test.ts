import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { languageOf } from "../src/Language.ts"
import { profile } from "../src/Profile.ts"
import { hasWords, scriptOf } from "../src/Script.ts"

const seen = (text: string) => {
  const script = scriptOf(text, profile(text))
  return `${script} ${languageOf(text, script)}`
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
