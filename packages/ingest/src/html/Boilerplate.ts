// Which blocks of a page are its text, where the page does not say so: long ones with sentences and few links, and the short
// ones among them. After jusText (J. Pomikálek, Removing Boilerplate and Duplicate Content from Web Corpora, 2011), without its
// lists of stop words, so that it is the same for all languages.
import type { Block } from "./Flow.ts"

/** as jusText: 70 and 200 characters; Han characters count twice */
const shortChars = 70
const longChars = 200
const mostLinked = 0.33
/** headings reach the first block of text behind them if no more than this stands between */
const headingReach = 200

const sentence = /[.!?。！？…；][\s"'”’」』）)\]]*(?:\s|$)|[。！？…；]/u
const ends = /[.!?:;,。！？…：；，、"'”’」』）)\]]$/u
const notice = /^(?:©|copyright\b|all rights reserved|版权所有|著作权|[\p{Script=Han}]?ICP备)/iu

type Grade = "good" | "near" | "short" | "bad"

const grade = ({ text, kind, chars, linked }: Block): Grade => {
  if (chars === 0) return "short"
  if (linked > mostLinked * chars) return kind === "heading" ? "short" : "bad"
  if (chars < longChars && notice.test(text)) return "bad"
  if (kind === "heading") return "short"
  if (kind === "code") return "near"
  const sentences = sentence.test(text)
  if (chars >= longChars && sentences) return "good"
  if (chars >= shortChars && (sentences || kind !== "text")) return "near"
  return "short"
}

/** All blocks, if none of them is a good one: then there is nothing to tell the others from. */
export const withoutBoilerplate = (blocks: ReadonlyArray<Block>): ReadonlyArray<Block> => {
  const grades = blocks.map(grade)
  if (!grades.includes("good")) {
    const rest = blocks.filter((_, index) => grades[index] !== "bad")
    return rest.length > 0 ? rest : blocks
  }
  const kept = grades.map((one) => one === "good")
  // what is nearly good counts when it stands next to a good one, with nothing but short ones between
  for (const step of [1, -1]) spread(grades, kept, step)
  const first = kept.indexOf(true)
  const last = kept.lastIndexOf(true)
  for (let i = first; i <= last; i++) if (grades[i] === "short") kept[i] = true
  for (let i = first - 1, chars = 0; i >= 0 && chars <= headingReach; i--) {
    if (blocks[i]?.kind === "heading") kept.fill(true, i, i + 1)
    chars += blocks[i]?.chars ?? 0
  }
  for (let i = last + 1; i < blocks.length && grades[i] === "short" && ends.test(blocks[i]?.text ?? ""); i++)
    kept[i] = true
  return blocks.filter((_, index) => kept[index] === true)
}

const spread = (grades: ReadonlyArray<Grade>, kept: Array<boolean>, step: number): void => {
  let reached = false
  for (let i = step > 0 ? 0 : grades.length - 1; i >= 0 && i < grades.length; i += step) {
    if (kept[i] === true) reached = true
    else if (grades[i] === "bad") reached = false
    else if (grades[i] === "near" && reached) kept[i] = true
  }
}
