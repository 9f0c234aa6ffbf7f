// Which units and thresholds suit a text.
import { isHan } from "../Script.ts"

/**
 * `zh` and `ja` count Han characters where `en` and `default` count words. `default` is
 * for all other languages.
 */
export type ProfileName = "default" | "en" | "zh" | "ja"

/** What a text is known to be: language (ISO 639-1) and script (ISO 15924). */
export interface Tongue {
  readonly lang: string
  readonly script: string
}

export const profileFor = ({ lang, script }: Tongue): ProfileName => {
  if (script === "Jpan" || script === "Hira" || script === "Kana") return "ja"
  if (isHan(script)) return lang === "ja" ? "ja" : "zh"
  return lang === "en" ? "en" : "default"
}
