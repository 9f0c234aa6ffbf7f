// Puts right what is certainly wrong in a text, and counts each repair for the ledger.
import { undoMojibake } from "./Mojibake.ts"
import { undoMojibakeHan } from "./MojibakeHan.ts"

export interface Repaired {
  readonly text: string
  /** what was done, in this order; `count` places */
  readonly repairs: ReadonlyArray<{ readonly rule: string; readonly count: number }>
  /** control characters among all characters before the repair */
  readonly controlRatio: number
}

const escape = "\u001B"
/** colours and cursor movements of terminals; titles of windows */
const ansi = new RegExp(
  `${escape}\\[[0-?]*[ -/]*[@-~]|${escape}\\][^\\u0007${escape}]*(?:\\u0007|${escape}\\\\)`,
  "gu"
)
const lineEnd = /\r\n|[\r\f\v\u0085\u2028\u2029]/gu
const control = /[\p{Cc}--[\t\n]]/gv
/** zero-width space, word joiner, byte order mark inside a text, soft hyphen; joiners stay, Persian and emoji need them */
const invisible = /[\u200B\u2060\uFEFF\u00AD]/gu
/** frames that terminals draw round a text; a line of nothing else is gone with its end */
const boxDrawing =
  /^[ \t]*[\u2500-\u259F][ \t\u2500-\u259F]*(?:\n|$)|[ \t]*[\u2500-\u259F]+[ \t]*$|[\u2500-\u259F]+/gmu
const composable = /[\u0300-\u{10FFFF}]/u
const beyondLatin1 = /[\u0100-\uFFFF]/u

export const repair = (raw: string, unicode: "nfc" | "nfkc" | "none"): Repaired => {
  const repairs: Array<{ rule: string; count: number }> = []
  const note = (rule: string, count: number): void => {
    if (count > 0) repairs.push({ rule, count })
  }
  // GBK comes first: some of its bytes are well formed UTF-8
  const han = undoMojibakeHan(raw)
  const { text: meant, repaired } = undoMojibake(han.text)
  note("mojibake", han.repaired + repaired)
  let text = meant
  const replaceAll = (rule: string, pattern: RegExp, by: string): number => {
    if (text.search(pattern) === -1) return 0
    let count = 0
    text = text.replace(pattern, () => {
      count++
      return by
    })
    note(rule, count)
    return count
  }
  replaceAll("ansi-codes", ansi, "")
  replaceAll("line-endings", lineEnd, "\n")
  const controls = replaceAll("control-characters", control, "")
  replaceAll("invisible-characters", invisible, "")
  if (beyondLatin1.test(text)) replaceAll("box-drawing", boxDrawing, "")
  // below U+0300 every text is in NFC
  if (unicode !== "none" && composable.test(text)) {
    const normal = text.normalize("NFC")
    // what was composed is no longer counted one by one: the text got shorter by about as many
    if (normal !== text) note("unicode-nfc", Math.max(1, Math.abs(text.length - normal.length)))
    text = normal
  }
  if (unicode === "nfkc") {
    const normal = text.normalize("NFKC")
    if (normal !== text) note("unicode-nfkc", rewritten(text))
    text = normal
  }
  return { text: text.trim(), repairs, controlRatio: raw.length === 0 ? 0 : controls / raw.length }
}

/** Characters that NFKC writes as others. */
const rewritten = (text: string): number => {
  let count = 0
  for (const { 0: character } of text.matchAll(/[^\0-\u007F]/gu)) {
    if (character.normalize("NFKC") !== character.normalize("NFC")) count++
  }
  return Math.max(1, count)
}
