// A guess at the language: the script settles many, frequent little words settle most of the rest.
import type { Scan } from "./measure/Scan.ts"
import type { Script } from "./Script.ts"

export interface Language {
  /** ISO 639-1, or `und` where nothing settles it */
  readonly lang: string
  /** 0 where nothing settles it, 1 where the script does; between them by how far the second guess is behind */
  readonly confidence: number
  /** share of the words that stand in lines of this language, among lines long enough to tell; NaN where there are none */
  readonly lineShare: number
}

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

/** Words that are frequent in one language and rare in its neighbours, or frequent in all of them alike. */
const stopWords: Partial<Record<Script, Readonly<Record<string, string>>>> = {
  Latn: {
    en: "the of and to in that is was it for with as his on be at by this had not are but from have which you they an or were he she their what there would will all one been who has if more can when your our",
    de: "der die und das den von zu mit sich des auf ist im dem nicht ein eine als auch es an werden aus wie hat er sie nach bei einer um noch nur über wird oder einen sind wenn für ich wir war aber zum zur",
    fr: "le la les et des du est que une dans qui il pour pas au sur par ce elle ne plus avec sont aux se un nous vous mais ou cette ses être leur à était comme ont tout je été fait",
    es: "el la los que y las del se por con una su para es al lo como más pero sus le ya este porque en un no cuando muy sin sobre también hasta hay donde quien desde todo nos durante está son fue",
    it: "il di che la è e per un in una sono con del non della le si da come gli nel alla ma anche più lo ha dei delle questo al dal quando era essere cui perché nella suo stato",
    pt: "o que e do da em um para com não uma os no se na por mais as dos como mas foi ao ele das tem seu sua ou quando muito nos já está eu também pelo pela até isso ela entre era",
    nl: "de het een van en in is dat op te zijn met voor niet aan er om ook als bij dan maar naar die uit nog wordt door over ze heeft hij ik werd kan geen deze worden had",
    sv: "och att det som en på är av för med den till inte om ett han har de jag vi var men så hon från kan när eller nu där vid ska efter upp hade",
    da: "og at det som en på er af for med den til ikke om et han har de jeg vi var men så hun fra kan når eller nu der ved skal efter blev havde",
    no: "og at det som en på er av for med den til ikke om et han har de jeg vi var men så hun fra kan når eller nå der ved skal etter ble hadde",
    fi: "ja on ei se että hän oli mutta kun niin joka olen ovat myös tai sen kuin mitä jos hänen minä sitä vain nyt ole tämä siitä",
    pl: "w i na z nie się do to że jest o jak po co ale za od przez tak dla jego był już które ich ten być może tylko było są czy",
    cs: "a v se na je že o s z do i to k ve pro za by ale jako po od jsem jeho jsou byl které však jen tak nebo aby si při",
    tr: "ve bir bu için de ile da çok olarak daha gibi ne ama o olan kadar sonra en var ki değil her ben mi şey olduğu onun",
    vi: "và của là có trong được cho không một các với đã người này để khi những từ ra ông về đến như tôi cũng nhưng",
    id: "yang dan di dengan untuk pada adalah dari ini dalam itu tidak akan juga ke oleh sebagai atau karena saya dia ada mereka bisa",
    ro: "și de în a la cu o pe nu că din pentru un care este mai se ce au sunt să fi prin ca dar după sau fost",
    hu: "a az és hogy nem is egy van de ez meg volt csak már még ha mint el vagy kell azt ezt minden lehet után nagyon"
  },
  Cyrl: {
    ru: "и в не на что он с как это по но из у за его от же все так она мы они был было только для к бы то вы я когда",
    uk: "і в не на що він з як це по але із у за його від та все так вона ми вони був було є до для який ти й коли",
    bg: "и на да се в не за от е че с са по но като ще до си му този какво които има това която при",
    sr: "и у је да се на за од са не су као али то који што би до ће или само ми кад његов било"
  },
  Arab: {
    ar: "في من على أن إلى التي الذي عن هذا ما كان لا مع هذه كل بين قد بعد هو ثم أو ذلك لم",
    fa: "و در به از که این را با است برای آن یک خود تا کرد بر هم نیز شد شود بود ها",
    ur: "کے میں کی ہے اور سے کا کو نے پر اس کہ بھی ایک یہ ہیں نہیں تھا کر"
  },
  Deva: {
    hi: "के में की है से को का और पर यह कि हैं एक भी नहीं ने तो था इस लिए ही",
    mr: "आहे आणि या मध्ये ते हे त्या होते हा तो म्हणून एक नाही व केले आहेत",
    ne: "छ र को मा लाई पनि यो भने गरेको हो थियो छन् एक गर्न का"
  }
}

/** The words of a language, where there is a list. */
export const stopWordsOf = (language: string): ReadonlyArray<string> | undefined =>
  Object.values(stopWords)
    .find((lists) => lists[language] !== undefined)
    ?.[language]?.split(" ")

/** The languages of a script and, by the hash that `Scan` gives a word, which of them it is frequent in: a bit each. */
interface Words {
  readonly languages: ReadonlyArray<string>
  /** open addressing by the hash's low bits; a slot without languages is empty */
  readonly hashes: Int32Array
  readonly bits: Int32Array
}

const slots = 8192
const hashOf = (word: string): number => {
  let hash = word.charCodeAt(0)
  for (let i = 1; i < word.length; i++) hash = (Math.imul(hash, 31) + word.charCodeAt(i)) | 0
  return hash
}
const made = new Map<Script, Words | undefined>()
const wordsOf = (script: Script): Words | undefined => {
  const lists = stopWords[script]
  if (lists !== undefined && !made.has(script)) {
    const words = {
      languages: Object.keys(lists),
      hashes: new Int32Array(slots),
      bits: new Int32Array(slots)
    }
    for (const [language, list] of Object.values(lists).entries()) {
      for (const word of list.split(" ")) {
        // as they are and as they begin a sentence
        for (const form of [word, word.charAt(0).toUpperCase() + word.slice(1)]) {
          const slot = slotOf(words, hashOf(form))
          words.hashes[slot] = hashOf(form)
          words.bits[slot] = words.bits[slot]! | (1 << language)
        }
      }
    }
    made.set(script, words)
  }
  return made.get(script)
}

/** Where a word is, or would be. */
const slotOf = ({ bits, hashes }: Words, hash: number): number => {
  let slot = hash & (slots - 1)
  while (bits[slot] !== 0 && hashes[slot] !== hash) slot = (slot + 1) & (slots - 1)
  return slot
}

/** Enough to be sure, and the same cost for a book as for a page. */
const sampleWords = 1000
/** In running text of the languages above, a fifth of the words or more are in the list; half of that is left for tables. */
const leastShare = 0.1
/** Fewer words of a line say nothing. */
const leastLineWords = 8

/** The language of a text that was scanned, whose script is known. */
export const languageIn = (scan: Scan, script: Script): Language => {
  const settled = byScript[script]
  if (settled !== undefined) return { lang: settled, confidence: 1, lineShare: 1 }
  const words = wordsOf(script)
  if (words === undefined) return { lang: "und", confidence: 0, lineShare: Number.NaN }
  const all = new Int32Array(words.languages.length)
  const line = new Int32Array(words.languages.length)
  /** words in lines that could be told, by language */
  const told = new Int32Array(words.languages.length)
  let seen = 0
  for (let i = 0; i < scan.lines && seen < sampleWords; i++) {
    const end = scan.lineFirst[i + 1]!
    let lineSeen = 0
    line.fill(0)
    for (let word = scan.lineFirst[i]!; word < end && seen + lineSeen < sampleWords; word++) {
      if ((scan.kinds[word]! & 2) === 0) continue
      lineSeen++
      let bits = words.bits[slotOf(words, scan.hashes[word]!)]!
      while (bits !== 0) {
        const language = 31 - Math.clz32(bits)
        line[language] = line[language]! + 1
        bits ^= 1 << language
      }
    }
    for (let language = 0; language < line.length; language++)
      all[language] = all[language]! + line[language]!
    if (lineSeen >= leastLineWords) {
      const best = mostOf(line, lineSeen)
      if (best >= 0) told[best] = told[best]! + lineSeen
    }
    seen += lineSeen
  }
  const best = mostOf(all, seen)
  if (best < 0) return { lang: "und", confidence: 0, lineShare: Number.NaN }
  const most = all[best]!
  const second = Math.max(...all.map((hits, language) => (language === best ? 0 : hits)))
  const total = told.reduce((sum, count) => sum + count, 0)
  return {
    lang: words.languages[best] ?? "und",
    confidence: (most - second / 2) / most,
    lineShare: total === 0 ? Number.NaN : told[best]! / total
  }
}
/** The language with the most hits, if they are enough for so many words. */
const mostOf = (hits: Int32Array, words: number): number => {
  let best = -1
  let most = Math.max(1, leastShare * words)
  for (let language = 0; language < hits.length; language++) {
    if (hits[language]! <= most) continue
    best = language
    most = hits[language]!
  }
  return best
}
