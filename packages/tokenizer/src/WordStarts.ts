// Where words begin among the tokens of a text, so that a training can hide words as a whole (Devlin et al. 2019, whole word masking;
// Cui et al. 2019 for Chinese). Words are those of the tokenizer, cut again after blanks and where Chinese begins and ends; Chinese
// ones, between which nothing is written, are those of Unicode's segmentation with ICU's dictionary.
import { Pipeline } from "./internal/Pipeline.ts"
import type { TextTokenizer } from "./TextTokenizer.ts"

export interface WordStarts {
  readonly ids: Uint32Array
  /** 1 for each token that begins a word */
  readonly starts: Uint8Array
}

const utf8 = new TextEncoder()
const han = /\p{Script=Han}+/gu
const blank = /\s/u

/** What stands at a byte. */
const Mark = { inside: 0, other: 1, blank: 2, hanWord: 3, han: 4 } as const

export class WordFinder {
  readonly #pipeline: Pipeline
  readonly #chinese = new Intl.Segmenter("zh", { granularity: "word" })

  constructor(tokenizer: TextTokenizer) {
    this.#pipeline = new Pipeline(tokenizer.parts)
  }

  /**
   * Tokens of a text, as documents are encoded, and which of them begin a word: those whose first character that is no blank is the
   * first of one. A token that holds the end of one word and the start of another begins none, so that no word is ever hidden in part.
   */
  find(text: string): WordStarts {
    const whole = text.toWellFormed()
    const bytes = utf8.encode(whole)
    const marks = this.#marksOf(whole, bytes.length)
    const [ids, starts]: [Array<number>, Array<number>] = [[], []]
    let last = { word: -1, end: 0, opens: false }
    this.#pipeline.encode(bytes, bytes.length, {
      ordinaryOnly: true,
      emit: (id, start, end, word) => {
        let at = start
        while (at < end && (marks[at] === Mark.blank || (marks[at] === Mark.inside && at > start))) at++
        const isBlank = at === end
        const isNew = word !== last.word
        // the rest of a character, and what follows the blank that opened its word, go on with what was before
        const goesOn = start < last.end || (!isNew && last.opens)
        const begins = !goesOn && beginsWord(marks, isBlank ? start : at, isNew)
        ids.push(id)
        starts.push(begins ? 1 : 0)
        last = { word, end, opens: begins && isBlank }
      }
    })
    return { ids: Uint32Array.from(ids), starts: Uint8Array.from(starts) }
  }

  /** What stands at each byte of a text; `inside` for all but the first byte of a character. */
  #marksOf(text: string, length: number): Uint8Array {
    const marks = new Uint8Array(length)
    let at = 0
    for (const character of text) {
      marks[at] = blank.test(character) ? Mark.blank : Mark.other
      at += bytesOf(character.codePointAt(0) ?? 0)
    }
    let [byte, unit] = [0, 0]
    for (const { 0: run, index } of text.matchAll(han)) {
      byte += Buffer.byteLength(text.slice(unit, index))
      for (const { segment } of this.#chinese.segment(run)) {
        let first = true
        for (const character of segment) {
          marks[byte] = first ? Mark.hanWord : Mark.han
          first = false
          byte += bytesOf(character.codePointAt(0) ?? 0)
        }
      }
      unit = index + run.length
    }
    return marks
  }
}

const bytesOf = (codePoint: number): number =>
  codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4

/** Whether the character at a byte begins a word; `isNew` says that the tokenizer has another word for it than before. */
const beginsWord = (marks: Uint8Array, at: number, isNew: boolean): boolean => {
  const mark = marks[at]
  if (mark === Mark.hanWord || mark === Mark.han) return mark === Mark.hanWord
  if (mark === Mark.inside) return false
  let before = at - 1
  while (before > 0 && marks[before] === Mark.inside) before--
  const last = before < 0 ? Mark.blank : marks[before]
  return isNew || (mark === Mark.other && last !== Mark.other)
}
