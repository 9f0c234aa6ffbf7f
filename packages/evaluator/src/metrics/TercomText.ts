// The text that TER sees: Tercom's normalisations as sacreBLEU 2.6 has them (sacrebleu/tokenizers/tokenizer_ter.py).
import { stripEnd } from "./Codes.ts"

export interface Normalisation {
  /** splits punctuation off, undoes XML escapes, joins lines; with `asian` Chinese and Japanese characters are words */
  readonly normalized: boolean
  readonly withoutPunctuation: boolean
  /** Chinese and Japanese too; only beside one of the two above */
  readonly asian: boolean
  readonly caseSensitive: boolean
}

const western = (text: string): string => {
  const plain = text
    .replaceAll("\n-", "")
    .replaceAll("\n", " ")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
  return ` ${plain} `
    .replaceAll(/[{-~[-` -&(-+:-@/]/g, " $& ")
    .replaceAll("'s ", " 's ")
    .replaceAll(/([^0-9])([.,])/gu, "$1 $2 ")
    .replaceAll(/([.,])([^0-9])/gu, " $1 $2")
    .replaceAll(/([0-9])(-)/g, "$1 $2 ")
}

const asianPunctuation = /[\u3001\u3002\u3008-\u3011\u3014-\u301f\uff61-\uff65\u30fb]/g
const fullWidthPunctuation = /[\uff0e\uff0c\uff1f\uff1a\uff1b\uff01\uff02\uff08\uff09]/g

/** The rules for kana of the original need one at the start of the text, where `western` has put a space: they never apply. */
const eastern = (text: string): string =>
  text
    .replaceAll(/[\u4e00-\u9fff\u3400-\u4dbf]/g, " $& ")
    .replaceAll(/[\u31c0-\u31ef\u2e80-\u2eff]/g, " $& ")
    .replaceAll(/[\u3300-\u33ff\uf900-\ufaff\ufe30-\ufe4f]/g, " $& ")
    .replaceAll(/[\u3200-\u3f22]/g, " $& ")
    .replaceAll(asianPunctuation, " $& ")
    .replaceAll(fullWidthPunctuation, " $& ")

/** A text of which the words stand between white space. */
export const normalize = (text: string, options: Normalisation): string => {
  let sentence = stripEnd(text)
  if (sentence === "") return ""
  if (!options.caseSensitive) sentence = sentence.toLowerCase()
  if (options.normalized) {
    sentence = western(sentence)
    if (options.asian) sentence = eastern(sentence)
  }
  if (options.withoutPunctuation) {
    sentence = sentence.replaceAll(/[.,?:;!"()]/g, "")
    if (options.asian)
      sentence = sentence.replaceAll(asianPunctuation, "").replaceAll(fullWidthPunctuation, "")
  }
  return sentence
}
