// Finds out how the bytes of a file are to be read: byte order mark, valid UTF-8, else the best of several by score.
import { isCommonHan } from "./Han.ts"
import type { Survey } from "./readers/Survey.ts"

export type Decision =
  | { readonly encoding: string }
  /** not text, or no encoding under which it looks like text */
  | { readonly rule: "binary" | "unknown-encoding"; readonly value: number; readonly threshold: number }

/** Share of suspicious control bytes above which a file is no text; random bytes have a tenth. */
const mostControls = 0.01

/** `wanted` is `auto` or a label; `declaration` finds the label that a file of this format gives of itself, as its first group. */
export const decide = (
  survey: Survey,
  { wanted, declaration }: { readonly wanted: string; readonly declaration?: RegExp | undefined }
): Decision => {
  const binary: Decision = { rule: "binary", value: survey.controlRatio, threshold: mostControls }
  if (wanted !== "auto") {
    const encoding = new TextDecoder(wanted).encoding
    return survey.controlRatio > mostControls && !encoding.startsWith("utf-16") ? binary : { encoding }
  }
  const marked = byteOrderMark(survey.head)
  if (marked !== undefined) return { encoding: marked }
  if (survey.utf8 && survey.controlRatio <= mostControls) return { encoding: "utf-8" }
  const wide = best(wideCandidates, survey.head)
  if (survey.bytes % 2 === 0 && wide.score >= wide.least) return { encoding: wide.label }
  if (survey.controlRatio > mostControls) return binary
  const declared = declaration === undefined ? undefined : declaredEncoding(survey.head, declaration)
  if (declared !== undefined) return { encoding: declared }
  const guess = best(candidates, survey.sample)
  if (guess.score >= guess.least) return { encoding: guess.label }
  return { rule: "unknown-encoding", value: guess.score, threshold: guess.least }
}

const byteOrderMark = (head: Uint8Array): string | undefined => {
  const [a, b, c, d] = head
  if (a === 0xef && b === 0xbb && c === 0xbf) return "utf-8"
  if (a === 0xfe && b === 0xff) return "utf-16be"
  // FF FE 00 00 would be UTF-32, which TextDecoder does not know and no corpus uses
  if (a === 0xff && b === 0xfe && !(c === 0 && d === 0)) return "utf-16le"
  if (a === 0x84 && b === 0x31 && c === 0x95 && d === 0x33) return "gb18030"
  return undefined
}

const declaredEncoding = (head: Uint8Array, declaration: RegExp): string | undefined => {
  const label = declaration.exec(new TextDecoder("latin1").decode(head.subarray(0, 4096)))?.[1]
  if (label === undefined) return undefined
  try {
    const { encoding } = new TextDecoder(label)
    // it was not valid UTF-8, so that declaration is wrong
    return encoding === "utf-8" ? undefined : encoding
  } catch {
    return undefined // no such encoding
  }
}

interface Candidate {
  readonly label: string
  /** how much the decoded text looks like text of the languages it is used for, from 0 to 1 */
  readonly score: (text: string) => number
  /** what real text reaches: about 0.85 for Chinese, while a wrong decoding stays below 0.05 */
  readonly least: number
}

/** The candidate with the highest score, one that reaches its least score before any that does not. */
const best = (all: ReadonlyArray<Candidate>, sample: Uint8Array) => {
  let winner = { label: "", score: -1, least: Number.POSITIVE_INFINITY }
  for (const { label, score, least } of all) {
    // a character cut off by the end of the sample comes out as nothing
    const found = score(new TextDecoder(label).decode(sample, { stream: true }))
    const passes = found >= least
    const beaten = winner.score >= winner.least
    if (passes === beaten ? found > winner.score : passes) winner = { label, score: found, least }
  }
  return winner
}

/** Share of the characters beyond ASCII that `plausible` accepts. */
const share =
  (plausible: (unit: number) => boolean) =>
  (text: string): number => {
    let high = 0
    let good = 0
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i)
      if (unit < 0x80) continue
      high++
      if (plausible(unit)) good++
    }
    return high === 0 ? 0 : good / high
  }

const within = (first: number, last: number) => (unit: number) => unit >= first && unit <= last
const isKana = within(0x3041, 0x30ff)
const isHangul = within(0xac00, 0xd7a3)
/** nine of ten letters in Russian, and only small ones: KOI8-R and Windows-1251 swap the cases of each other */
const russian = new Set("оеаинтсрвлкмдпуяыьгзбчйх")
const isRussian = (unit: number) => russian.has(String.fromCharCode(unit))
const western = /[À-ÖØ-öø-ÿŒœŠšŽžŸ‘’“”–—…•€£§°©®«»¡¿\u00A0]/u
const isWestern = (unit: number) => western.test(String.fromCharCode(unit))

/** In western languages accented letters stand alone or in pairs among ASCII ones. */
const westernShare = (text: string): number => {
  let high = 0
  let good = 0
  for (const [run] of text.matchAll(/[\u0080-\uFFFF]+/gu)) {
    high += run.length
    if (run.length <= 2) for (let i = 0; i < run.length; i++) if (isWestern(run.charCodeAt(i))) good++
  }
  return high === 0 ? 0 : good / high
}

const isJapanese = (unit: number) => isKana(unit) || isCommonHan(unit)
/** UTF-8 with a few bad bytes is still UTF-8: the bad ones become U+FFFD and have a rule of their own. */
const isDecoded = (unit: number) => unit !== 0xfffd

// At equal scores the earlier one wins.
const candidates: ReadonlyArray<Candidate> = [
  { label: "utf-8", score: share(isDecoded), least: 0.9 },
  { label: "gb18030", score: share(isCommonHan), least: 0.5 },
  { label: "big5", score: share(isCommonHan), least: 0.5 },
  { label: "euc-jp", score: share(isJapanese), least: 0.5 },
  { label: "shift_jis", score: share(isJapanese), least: 0.5 },
  { label: "euc-kr", score: share(isHangul), least: 0.8 },
  { label: "windows-1251", score: share(isRussian), least: 0.7 },
  { label: "koi8-r", score: share(isRussian), least: 0.7 },
  { label: "windows-1252", score: westernShare, least: 0.8 }
]

/** No Hangul: it fills a sixth of all 16-bit values, just where the bytes of GB 2312 fall. */
const isWide = (unit: number) =>
  (unit >= 0x20 && unit < 0x7f) ||
  (unit >= 9 && unit <= 13) ||
  (unit >= 0xc0 && unit < 0x250) || // Latin
  (unit >= 0x370 && unit < 0x530) || // Greek, Cyrillic
  (unit >= 0x5d0 && unit < 0x700) || // Hebrew, Arabic
  isKana(unit) ||
  isCommonHan(unit)
/** Of all characters: in UTF-16 ASCII is as telling as the rest. */
const wideShare = (text: string): number => {
  let good = 0
  for (let i = 0; i < text.length; i++) if (isWide(text.charCodeAt(i))) good++
  return text.length === 0 ? 0 : good / text.length
}
const wideCandidates: ReadonlyArray<Candidate> = [
  { label: "utf-16le", score: wideShare, least: 0.7 },
  { label: "utf-16be", score: wideShare, least: 0.7 }
]
