// Rules on lines: C4 (Raffel et al. 2020, section 2.2, and c4_utils.py of TensorFlow Datasets) and FineWeb (Penedo et al. 2024, section
// 3.6), as datatrove 0.10 has them (c4_filters.py, fineweb_quality_filter.py).
import { least, most, type Rule } from "./Rule.ts"

export const c4: ReadonlyArray<Rule> = [
  {
    name: "c4.loremIpsum",
    column: "c4_lorem_ipsum",
    unit: "lines",
    says: "lines with lorem ipsum in them",
    limits: [most("c4.maxLoremIpsum", { default: 0 })]
  },
  {
    name: "c4.curlyBrackets",
    column: "c4_curly_brackets",
    unit: "lines",
    says: "lines with { in them",
    limits: [most("c4.maxCurlyBrackets", { default: 0 })]
  },
  {
    name: "c4.sentences",
    column: "c4_sentences",
    unit: "sentences",
    says: "sentences in the lines that C4 keeps",
    limits: [least("c4.minSentences", { default: 5, zh: 3, ja: 3 })]
  },
  {
    name: "c4.longWordLines",
    column: "c4_long_word_lines",
    unit: "lines",
    says: "lines with a word of more than 1,000 characters",
    limits: [most("c4.maxLongWordLines")]
  },
  {
    name: "c4.unendedLines",
    column: "c4_unended_lines",
    unit: "lines",
    says: "lines that do not end as a sentence does",
    limits: [most("c4.maxUnendedLines")]
  },
  {
    name: "c4.shortLines",
    column: "c4_short_lines",
    unit: "lines",
    says: "lines of fewer than 3 words, or 5 Han characters",
    limits: [most("c4.maxShortLines")]
  },
  {
    name: "c4.javascriptLines",
    column: "c4_javascript_lines",
    unit: "lines",
    says: "lines that speak of javascript",
    limits: [most("c4.maxJavascriptLines")]
  },
  {
    name: "c4.policyLines",
    column: "c4_policy_lines",
    unit: "lines",
    says: "lines about terms of use, privacy policy or cookies",
    limits: [most("c4.maxPolicyLines")]
  }
]

export const fineweb: ReadonlyArray<Rule> = [
  {
    name: "fineweb.endedLineRatio",
    column: "fineweb_ended_line_ratio",
    unit: "share",
    says: "lines that end with terminal punctuation of any script; in Chinese and Japanese also before a closing quote",
    limits: [least("fineweb.minEndedLineRatio", { default: 0.12 })]
  },
  {
    name: "fineweb.shortLineRatio",
    column: "fineweb_short_line_ratio",
    unit: "share",
    says: "lines of at most 30 characters, 12 in Chinese and Japanese",
    limits: [most("fineweb.maxShortLineRatio", { default: 0.67 })]
  },
  {
    name: "fineweb.duplicateLineCharRatio",
    column: "fineweb_duplicate_line_char_ratio",
    unit: "share",
    says: "characters in lines that were there before, blank ones left out",
    limits: [most("fineweb.maxDuplicateLineCharRatio", { default: 0.01 })]
  },
  {
    name: "fineweb.newlineWordRatio",
    column: "fineweb_newline_word_ratio",
    unit: "line ends a word",
    says: "line ends, for each word or mark",
    limits: [most("fineweb.maxNewlineWordRatio", { default: 0.3 })]
  }
]
