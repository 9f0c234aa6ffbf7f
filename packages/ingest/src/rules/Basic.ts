// Rules that hold for any text and are always in force, and those on personal data, blocklists, language and perplexity.
import { least, most, type Rule } from "./Rule.ts"

export const basic: ReadonlyArray<Rule> = [
  {
    name: "replacements",
    column: "replacements",
    unit: "characters",
    says: "U+FFFD and lone halves of surrogate pairs: bytes were lost",
    limits: [most("replacement-character", { default: 0 })]
  },
  {
    name: "chars",
    column: "chars",
    unit: "characters",
    says: "length of the clean text in code points",
    limits: [most("maxChars", { default: 10_000_000 }), least("minChars", { default: 20, zh: 10, ja: 10 })]
  },
  {
    name: "controlRatio",
    column: "control_ratio",
    unit: "share",
    says: "control characters among all characters, before they are repaired",
    limits: [most("maxControlRatio", { default: 0.01 })]
  },
  {
    name: "letterRatio",
    column: "letter_ratio",
    unit: "share",
    says: "letters of any script among the characters that are not white space",
    limits: [least("minLetterRatio", { default: 0.5 })]
  },
  {
    name: "digitRatio",
    column: "digit_ratio",
    unit: "share",
    says: "digits among the characters that are not white space",
    limits: [most("maxDigitRatio")]
  },
  {
    name: "hanRatio",
    column: "han_ratio",
    unit: "share",
    says: "Han characters among the letters",
    limits: [least("minHanRatio")]
  },
  {
    name: "lineChars",
    column: "line_chars",
    unit: "UTF-16 units",
    says: "length of the longest line",
    limits: [most("maxLineChars")]
  },
  {
    name: "uniqueLineRatio",
    column: "unique_line_ratio",
    unit: "share",
    says: "distinct lines among those that are not blank; white space at their ends does not count",
    limits: [least("minUniqueLineRatio", { default: 0.3 })]
  },
  {
    name: "words",
    column: "words",
    unit: "words",
    says: "runs of characters between white space; only where spaces stand between words",
    limits: [least("minWords")]
  },
  {
    name: "meanWordChars",
    column: "mean_word_chars",
    unit: "characters",
    says: "visible characters a word, where spaces stand between words",
    limits: [most("maxMeanWordChars")]
  }
]

export const beside: ReadonlyArray<Rule> = [
  {
    name: "language.confidence",
    column: "language_confidence",
    unit: "share",
    says: "how sure the guess at the language is; 1 where the script settles it",
    limits: [least("language.minConfidence")]
  },
  {
    name: "language.lineShare",
    column: "language_line_share",
    unit: "share",
    says: "letters in lines of the document's own language, among those in lines long enough to tell",
    limits: [least("language.minLineShare")]
  },
  {
    name: "perplexity",
    column: "perplexity",
    unit: "perplexity a character",
    says: "how surprising an n-gram model finds the text; only where a pipeline asks for it",
    limits: [least("perplexity.min"), most("perplexity.max")]
  },
  {
    name: "blocklist.matches",
    column: "blocklist_matches",
    unit: "places",
    says: "words and phrases of the blocklist that stand in the text",
    limits: [most("blocklist.maxMatches", { default: 0 })]
  },
  {
    name: "personal.items",
    column: "personal_items",
    unit: "places",
    says: "personal data of all sorts below",
    limits: [most("personal.maxItems")]
  },
  {
    name: "personal.mails",
    column: "personal_mails",
    unit: "places",
    says: "mail addresses",
    limits: [most("personal.maxMails")]
  },
  {
    name: "personal.ips",
    column: "personal_ips",
    unit: "places",
    says: "addresses of the Internet, IPv4 and IPv6, but for private and reserved ones",
    limits: [most("personal.maxIps")]
  },
  {
    name: "personal.phones",
    column: "personal_phones",
    unit: "places",
    says: "telephone numbers in international or North American writing",
    limits: [most("personal.maxPhones")]
  },
  {
    name: "personal.cnMobiles",
    column: "personal_cn_mobiles",
    unit: "places",
    says: "Chinese mobile numbers: 11 digits from 13 to 19, with or without +86",
    limits: [most("personal.maxCnMobiles")]
  },
  {
    name: "personal.cnIds",
    column: "personal_cn_ids",
    unit: "places",
    says: "Chinese resident identity cards: 18 characters with a date and a right check character (ISO 7064 MOD 11-2)",
    limits: [most("personal.maxCnIds")]
  },
  {
    name: "personal.cnPlates",
    column: "personal_cn_plates",
    unit: "places",
    says: "Chinese licence plates",
    limits: [most("personal.maxCnPlates")]
  },
  {
    name: "personal.bankCards",
    column: "personal_bank_cards",
    unit: "places",
    says: "bank cards: 13 to 19 digits of a known issuer with a right check digit (Luhn)",
    limits: [most("personal.maxBankCards")]
  }
]
