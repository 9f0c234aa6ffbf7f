// The Porter stemmer (Porter, "An algorithm for suffix stripping", 1980) with the changes of NLTK, which rouge-score uses
// (nltk/stem/porter.py, mode NLTK_EXTENSIONS). For words of a-z and 0-9.

/** Words with a stem of their own in NLTK. */
const irregular: ReadonlyMap<string, string> = new Map([
  ["skies", "sky"],
  ["sky", "sky"],
  ["dying", "die"],
  ["lying", "lie"],
  ["tying", "tie"],
  ["news", "news"],
  ["innings", "inning"],
  ["inning", "inning"],
  ["outings", "outing"],
  ["outing", "outing"],
  ["cannings", "canning"],
  ["canning", "canning"],
  ["howe", "howe"],
  ["proceed", "proceed"],
  ["exceed", "exceed"],
  ["succeed", "succeed"]
])

/** Of each letter whether it is a consonant: y is one at the start and after a vowel. */
const consonants = (word: string): ReadonlyArray<boolean> => {
  const flags: Array<boolean> = []
  for (const [at, letter] of word.split("").entries())
    flags.push(letter === "y" ? at === 0 || flags[at - 1] === false : !"aeiou".includes(letter))
  return flags
}

/** m of [C](VC){m}[V] */
const measure = (stem: string): number => {
  const flags = consonants(stem)
  return flags.filter((flag, at) => flag && at > 0 && flags[at - 1] === false).length
}

const hasVowel = (stem: string): boolean => consonants(stem).includes(false)

/** Ends consonant, vowel, consonant, the last none of w, x, y; or is vowel and consonant only. */
const endsCvc = (word: string): boolean => {
  const [a, b, c] = consonants(word).slice(-3)
  if (word.length === 2) return a === false && b === true
  return word.length > 2 && a === true && b === false && c === true && !/[wxy]$/.test(word)
}

type Rule = readonly [suffix: string, instead: string, holds?: (stem: string) => boolean]

/** The first rule whose suffix fits decides, even where its condition fails. */
const apply = (word: string, rules: ReadonlyArray<Rule>): string => {
  for (const [suffix, instead, holds] of rules) {
    if (!word.endsWith(suffix)) continue
    const stem = word.slice(0, word.length - suffix.length)
    return holds === undefined || holds(stem) ? stem + instead : word
  }
  return word
}

const positive = (stem: string) => measure(stem) > 0
const long = (stem: string) => measure(stem) > 1

const plurals = (word: string): string => {
  if (word.endsWith("ies") && word.length === 4) return word.slice(0, -1)
  return apply(word, [
    ["sses", "ss"],
    ["ies", "i"],
    ["ss", "ss"],
    ["s", ""]
  ])
}

const participles = (word: string): string => {
  if (word.endsWith("ied")) return word.length === 4 ? word.slice(0, -1) : word.slice(0, -2)
  if (word.endsWith("eed")) return positive(word.slice(0, -3)) ? word.slice(0, -1) : word
  const suffix = ["ed", "ing"].find((end) => word.endsWith(end) && hasVowel(word.slice(0, -end.length)))
  if (suffix === undefined) return word
  const stem = word.slice(0, -suffix.length)
  if (/(?:at|bl|iz)$/.test(stem)) return `${stem}e`
  const last = stem.at(-1) ?? ""
  if (stem.length > 1 && last === stem.at(-2) && consonants(stem).at(-1) === true)
    return "lsz".includes(last) ? stem : stem.slice(0, -1)
  return measure(stem) === 1 && endsCvc(stem) ? `${stem}e` : stem
}

const finalY = (word: string): string =>
  apply(word, [["y", "i", (stem) => stem.length > 1 && consonants(stem).at(-1) === true]])

const doubles: ReadonlyArray<Rule> = [
  ["ational", "ate", positive],
  ["tional", "tion", positive],
  ["enci", "ence", positive],
  ["anci", "ance", positive],
  ["izer", "ize", positive],
  ["bli", "ble", positive],
  ["alli", "al", positive],
  ["entli", "ent", positive],
  ["eli", "e", positive],
  ["ousli", "ous", positive],
  ["ization", "ize", positive],
  ["ation", "ate", positive],
  ["ator", "ate", positive],
  ["alism", "al", positive],
  ["iveness", "ive", positive],
  ["fulness", "ful", positive],
  ["ousness", "ous", positive],
  ["aliti", "al", positive],
  ["iviti", "ive", positive],
  ["biliti", "ble", positive],
  ["fulli", "ful", positive],
  // the l counts with the stem, so that geologi has one as archaeologi has
  ["logi", "log", (stem) => positive(`${stem}l`)]
]

const suffixes = (word: string): string =>
  word.endsWith("alli") && positive(word.slice(0, -4)) ? suffixes(word.slice(0, -2)) : apply(word, doubles)

const endings: ReadonlyArray<Rule> = [
  ["icate", "ic", positive],
  ["ative", "", positive],
  ["alize", "al", positive],
  ["iciti", "ic", positive],
  ["ical", "ic", positive],
  ["ful", "", positive],
  ["ness", "", positive]
]

const residues: ReadonlyArray<Rule> = [
  ["al", "", long],
  ["ance", "", long],
  ["ence", "", long],
  ["er", "", long],
  ["ic", "", long],
  ["able", "", long],
  ["ible", "", long],
  ["ant", "", long],
  ["ement", "", long],
  ["ment", "", long],
  ["ent", "", long],
  ["ion", "", (stem) => long(stem) && /[st]$/.test(stem)],
  ["ou", "", long],
  ["ism", "", long],
  ["ate", "", long],
  ["iti", "", long],
  ["ous", "", long],
  ["ive", "", long],
  ["ize", "", long]
]

const finalE = (word: string): string => {
  if (!word.endsWith("e")) return word
  const stem = word.slice(0, -1)
  const syllables = measure(stem)
  return syllables > 1 || (syllables === 1 && !endsCvc(stem)) ? stem : word
}

const finalL = (word: string): string =>
  word.endsWith("ll") && measure(word.slice(0, -1)) > 1 ? word.slice(0, -1) : word

/** The stem of a lower-case word, such as `relat` of `relational`. */
export const stem = (word: string): string => {
  const own = irregular.get(word)
  if (own !== undefined) return own
  if (word.length <= 2) return word
  return finalL(finalE(apply(apply(suffixes(finalY(participles(plurals(word)))), endings), residues)))
}
