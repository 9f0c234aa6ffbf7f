// Random strings of every script there is, and of what tokenizers trip over. The same on every run: they follow from the seed.
import { integers } from "../support/Integers.ts"

/** Every script of Unicode 16, by its name in regular expressions. */
const scripts =
  "Adlam Ahom Anatolian_Hieroglyphs Arabic Armenian Avestan Balinese Bamum Bassa_Vah Batak Bengali Bhaiksuki Bopomofo Brahmi " +
  "Braille Buginese Buhid Canadian_Aboriginal Carian Caucasian_Albanian Chakma Cham Cherokee Chorasmian Common Coptic Cuneiform " +
  "Cypriot Cypro_Minoan Cyrillic Deseret Devanagari Dives_Akuru Dogra Duployan Egyptian_Hieroglyphs Elbasan Elymaic Ethiopic " +
  "Georgian Glagolitic Gothic Grantha Greek Gujarati Gunjala_Gondi Gurmukhi Han Hangul Hanifi_Rohingya Hanunoo Hatran Hebrew " +
  "Hiragana Imperial_Aramaic Inherited Inscriptional_Pahlavi Inscriptional_Parthian Javanese Kaithi Kannada Katakana Kawi " +
  "Kayah_Li Kharoshthi Khitan_Small_Script Khmer Khojki Khudawadi Lao Latin Lepcha Limbu Linear_A Linear_B Lisu Lycian Lydian " +
  "Mahajani Makasar Malayalam Mandaic Manichaean Marchen Masaram_Gondi Medefaidrin Meetei_Mayek Mende_Kikakui Meroitic_Cursive " +
  "Meroitic_Hieroglyphs Miao Modi Mongolian Mro Multani Myanmar Nabataean Nag_Mundari Nandinagari New_Tai_Lue Newa Nko Nushu " +
  "Nyiakeng_Puachue_Hmong Ogham Ol_Chiki Old_Hungarian Old_Italic Old_North_Arabian Old_Permic Old_Persian Old_Sogdian " +
  "Old_South_Arabian Old_Turkic Old_Uyghur Oriya Osage Osmanya Pahawh_Hmong Palmyrene Pau_Cin_Hau Phags_Pa Phoenician " +
  "Psalter_Pahlavi Rejang Runic Samaritan Saurashtra Sharada Shavian Siddham SignWriting Sinhala Sogdian Sora_Sompeng Soyombo " +
  "Sundanese Syloti_Nagri Syriac Tagalog Tagbanwa Tai_Le Tai_Tham Tai_Viet Takri Tamil Tangsa Tangut Telugu Thaana Thai Tibetan " +
  "Tifinagh Tirhuta Toto Ugaritic Vai Vithkuqi Wancho Warang_Citi Yezidi Yi Zanabazar_Square"

type Draw = (n: number) => number

const characters = (from: number, to: number): ReadonlyArray<string> =>
  Array.from({ length: to - from + 1 }, (_, i) => String.fromCodePoint(from + i))

/** Characters by script; those of one script are drawn together. */
const alphabets = (): ReadonlyArray<ReadonlyArray<string>> => {
  let all = ""
  for (let point = 0; point < 0x110000; point++)
    if (point < 0xd800 || point > 0xdfff) all += String.fromCodePoint(point)
  return scripts.split(" ").map((name) => all.match(new RegExp(`\\p{Script=${name}}`, "gu")) ?? [])
}

const whiteSpace = Array.from(
  " \t\n\r\v\f\u0085\u00a0\u1680\u180e\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
)
const controls = [
  ...characters(0, 31),
  ...characters(127, 159),
  "\u00ad",
  "\u034f",
  "\u061c",
  "\ufff9",
  "\ufffb",
  "\ufffd"
]
/** Beside the surrogates, and the first and last of planes. */
const edges =
  [0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xfdd0, 0xfffd, 0xfffe, 0xffff, 0x10000, 0x1ffff, 0x20000, 0xe0001, 0xe01ef, 0x10fffd, 0x10ffff] // prettier-ignore
    .map((point) => String.fromCodePoint(point))
const emoji = [
  "👩‍👩‍👧‍👦",
  "👩🏽‍🚀",
  "🏳️‍🌈",
  "🏴‍☠️",
  "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
  "🇨🇳",
  "🇺🇸",
  "🇨",
  "👍🏿",
  "1️⃣",
  "#️⃣",
  "❤️",
  "❤",
  "☺︎",
  "😀",
  "🫠",
  "🧑‍🤝‍🧑",
  "\u200d",
  "\ufe0f",
  "🏽" // prettier-ignore
]
const marks = [...characters(0x300, 0x36f), ...characters(0x483, 0x489), ...characters(0x591, 0x5bd), ...characters(0x64b, 0x65f), "\u093c", "\u094d", "\u0e33", "\u0e48", "\u3099", "\u309a", "\u20e3"] // prettier-ignore
const bidi = Array.from(
  "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069אבגשׁهذاعربي٠١٢abc 123()"
)
/** Precomposed or compatible, so that normal forms tell them apart. */
const forms = Array.from(
  "ﬁﬂﬀ①②½⅓ⅧⅯ㎏㌔㍿Åḉé́ñÅΩKﷺｶﾞＡｂ１，？；：…‥℃™ªº²₂ŉǆẛ̣ΐﬃ한글각가힣각神福精이\u0344\u0958\u1e9b\u0323"
)
const chinese = Array.from(
  "的一是不了人我在有他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生，。！？、；：“”‘’（）《》…—１２３龘𠮷𪚥〇々"
)
const words = [
  "the",
  "The",
  "THE",
  "don't",
  "I'll",
  "we've",
  "it’s",
  "O'Neil's",
  "state",
  "Union",
  "unbelievable",
  "naïve",
  "café",
  "Straße",
  "ǅ",
  "İstanbul",
  "ΑΣ",
  "ΣΑΣ", // prettier-ignore
  "123",
  "1,234.56",
  "3.14e-10",
  "2026-11-24",
  "0x1F",
  "https://example.org/a?b=c&d=%20",
  "user@example.org",
  "snake_case",
  "camelCase",
  "C++",
  "#!/bin/sh", // prettier-ignore
  "\\n",
  '{"a": [1, 2]}',
  "<p class='x'>",
  "&amp;",
  "$5.00",
  "50%",
  "a/b",
  "--",
  "___",
  "...",
  "?!",
  "'s",
  "'S",
  "'ſ",
  "''",
  "``" // prettier-ignore
]
/** What stands for something inside some tokenizer, written by someone who may not know. */
const lookAlikes = [
  "<|endoftext|>",
  "<|im_start|>",
  "<|im_end|>",
  "<|fim_prefix|>",
  "<|endofprompt|>",
  "<|start_header_id|>",
  "[CLS]",
  "[SEP]",
  "[MASK]",
  "[UNK]",
  "[PAD]",
  "<s>",
  "</s>",
  "<unk>",
  "<pad>",
  "<mask>",
  "<extra_id_0>", // prettier-ignore
  "<0x41>",
  "<0xE4>",
  "<0x0A>",
  "▁",
  "▁the",
  "Ġ",
  "Ġthe",
  "Ċ",
  "##",
  "##ing",
  "@@",
  "</w>",
  "⁇",
  " ⁇ ",
  "<|",
  "|>",
  "[",
  "]",
  "[CLS",
  "CLS]",
  "< s >",
  "<S>",
  "[cls]" // prettier-ignore
]

const join = (draw: Draw, list: ReadonlyArray<string>, most: number): string => {
  let text = ""
  for (let i = draw(most); i >= 0; i--) text += list[draw(list.length)]!
  return text
}

/** `count` strings; none has a lone surrogate, which Python cannot hand on. */
export const randomStrings = (count: number, seed: number): ReadonlyArray<string> => {
  const draw = integers(seed)
  const of = alphabets().filter((each) => each.length > 0)
  const pick = (list: ReadonlyArray<string>) => list[draw(list.length)]!
  const script = () => of[draw(of.length)]!
  /** words of one script, with the spaces and signs that come between */
  const sentence = (alphabet: ReadonlyArray<string>) => {
    let text = ""
    for (let i = draw(8); i >= 0; i--)
      text += join(draw, alphabet, 7) + pick([" ", " ", " ", "  ", ", ", ". ", "\n", "", "-", "'"])
    return text
  }
  const anything = () => {
    const point = draw([0x250, 0x3000, 0x10000, 0x30000, 0x110000][draw(5)]!)
    return point >= 0xd800 && point <= 0xdfff ? "\ufffd" : String.fromCodePoint(point)
  }
  const some = (make: () => string, most: number) => Array.from({ length: 1 + draw(most) }, make).join("")
  const kinds: ReadonlyArray<() => string> = [
    () => sentence(script()),
    () => sentence(script()),
    () => sentence(script()) + sentence(script()),
    () => some(anything, 30),
    () => some(() => pick(words) + pick([" ", " ", "  ", "", "\n", "\t"]), 14),
    () => some(() => pick(words) + pick(whiteSpace), 10),
    () => join(draw, chinese, 40),
    () => some(() => pick([join(draw, chinese, 6), pick(words), " ", pick(forms)]), 10),
    () => some(() => pick([pick(lookAlikes), pick(lookAlikes), pick(words), " ", pick(chinese)]), 8),
    () => some(() => pick([pick(emoji), pick(emoji), pick(words), " "]), 10),
    () => some(() => pick(script()) + join(draw, marks, 3), 8),
    () => join(draw, bidi, 30),
    () => some(() => pick([pick(controls), pick(words), pick(whiteSpace)]), 12),
    () => join(draw, whiteSpace, 20),
    () => some(() => pick([pick(edges), pick(edges), "a", " "]), 10),
    () => join(draw, forms, 20),
    () => pick([...words, ...emoji, ...lookAlikes, pick(script())]).repeat(1 + draw(40)),
    () => some(() => pick([pick(words), pick(script()), pick(emoji), pick(marks), pick(lookAlikes), pick(whiteSpace), pick(edges), pick(controls), pick(forms)]), 25) // prettier-ignore
  ]
  return Array.from({ length: count }, (_, i) => (i === 0 ? "" : kinds[i % kinds.length]!().toWellFormed()))
}
