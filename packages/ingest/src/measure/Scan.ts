// One pass over a text finds its words and its lines; all rules but those of `Profile.ts` are worked out from these arrays.
//
// A word is a run of letters, digits and low lines, with ' ’ and . between two of them and , between two digits; or one Han character
// or kana; or one character beyond the Basic Multilingual Plane. A run of one and the same other mark, such as "..." or "”", is a
// word of its own kind: a mark.
import { classOfSupplementary, kinds as classKinds } from "../Characters.ts"
import { marks, markTable } from "./Marks.ts"

/** Bits of `kinds`. */
const wordKinds = {
  /** not only punctuation */
  word: 1,
  /** has a letter */
  alpha: 2
} as const

const newline = 10
const apostrophe = 0x27
const quote = 0x2019
const dot = 0x2e
const comma = 0x2c
const wordOrSingle = marks.word | marks.single
const pieceUnits = 2 ** 14

export class Scan {
  /** the text; only the first `length` count */
  units = new Uint16Array(2 ** 12)
  length = 0

  /** words and marks, in order: where each is in `units`, its hash, its code points and `wordKinds` */
  words = 0
  starts = new Int32Array(2 ** 10)
  ends = new Int32Array(2 ** 10)
  hashes = new Int32Array(2 ** 10)
  /** code points in all words before each; one more entry than words */
  charsBefore = new Int32Array(2 ** 10 + 1)
  kinds = new Uint8Array(2 ** 10)

  /** lines, empty ones included */
  lines = 0
  lineStarts = new Int32Array(256)
  lineEnds = new Int32Array(256)
  lineHashes = new Int32Array(256)
  /** code points */
  lineChars = new Int32Array(256)
  /** the line without white space at its ends; equal where it is blank */
  contentStarts = new Int32Array(256)
  contentEnds = new Int32Array(256)
  /** runs between white space, the longest of them, words that are no marks, sentences */
  linePieces = new Int32Array(256)
  lineLongest = new Int32Array(256)
  lineWords = new Int32Array(256)
  lineSentences = new Int32Array(256)
  /** the first word or mark of each line; one more entry than lines */
  lineFirst = new Int32Array(257)

  /** places of # and of ellipses (... or …, where …… is one) */
  numberSigns = 0
  ellipses = 0
  /** words with a letter; words that are no marks, and their code points */
  alphaWords = 0
  plainWords = 0
  plainChars = 0

  read(text: string): void {
    this.#copy(text)
    this.words = 0
    this.lines = 0
    this.numberSigns = 0
    this.ellipses = 0
    this.alphaWords = 0
    this.plainWords = 0
    this.plainChars = 0
    const end = this.length
    for (let from = 0; from <= end;) from = this.#line(from) + 1
  }

  #copy(text: string): void {
    this.length = text.length
    // one more, so that looking ahead needs no question
    if (this.units.length < text.length + 2) this.units = new Uint16Array(grown(text.length + 2))
    const bytes = Buffer.from(this.units.buffer)
    // in pieces, because a string put together from others is flattened for each write
    for (let from = 0; from < text.length; from += pieceUnits) {
      bytes.write(text.slice(from, from + pieceUnits), from * 2, "utf16le")
    }
    this.units[text.length] = newline
    this.units[text.length + 1] = newline
  }

  /** Reads the line that begins at `from`; gives the place of its end. */
  #line(from: number): number {
    const table = markTable()
    const { units, length } = this
    let at = from
    let pairs = 0
    let contentStart = -1
    let contentEnd = from
    let pieces = 0
    let longest = 0
    let plain = 0
    let plainChars = 0
    let alpha = 0
    let sentences = 0
    /** 0: no text since the last sentence; 1: text; 2: text and its end, if a space follows; 3: text and its end */
    let state = 0
    let lineHash = 0
    let pieceStart = -1
    let count = this.words
    let chars = this.charsBefore[count]!
    for (;;) {
      const unit = units[at]!
      if (unit === newline || (table[unit]! & marks.space) !== 0) {
        if (pieceStart >= 0) {
          pieces++
          if (at - pieceStart > longest) longest = at - pieceStart
          pieceStart = -1
          contentEnd = at
        }
        if (state >= 2) {
          sentences++
          state = 0
        }
        if (unit === newline) break
        at++
        continue
      }
      if (pieceStart < 0) {
        pieceStart = at
        if (contentStart < 0) contentStart = at
      }
      const start = at
      const bits = table[unit]!
      let hash = unit
      let kind = 0
      let codePoints = 1
      at++
      if ((bits & wordOrSingle) === marks.word) {
        let seen = bits
        let all = bits
        for (;;) {
          const next = units[at]!
          const nextBits = table[next]!
          if ((nextBits & wordOrSingle) === marks.word) {
            seen |= nextBits
            all &= nextBits
          } else if (
            !(
              (next === apostrophe || next === quote || next === dot || next === comma) &&
              (table[units[at + 1]!]! & wordOrSingle) === marks.word &&
              (next !== comma || (isDigit(table[units[at - 1]!]!) && isDigit(table[units[at + 1]!]!)))
            )
          ) {
            break
          }
          hash = (Math.imul(hash, 31) + next) | 0
          at++
        }
        codePoints = at - start
        kind = (seen & marks.letter) !== 0 ? 3 : (all & marks.punctuation) === 0 ? 1 : 0
        if (state !== 2) {
          if (state === 3) sentences++
          state = 1
        } else state = 1
      } else if ((bits & marks.single) !== 0) {
        kind = 3
        if (state === 3) sentences++
        state = 1
      } else if (unit >= 0xd800 && unit < 0xe000) {
        const low = units[at]!
        if (unit < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
          at++
          pairs++
          hash = (Math.imul(unit, 31) + low) | 0
          kind = kindOf(((unit - 0xd800) << 10) + (low - 0xdc00) + 0x1_0000)
        } else kind = 1
        if (state === 3) sentences++
        state = 1
      } else {
        while (units[at] === unit && at < length) at++
        codePoints = at - start
        hash = (Math.imul(unit, 31) + codePoints) | 0
        kind = (bits & marks.punctuation) !== 0 ? 0 : 1
        if ((bits & marks.wide) !== 0) state = 3
        else if (unit === dot || unit === 0x21 || unit === 0x3f || (bits & marks.terminal) !== 0) {
          if (state !== 3) state = 2
        } else if ((bits & marks.closer) === 0) {
          if (state === 3) sentences++
          state = 1
        } else if (state === 0) state = 1
        if (unit === 0x23) this.numberSigns += codePoints
        else if (unit === 0x2026) this.ellipses += (codePoints + 1) >> 1
        else if (unit === dot) this.ellipses += (codePoints / 3) | 0
      }
      if (count >= this.starts.length) this.#growWords()
      this.starts[count] = start
      this.ends[count] = at
      this.hashes[count] = hash
      this.kinds[count] = kind
      chars += codePoints
      count++
      this.charsBefore[count] = chars
      plain += kind & 1
      plainChars += (kind & 1) * codePoints
      alpha += kind >> 1
      lineHash = (Math.imul(lineHash, 0x01000193) ^ hash) | 0
    }
    if (state !== 0) sentences++
    const line = this.lines
    if (line >= this.lineStarts.length) this.#growLines()
    this.lineStarts[line] = from
    this.lineEnds[line] = at
    this.lineHashes[line] = lineHash
    this.lineChars[line] = at - from - pairs
    this.contentStarts[line] = contentStart < 0 ? from : contentStart
    this.contentEnds[line] = contentStart < 0 ? from : contentEnd
    this.linePieces[line] = pieces
    this.lineLongest[line] = longest
    this.lineWords[line] = plain
    this.lineSentences[line] = sentences
    this.lines = line + 1
    this.lineFirst[line + 1] = count
    this.words = count
    this.plainWords += plain
    this.plainChars += plainChars
    this.alphaWords += alpha
    return at
  }

  #growWords(): void {
    const size = grown(this.starts.length + 1)
    this.starts = copied(this.starts, size)
    this.ends = copied(this.ends, size)
    this.hashes = copied(this.hashes, size)
    this.charsBefore = copied(this.charsBefore, size + 1)
    const kinds = new Uint8Array(size)
    kinds.set(this.kinds)
    this.kinds = kinds
  }

  #growLines(): void {
    const size = grown(this.lineStarts.length + 1)
    this.lineStarts = copied(this.lineStarts, size)
    this.lineEnds = copied(this.lineEnds, size)
    this.lineHashes = copied(this.lineHashes, size)
    this.lineChars = copied(this.lineChars, size)
    this.contentStarts = copied(this.contentStarts, size)
    this.contentEnds = copied(this.contentEnds, size)
    this.linePieces = copied(this.linePieces, size)
    this.lineLongest = copied(this.lineLongest, size)
    this.lineWords = copied(this.lineWords, size)
    this.lineSentences = copied(this.lineSentences, size)
    this.lineFirst = copied(this.lineFirst, size + 1)
  }
}

const grown = (least: number): number => 2 ** Math.ceil(Math.log2(least))
const copied = (from: Int32Array, size: number): Int32Array<ArrayBuffer> => {
  const to = new Int32Array(size)
  to.set(from)
  return to
}
const isDigit = (bits: number): boolean => (bits & (marks.word | marks.letter)) === marks.word
const kindOf = (codePoint: number): number =>
  classOfSupplementary(codePoint) >> 5 === classKinds.letter
    ? wordKinds.word | wordKinds.alpha
    : wordKinds.word
