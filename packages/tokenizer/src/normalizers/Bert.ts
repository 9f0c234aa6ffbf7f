// BERT's: cleans, puts blanks around Chinese characters, strips accents, makes letters small.
import { Schema } from "effect"
import type { AlignedText } from "../AlignedText.ts"
import { characterFlags, isChinese, isNonspacing, isRemoved, isSpace } from "../internal/CharacterFlags.ts"
import { eachChange, filter, map } from "../internal/EachCharacter.ts"
import { part } from "../Part.ts"
import { lowercaseText } from "./Lowercase.ts"
import type { Normalizer } from "./Normalizer.ts"
import { toForm } from "./UnicodeForms.ts"

const Json = Schema.Struct({
  type: Schema.Literal("BertNormalizer"),
  clean_text: Schema.Boolean,
  handle_chinese_chars: Schema.Boolean,
  /** `null`: if letters are made small */
  strip_accents: Schema.NullOr(Schema.Boolean),
  lowercase: Schema.Boolean
})

export interface BertOptions {
  readonly cleanText: boolean
  readonly chineseCharacters: boolean
  readonly stripAccents: boolean | null
  readonly lowercase: boolean
}

const blank = 0x20

const cleanText = (text: AlignedText): void => {
  const flags = characterFlags()
  filter(text, (codePoint) => (flags[codePoint]! & isRemoved) === 0)
  map(text, (codePoint) => ((flags[codePoint]! & isSpace) === 0 ? codePoint : blank))
}

const stripNonspacing = (text: AlignedText): void => {
  const flags = characterFlags()
  filter(text, (codePoint) => (flags[codePoint]! & isNonspacing) === 0)
}

const setChineseApart = (text: AlignedText): void => {
  const flags = characterFlags()
  eachChange(
    text,
    (codePoint) => (flags[codePoint]! & isChinese) !== 0,
    (codePoint, at) => {
      text.put(blank, at)
      text.put(codePoint, at)
      text.put(blank, at)
    }
  )
}

export class BertNormalizer implements Normalizer {
  readonly options: BertOptions
  readonly partwise = true
  readonly #steps: ReadonlyArray<(text: AlignedText) => void>

  constructor(options: BertOptions) {
    this.options = options
    this.#steps = [
      ...(options.cleanText ? [cleanText] : []),
      ...(options.chineseCharacters ? [setChineseApart] : []),
      ...((options.stripAccents ?? options.lowercase) ? [toForm("NFD"), stripNonspacing] : []),
      ...(options.lowercase ? [lowercaseText] : [])
    ]
  }

  get json(): object {
    return {
      type: "BertNormalizer",
      clean_text: this.options.cleanText,
      handle_chinese_chars: this.options.chineseCharacters,
      strip_accents: this.options.stripAccents,
      lowercase: this.options.lowercase
    }
  }

  normalize(text: AlignedText): void {
    for (const step of this.#steps) step(text)
  }
}

export const readBertNormalizer = part(
  Json,
  (json) =>
    new BertNormalizer({
      cleanText: json.clean_text,
      chineseCharacters: json.handle_chinese_chars,
      stripAccents: json.strip_accents,
      lowercase: json.lowercase
    })
)
