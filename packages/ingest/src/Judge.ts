// What is found out about each document by itself: repaired, measured, cut. Nothing here depends on any other document, so this is the
// work that is spread over threads.
import { type Cut, cut, type Threshold, thresholdsFor } from "./Cuts.ts"
import { fingerprint, idOf, splitOf } from "./Identity.ts"
import type { IngestConfig } from "./IngestConfig.ts"
import { languageOf } from "./Language.ts"
import { Measure, placeOf, rowOf, type ScoreRow } from "./measure/Measure.ts"
import { profile } from "./Profile.ts"
import type { Broken, Found, Read } from "./readers/Format.ts"
import { repair, type Repaired } from "./Repair.ts"
import { scriptOf } from "./Script.ts"

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

/** Code points of the document that the ledger shows. */
const excerptChars = 80

/** The one score that is known of a document which could not be held or read. */
const scoreOfRefusal: Readonly<Record<string, "chars" | "control_ratio">> = {
  maxChars: "chars",
  binary: "control_ratio"
}

export class Judge {
  readonly #config: IngestConfig
  readonly #measure = new Measure()
  readonly #thresholds = new Map<string, ReadonlyArray<Threshold>>()

  constructor(config: IngestConfig) {
    this.#config = config
  }

  of(read: Read): Judged {
    return read.kind === "found" ? this.#found(read) : refused(read)
  }

  #found(found: Found): Judged {
    const config = this.#config
    const { group = "", licence = config.licence, name, source, span } = found
    const id = idOf(name, span)
    const { text, repairs, controlRatio } = repair(found.text, config.unicode)
    const counted = profile(text)
    const script = scriptOf(text, counted)
    const lang = config.lang ?? found.lang ?? languageOf(text, script)
    const scores = this.#measure.of({
      text,
      profile: counted,
      lang,
      script,
      known: { control_ratio: controlRatio }
    })
    const failed = cut((column) => scores[placeOf(column)] ?? Number.NaN, this.#thresholdsFor(lang, script))
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
      repairs,
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

const excerptOf = (text: string): string =>
  Array.from(text.slice(0, 4 * excerptChars).replace(/[\p{Cc}\s]+/gu, " "))
    .slice(0, excerptChars)
    .join("")
    .trim()
