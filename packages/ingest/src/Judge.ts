// What is found out about each document by itself: repaired, measured, cut. Nothing here depends on any other document, so this is the
// work that is spread over threads.
import { excerptOf } from "@inkstone/artifact"
import { Cleaning } from "./Cleaning.ts"
import { type Cut, cut, type Threshold, thresholdsFor } from "./Cuts.ts"
import { fingerprint, idOf, splitOf } from "./Identity.ts"
import type { IngestConfig } from "./IngestConfig.ts"
import { languageIn } from "./Language.ts"
import { Measure } from "./measure/Measure.ts"
import { at, rowOf, type ScoreRow } from "./measure/ScoreRow.ts"
import { profile } from "./Profile.ts"
import type { Broken, Found, Read } from "./readers/Format.ts"
import type { Repaired } from "./Repair.ts"
import { scriptOf } from "./Script.ts"
import type { Tools } from "./Tools.ts"

export interface Judged {
  readonly id: string
  readonly source: string
  readonly lang: string
  readonly script: string
  readonly split: string
  readonly licence: string
  readonly group: string
  /** of the clean text, in UTF-8 */
  readonly bytes: number
  /** "" where the document is cut: nobody asks for it then */
  readonly text: string
  readonly scores: ScoreRow
  readonly repairs: Repaired["repairs"]
  /** the beginning of the text, where something was done to the document */
  readonly excerpt: string
  readonly cut: Cut | undefined
  /** equal for texts that count as the same; "" where they are not compared */
  readonly fingerprint: string
}

/** The one score that is known of a document which could not be held or read. */
const scoreOfRefusal: Readonly<Record<string, "chars" | "control_ratio">> = {
  maxChars: "chars",
  binary: "control_ratio"
}

export class Judge {
  readonly #config: IngestConfig
  readonly #tools: Tools
  readonly #measure = new Measure()
  readonly #thresholds = new Map<string, ReadonlyArray<Threshold>>()

  constructor(config: IngestConfig, tools: Tools) {
    this.#config = config
    this.#tools = tools
  }

  of(read: Read): Judged {
    return read.kind === "found" ? this.#found(read) : refused(read)
  }

  #found(found: Found): Judged {
    const config = this.#config
    const { group = "", licence = config.licence, name, source, span } = found
    const id = idOf(name, span)
    const clean = new Cleaning(found.text, config, this.#tools)
    let counted = profile(clean.text)
    const script = scriptOf(clean.text, counted)
    const rewritten = clean.rewrite(script)
    if (rewritten) counted = profile(clean.text)
    const guess = languageIn(this.#measure.read(clean.text), script)
    const lang = config.lang ?? found.lang ?? guess.lang
    if (config.dropLines === "c4" && clean.dropLines(this.#measure, { lang, script })) {
      counted = profile(clean.text)
      this.#measure.read(clean.text)
    }
    const { text } = clean
    const scores = this.#measure.row({
      text,
      profile: counted,
      lang,
      script,
      known: { ...clean.known, language_confidence: guess.confidence, language_line_share: guess.lineShare }
    })
    const failed = cut((column) => scores[at[column]] ?? Number.NaN, this.#thresholdsFor(lang, script))
    return {
      id,
      source,
      lang,
      script,
      split: splitOf(group === "" ? id : group, config.splits),
      licence,
      group,
      bytes: counted.bytes,
      text: failed === undefined ? text : "",
      scores,
      repairs: clean.repairs,
      excerpt: excerptOf(text),
      cut: failed,
      fingerprint: failed === undefined && config.deduplicate === "exact" ? fingerprint(text) : ""
    }
  }

  #thresholdsFor(lang: string, script: string): ReadonlyArray<Threshold> {
    const key = `${lang} ${script}`
    const known = this.#thresholds.get(key)
    if (known !== undefined) return known
    const made = thresholdsFor(this.#config, { lang, script })
    this.#thresholds.set(key, made)
    return made
  }
}

const refused = (read: Exclude<Read, Found>): Judged => {
  const reason = read.kind === "refused" ? read : brokenRule(read)
  const measured = scoreOfRefusal[reason.rule]
  return {
    id: idOf(read.name, read.span),
    source: read.source,
    lang: "und",
    script: "Zyyy",
    split: "",
    licence: "",
    group: "",
    bytes: 0,
    text: "",
    scores: rowOf(measured === undefined ? {} : { [measured]: reason.value }),
    repairs: [],
    excerpt: excerptOf(read.text),
    cut: { rule: reason.rule, value: reason.value, threshold: reason.threshold },
    fingerprint: ""
  }
}

const brokenRule = ({ at }: Broken): Cut => ({ rule: "bad-record", value: at, threshold: 0 })
