// Frequent little words: a text in a language has some of them, a list of parts or key words has not.
import { stopWordsOf } from "../Language.ts"
import type { Scan } from "./Scan.ts"

/** As in Gopher and datatrove. */
const english = "the be to of and that have with".split(" ")
/** Modern and classical, simplified and traditional; each is a word of its own. */
const chinese = Array.from("的了是在不一和有我他这這着之也而其以于於為为者所与與乃則则曰矣乎")
const japanese = Array.from("のはをにがでともてしなかる")

interface List {
  /** words by the hash that `Scan` gives them */
  readonly byHash: ReadonlyMap<number, ReadonlyArray<string>>
  readonly longest: number
  /** by the hash's low bits, whether it may be one */
  readonly may: Uint8Array
}

const mayBits = 0x3ff

const lists = new Map<string, List | undefined>()

/** How many different stop words the text has; undefined where no list is known. `first`: each word's first equal. */
export const stopWords = (text: string, scan: Scan, first: Int32Array, lang: string): number | undefined => {
  const list = listOf(lang)
  if (list === undefined) return undefined
  let found = 0
  for (let word = 0; word < scan.words; word++) {
    const start = scan.starts[word]!
    const end = scan.ends[word]!
    const hash = scan.hashes[word]!
    if (list.may[hash & mayBits] === 0 || first[word] !== word || end - start > list.longest) continue
    if (list.byHash.get(hash)?.includes(text.slice(start, end)) === true) found++
  }
  return found
}

const listOf = (lang: string): List | undefined => {
  if (!lists.has(lang)) lists.set(lang, make(wordsOf(lang)))
  return lists.get(lang)
}
const wordsOf = (lang: string): ReadonlyArray<string> | undefined => {
  if (lang === "en") return english
  if (lang === "zh") return chinese
  return lang === "ja" ? japanese : stopWordsOf(lang)
}
const make = (words: ReadonlyArray<string> | undefined): List | undefined => {
  if (words === undefined) return undefined
  const byHash = new Map<number, ReadonlyArray<string>>()
  for (const word of words) {
    let hash = word.charCodeAt(0)
    for (let i = 1; i < word.length; i++) hash = (Math.imul(hash, 31) + word.charCodeAt(i)) | 0
    byHash.set(hash, [...(byHash.get(hash) ?? []), word])
  }
  const may = new Uint8Array(mayBits + 1)
  for (const hash of byHash.keys()) may[hash & mayBits] = 1
  return { byHash, may, longest: Math.max(...words.map(({ length }) => length)) }
}
