// What is measured on every document, kept or not. A rule only measures; what to cut is decided later, from its scores.
import type { Profile } from "./Profile.ts"
import { hasWords, type Script } from "./Script.ts"

/** A document as the rules see it: its clean text and what is known about it. */
export interface Measured {
  readonly text: string
  readonly profile: Profile
  readonly script: Script
  /** of the text before its repair */
  readonly controlRatio: number
}

export interface Rule {
  readonly name: string
  /** undefined where the rule says nothing about such a text */
  readonly measure: (document: Measured) => number | undefined
}

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)
const visible = ({ profile }: Measured): number => profile.chars - profile.spaces

const uniqueLineRatio = ({ text }: Measured): number => {
  const distinct = new Set<string>()
  let lines = 0
  for (const line of text.split("\n")) {
    const content = line.trim()
    if (content === "") continue
    distinct.add(content)
    lines++
  }
  return lines === 0 ? 1 : distinct.size / lines
}

/** In the order in which scores are written. */
export const rules = [
  { name: "chars", measure: ({ profile }) => profile.chars },
  { name: "bytes", measure: ({ profile }) => profile.bytes },
  { name: "replacements", measure: ({ profile }) => profile.replacements },
  { name: "controlRatio", measure: ({ controlRatio }) => controlRatio },
  { name: "letterRatio", measure: (one) => ratio(one.profile.letters, visible(one)) },
  { name: "digitRatio", measure: (one) => ratio(one.profile.digits, visible(one)) },
  { name: "hanRatio", measure: ({ profile }) => ratio(profile.han, profile.letters) },
  { name: "lineChars", measure: ({ profile }) => profile.longestLine },
  { name: "uniqueLineRatio", measure: uniqueLineRatio },
  {
    name: "words",
    measure: ({ profile, script }) => (hasWords(script) ? profile.words : undefined)
  },
  {
    name: "meanWordChars",
    measure: (one) => (hasWords(one.script) ? ratio(visible(one), one.profile.words) : undefined)
  }
] as const satisfies ReadonlyArray<Rule>

export type RuleName = (typeof rules)[number]["name"]
/** By rule; a rule that says nothing about the text has no entry. */
export type Scores = ReadonlyMap<RuleName, number>

export const measure = (document: Measured): Scores => {
  const scores = new Map<RuleName, number>()
  for (const rule of rules) {
    const value: number | undefined = rule.measure(document)
    if (value !== undefined) scores.set(rule.name, value)
  }
  return scores
}
