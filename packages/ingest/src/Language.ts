// A simple guess at the language: the script settles many, frequent little words settle some of the rest.
import type { Script } from "./Script.ts"

/** Scripts that one language is written in, for practical purposes. */
const byScript: Partial<Record<Script, string>> = {
  Hani: "zh",
  Hans: "zh",
  Hant: "zh",
  Bopo: "zh",
  Jpan: "ja",
  Hira: "ja",
  Kana: "ja",
  Hang: "ko",
  Grek: "el",
  Hebr: "he",
  Thai: "th",
  Geor: "ka",
  Armn: "hy",
  Khmr: "km",
  Laoo: "lo",
  Mymr: "my",
  Tibt: "bo",
  Taml: "ta",
  Telu: "te",
  Ethi: "am",
  Beng: "bn"
}

const words = (list: string): ReadonlySet<string> => new Set(list.split(" "))
/** Words that are frequent in one language and rare in its neighbours. */
const stopWords: Partial<Record<Script, Readonly<Record<string, ReadonlySet<string>>>>> = {
  Latn: {
    en: words(
      "the of and to in that is was it for with as his on be at by this had not are but from have which"
    ),
    de: words(
      "der die und das den von zu mit sich des auf ist im dem nicht ein eine als auch es an werden aus"
    ),
    fr: words(
      "le la les et des du est que une dans qui il pour pas au sur par ce elle ne plus avec sont aux"
    ),
    es: words("el la los que y las del se por con una su para es al lo como más pero sus le ya este porque"),
    it: words("il di che la è e per un in una sono con del non della le si da come gli nel alla ma anche"),
    pt: words("o que e do da em um para com não uma os no se na por mais as dos como mas foi ao ele das"),
    nl: words("de het een van en in is dat op te zijn met voor niet aan er om ook als bij dan maar naar")
  },
  Cyrl: {
    ru: words("и в не на что он с как это по но из у за его от же все так она мы они был было только"),
    uk: words("і в не на що він з як це по але із у за його від та все так вона ми вони був було є")
  },
  Arab: {
    ar: words("في من على أن إلى التي الذي عن هذا ما كان لا مع هذه كل بين قد بعد"),
    fa: words("و در به از که این را با است برای آن یک خود تا کرد بر هم نیز")
  },
  Deva: { hi: words("के में की है से को का और पर यह कि हैं एक भी नहीं ने तो था") }
}

/** The list of a language, where there is one. */
export const stopWordsOf = (language: string): ReadonlyArray<string> | undefined => {
  const list = Object.values(stopWords).find((lists) => lists[language] !== undefined)?.[language]
  return list === undefined ? undefined : [...list]
}

/** Enough to be sure, and the same cost for a book as for a page. */
const sampleChars = 8000
const word = /[\p{L}\p{M}]+/gu
/** In running text of the languages above, a fifth of the words or more are in the list; half of that is left for tables. */
const leastShare = 0.1

/** ISO 639-1, or `und` where nothing settles it. */
export const languageOf = (text: string, script: Script): string => {
  const settled = byScript[script]
  if (settled !== undefined) return settled
  const candidates = stopWords[script]
  if (candidates === undefined) return "und"
  const seen = text.slice(0, sampleChars).toLowerCase().match(word) ?? []
  let best = "und"
  let most = Math.max(1, leastShare * seen.length)
  for (const [language, list] of Object.entries(candidates)) {
    let hits = 0
    for (const one of seen) if (list.has(one)) hits++
    if (hits > most) {
      best = language
      most = hits
    }
  }
  return best
}
