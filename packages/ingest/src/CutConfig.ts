// What a pipeline may say about cuts. Ranges and descriptions of thresholds come from the table of rules.
import { field } from "@inkstone/stage"
import { Schema } from "effect"
import { scripts } from "./Characters.ts"
import { groupOf, limitNamed, optionalGroups, rules } from "./rules/Table.ts"

const Share = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
const Amount = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))
// Strings end at 2^29 characters in V8.
const MaxChars = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 500_000_000 }))

const threshold = (name: string) => {
  const { limit, rule } = limitNamed(name) ?? {}
  const description = `${limit?.kind === "least" ? "at least" : "at most"} (${rule?.unit}): ${rule?.says}`
  return Schema.optionalKey((rule?.unit === "share" ? Share : Amount).annotate({ description }))
}

/** The thresholds of a group, named without it. */
const group = (
  name: (typeof optionalGroups)[number] | "language" | "perplexity" | "blocklist" | "personal"
) => {
  const limits = rules.flatMap(({ limits }) => limits).filter((limit) => groupOf(limit.name) === name)
  const fields = limits.map((limit) => [limit.name.slice(name.length + 1), threshold(limit.name)] as const)
  const description = optionalGroups.some((optional) => optional === name)
    ? "in force only where it stands; {} takes every threshold from the profile of a document's language"
    : "in force where a threshold is given"
  return Schema.optionalKey(Schema.Struct(Object.fromEntries(fields)).annotate({ description }))
}

const fields = {
  minChars: threshold("minChars"),
  maxChars: Schema.optionalKey(
    MaxChars.annotate({
      description:
        "at most (characters); no record longer than this is ever held in memory, so it bounds markup too, before it is parsed"
    })
  ),
  maxControlRatio: threshold("maxControlRatio"),
  minLetterRatio: threshold("minLetterRatio"),
  maxDigitRatio: threshold("maxDigitRatio"),
  minHanRatio: threshold("minHanRatio"),
  maxLineChars: threshold("maxLineChars"),
  minUniqueLineRatio: threshold("minUniqueLineRatio"),
  minWords: threshold("minWords"),
  maxMeanWordChars: threshold("maxMeanWordChars"),
  language: group("language"),
  perplexity: group("perplexity"),
  blocklist: group("blocklist"),
  personal: group("personal"),
  repetition: group("repetition"),
  gopher: group("gopher"),
  c4: group("c4"),
  fineweb: group("fineweb")
}
const Thresholds = Schema.Struct(fields)

/** Thresholds by a name that some document can have: those of any other would never hold. */
const thresholdsBy = (known: (name: string) => boolean, expected: string) =>
  Schema.Record(Schema.String, Thresholds).check(
    Schema.makeFilter((by) => {
      const unknown = Object.keys(by).find((name) => !known(name))
      return unknown === undefined || `${JSON.stringify(unknown)} is none of ${expected}`
    })
  )

const knownScripts: ReadonlyArray<string> = [...scripts, "Hans", "Hant", "Jpan"]

export const Cuts = Schema.Struct({
  ...fields,
  byScript: field(
    thresholdsBy((name) => knownScripts.includes(name), `the scripts told apart: ${knownScripts.join(", ")}`),
    {},
    "thresholds that replace the ones above for a script (ISO 15924); Hani stands for Hans, Hant and Jpan as well"
  ),
  byLang: field(
    thresholdsBy((name) => /^[a-z]{2,3}$/u.test(name), "the codes of ISO 639-1, such as en and zh"),
    {},
    "thresholds that replace the ones above and those of the script for a language (ISO 639-1)"
  )
})
