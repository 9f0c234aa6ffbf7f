// In which script a text is written: that of most of its letters, with the mixed ones told apart.
import { type Script as BaseScript, scripts } from "./Characters.ts"
import { variants } from "./Han.ts"
import type { Profile } from "./Profile.ts"

/** ISO 15924. `Hani` is Han text that shows neither simplified nor traditional writing; `Zyyy` has no letters. */
export type Script = BaseScript | "Hans" | "Hant" | "Jpan"

const at = (script: BaseScript): number => scripts.indexOf(script)
const [hiragana, katakana] = [at("Hira"), at("Kana")]

/** A Han character says about as much as three letters: what is said in 去iPhone发布会吧 is Chinese. */
const lettersOfHan = 3

export const scriptOf = (text: string, { byScript, han }: Profile): Script => {
  const kana = (byScript[hiragana] ?? 0) + (byScript[katakana] ?? 0)
  // letters of no one script (index 0) decide nothing
  let most = 0
  for (let script = 1; script < byScript.length; script++) {
    if ((byScript[script] ?? 0) > (most === 0 ? 0 : (byScript[most] ?? 0))) most = script
  }
  const winner = byScript[most] ?? 0
  if (lettersOfHan * (han + kana) >= winner && han + kana > 0) {
    // a Chinese text may quote a Japanese word; a Japanese sentence has more kana than this
    if (kana > 0.05 * (han + kana)) return "Jpan"
    const { simplified, traditional } = variants(text)
    if (simplified === traditional) return "Hani"
    return simplified > traditional ? "Hans" : "Hant"
  }
  return most === 0 ? "Zyyy" : (scripts[most] ?? "Zyyy")
}

const hanScripts: ReadonlySet<string> = new Set(["Hani", "Hans", "Hant", "Jpan"])
/** Written with Han characters, wholly or in part. */
export const isHan = (script: string): boolean => hanScripts.has(script)

const unspaced: ReadonlySet<string> = new Set([
  "Thai",
  "Khmr",
  "Laoo",
  "Mymr",
  "Tibt",
  "Bopo",
  "Hira",
  "Kana"
])
/** Do spaces stand between words? Where they do not, a count of words says nothing. */
export const hasWords = (script: string): boolean => !isHan(script) && !unspaced.has(script)
