// The tokenizers of BLEU: mteval-v13a, mteval-v14's international one, Chinese, characters, and none, as in sacreBLEU 2.6
// (sacrebleu/tokenizers/tokenizer_{13a,re,intl,zh,char,none}.py). Each is the original's regular expressions in their order,
// as passes over code points.
import * as Class from "./CharacterClass.ts"
import { Codes, stripEnd, words as split } from "./Codes.ts"
import { western } from "./Western.ts"
import type { Words } from "./Words.ts"

export type TokenizerName = "13a" | "intl" | "zh" | "char" | "none"

const space = 0x20

/** (A) becomes " A ". */
const surround = (from: Codes, to: Codes, mask: number): void => {
  to.clear(3 * from.length)
  const [read, write] = [from.points, to.points]
  let length = 0
  for (let at = 0; at < from.length; at++) {
    const code = read[at]!
    if ((Class.classes(code) & mask) === 0) write[length++] = code
    else {
      write[length++] = space
      write[length++] = code
      write[length++] = space
    }
  }
  to.length = length
}

/** (A)(B) becomes "A B " (`before` false) or " A B"; matches do not overlap. */
const part = (from: Codes, to: Codes, [a, b]: readonly [number, number], before: boolean): void => {
  to.clear(2 * from.length + 2)
  const [read, write] = [from.points, to.points]
  const last = from.length - 1
  let length = 0
  for (let at = 0; at <= last; at++) {
    const code = read[at]!
    if (at === last || (Class.classes(code) & a) === 0 || (Class.classes(read[at + 1]!) & b) === 0) {
      write[length++] = code
      continue
    }
    if (before) write[length++] = space
    write[length++] = code
    write[length++] = space
    write[length++] = read[++at]!
    if (!before) write[length++] = space
  }
  to.length = length
}

const entities = (text: string): string =>
  text.replaceAll("&quot;", '"').replaceAll("&amp;", "&").replaceAll("&lt;", "<").replaceAll("&gt;", ">")

const withoutMarkup = (text: string): string => {
  const joined = text.includes("\n") ? text.replaceAll("-\n", "").replaceAll("\n", " ") : text
  return joined.includes("&") ? entities(joined) : joined
}

/** Reads texts as ids of their words, with buffers of its own. */
export class Tokenizer {
  readonly name: TokenizerName
  #a = new Codes()
  #b = new Codes()

  constructor(name: TokenizerName) {
    this.name = name
  }

  /** The words of a text as ids of `words`. */
  ids(text: string, words: Words): Int32Array {
    return words.split(this.codes(text))
  }

  /** The text with white space between its words; good until the next call. */
  codes(text: string): Codes {
    const [a, b] = [this.#a, this.#b]
    switch (this.name) {
      case "13a": {
        // white space at the end goes first: a hyphen there must not join lines
        const plain = stripEnd(text)
        a.read(withoutMarkup(plain.includes("<") ? plain.replaceAll("<skipped>", "") : plain))
        western(a, b, { padded: true, units: false })
        return b
      }
      case "zh":
        a.read(text, true)
        western(a, b, { padded: false, units: true })
        return b
      case "intl":
        a.read(stripEnd(text))
        part(a, b, [Class.notNumber, Class.punctuation], false)
        part(b, a, [Class.punctuation, Class.notNumber], true)
        surround(a, b, Class.symbol)
        return b
      case "char":
        b.read(text)
        a.clear(2 * b.length)
        for (let at = 0; at < b.length; at++) {
          a.points[2 * at] = b.points[at]!
          a.points[2 * at + 1] = space
        }
        a.length = 2 * b.length
        return a
      case "none":
        a.read(text)
        return a
    }
  }
}

/** The words of a text, such as `["Hello", "!"]`. */
export const tokenize = (text: string, name: TokenizerName): ReadonlyArray<string> => {
  const { length, points } = new Tokenizer(name).codes(text)
  let parted = ""
  for (let at = 0; at < length; at++) parted += String.fromCodePoint(points[at]!)
  return split(parted)
}
