// Quality and repetition as in Rae et al. 2021 (arXiv 2112.11446, tables A1 and A2 and section A.1.1), in the order in which datatrove 0.10
// (gopher_quality_filter.py, gopher_repetition_filter.py) asks. For Chinese and Japanese a word is a Han character or a run of other
// letters, which is why other thresholds hold there.
import { least, most, type Rule } from "./Rule.ts"

export const gopher: ReadonlyArray<Rule> = [
  {
    name: "gopher.words",
    column: "gopher_words",
    unit: "words",
    says: "words, punctuation left out; in Chinese and Japanese each Han character is one",
    limits: [
      least("gopher.minWords", { default: 50, zh: 75, ja: 75 }),
      most("gopher.maxWords", { default: 100_000, zh: 150_000, ja: 150_000 })
    ]
  },
  {
    name: "gopher.meanWordChars",
    column: "gopher_mean_word_chars",
    unit: "characters",
    says: "length of a word; says nothing about Chinese and Japanese",
    limits: [
      least("gopher.minMeanWordChars", { default: 3 }),
      most("gopher.maxMeanWordChars", { default: 10 })
    ]
  },
  {
    name: "gopher.hashRatio",
    column: "gopher_hash_ratio",
    unit: "places a word",
    says: "number signs (#)",
    limits: [most("gopher.maxHashRatio", { default: 0.1 })]
  },
  {
    name: "gopher.ellipsisRatio",
    column: "gopher_ellipsis_ratio",
    unit: "places a word",
    says: "ellipses (... or …; the Chinese …… is one)",
    limits: [most("gopher.maxEllipsisRatio", { default: 0.1 })]
  },
  {
    name: "gopher.bulletLineRatio",
    column: "gopher_bullet_line_ratio",
    unit: "share",
    says: "lines that begin with • or -",
    limits: [most("gopher.maxBulletLineRatio", { default: 0.9 })]
  },
  {
    name: "gopher.ellipsisLineRatio",
    column: "gopher_ellipsis_line_ratio",
    unit: "share",
    says: "lines that end with ... or …",
    limits: [most("gopher.maxEllipsisLineRatio", { default: 0.3 })]
  },
  {
    name: "gopher.alphaWordRatio",
    column: "gopher_alpha_word_ratio",
    unit: "share",
    says: "words with a letter in them, among words and marks",
    limits: [least("gopher.minAlphaWordRatio", { default: 0.8, zh: 0.5, ja: 0.5 })]
  },
  {
    name: "gopher.stopWords",
    column: "gopher_stop_words",
    unit: "words",
    says: "how many different stop words of the language there are; only where a list is known",
    limits: [least("gopher.minStopWords", { default: 2 })]
  }
]

const top = (n: 2 | 3 | 4, share: number): Rule => ({
  name: `repetition.top${n}GramCharRatio`,
  column: `repetition_top_${n}_gram_char_ratio`,
  unit: "share",
  says: `characters in the most frequent run of ${n} words`,
  limits: [most(`repetition.maxTop${n}GramCharRatio`, { default: share })]
})
/** Five Han characters are three words, and come back sooner than five: measured on manuals, which repeat much as manuals do. */
const duplicate = (n: 5 | 6 | 7 | 8 | 9 | 10, share: number): Rule => ({
  name: `repetition.duplicate${n}GramCharRatio`,
  column: `repetition_duplicate_${n}_gram_char_ratio`,
  unit: "share",
  says: `characters in runs of ${n} words that were there before`,
  limits: [
    most(`repetition.maxDuplicate${n}GramCharRatio`, { default: share, zh: share * 2.5, ja: share * 2.5 })
  ]
})

export const repetition: ReadonlyArray<Rule> = [
  {
    name: "repetition.duplicateParagraphRatio",
    column: "repetition_duplicate_paragraph_ratio",
    unit: "share",
    says: "paragraphs that were there before",
    limits: [most("repetition.maxDuplicateParagraphRatio", { default: 0.3 })]
  },
  {
    name: "repetition.duplicateParagraphCharRatio",
    column: "repetition_duplicate_paragraph_char_ratio",
    unit: "share",
    says: "characters in paragraphs that were there before",
    limits: [most("repetition.maxDuplicateParagraphCharRatio", { default: 0.2 })]
  },
  {
    name: "repetition.duplicateLineRatio",
    column: "repetition_duplicate_line_ratio",
    unit: "share",
    says: "lines that were there before",
    limits: [most("repetition.maxDuplicateLineRatio", { default: 0.3 })]
  },
  {
    name: "repetition.duplicateLineCharRatio",
    column: "repetition_duplicate_line_char_ratio",
    unit: "share",
    says: "characters in lines that were there before",
    limits: [most("repetition.maxDuplicateLineCharRatio", { default: 0.2 })]
  },
  top(2, 0.2),
  top(3, 0.18),
  top(4, 0.16),
  duplicate(5, 0.15),
  duplicate(6, 0.14),
  duplicate(7, 0.13),
  duplicate(8, 0.12),
  duplicate(9, 0.11),
  duplicate(10, 0.1)
]
