// What is done to the text of one document before it is measured, step by step, with a count of each for the ledger and the scores.
import type { ScoreColumn } from "@inkstone/artifact"
import { type Convert, changedCharacters } from "./Chinese.ts"
import type { IngestConfig } from "./IngestConfig.ts"
import type { Measure } from "./measure/Measure.ts"
import { masked, personalItems, personalKinds } from "./personal/PersonalData.ts"
import { repair, type Repaired } from "./Repair.ts"
import type { Tongue } from "./rules/LanguageProfile.ts"
import { isHan } from "./Script.ts"
import type { Tools } from "./Tools.ts"

export class Cleaning {
  text: string
  readonly repairs: Array<Repaired["repairs"][number]>
  /** scores that are known before the text is measured */
  readonly known: { [Column in ScoreColumn]?: number } = {}
  readonly #config: IngestConfig
  readonly #convert: Convert | undefined

  /** Repairs the text, and finds or masks personal data in it. */
  constructor(raw: string, config: IngestConfig, { blocklist, convert }: Tools) {
    this.#config = config
    this.#convert = convert
    const { controlRatio, repairs, text } = repair(raw, config.unicode)
    this.text = text
    this.repairs = [...repairs]
    this.known.control_ratio = controlRatio
    if (config.personalData !== "off") this.#personal()
    if (!blocklist.isEmpty) this.known.blocklist_matches = blocklist.matches(this.text)
  }

  #personal(): void {
    const items = personalItems(this.text)
    for (const { column } of Object.values(personalKinds)) this.known[column] = 0
    this.known.personal_items = items.length
    for (const { kind } of items) {
      const { column } = personalKinds[kind]
      this.known[column] = (this.known[column] ?? 0) + 1
    }
    if (this.#config.personalData !== "mask" || items.length === 0) return
    this.text = masked(this.text, items)
    for (const { column, rule } of Object.values(personalKinds)) this.#note(rule, this.known[column] ?? 0)
  }

  /** Turns Chinese into the writing that the config asks for; false where there is nothing to do. */
  rewrite(script: string): boolean {
    if (this.#convert === undefined || !isHan(script) || script === "Jpan") return false
    const after = this.#convert(this.text)
    if (after === this.text) return false
    this.#note(`chinese-${this.#config.chinese}`, changedCharacters(this.text, after))
    this.text = after
    return true
  }

  /** Takes out the lines that C4 would not keep; `measure` has just read the text. */
  dropLines(measure: Measure, tongue: Tongue): boolean {
    const { columns, removed, text } = measure.withoutC4Lines(this.text, tongue)
    Object.assign(this.known, columns)
    if (text === this.text) return false
    this.#note("c4-lines", removed)
    this.text = text
    return true
  }

  #note(rule: string, count: number): void {
    if (count > 0) this.repairs.push({ rule, count })
  }
}
