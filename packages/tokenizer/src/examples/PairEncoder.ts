// One example as two sides: the tokens of an input, and what is asked for: tokens, a class, a place, a number, labels of words.
import type { PairTask } from "@inkstone/artifact"
import { Effect } from "effect"
import type { Encoding } from "../Encoding.ts"
import type { TextTokenizer } from "../TextTokenizer.ts"
import type { Truncation } from "../Truncation.ts"
import { type Part, PromptTemplate } from "./PromptTemplate.ts"

export interface PairSettings {
  readonly task: PairTask
  /** texts with places for parts, see `PromptTemplate`; special tokens in them are text, the tokenizer puts its own around */
  readonly input: string
  /** the second text of a pair, in which answers are; empty for none */
  readonly second: string
  /** what is asked for: a text, the name of a class, words of the second text, a number, or a label for each word of the input */
  readonly target: string
  /** most tokens of either side, special ones counted */
  readonly inputLength: number
  readonly targetLength: number
  readonly overflow: "drop" | "cut"
  /** tokens that a window of the text with the answer repeats of the one before */
  readonly stride: number
  /** numbers of classes, or of labels of words, by name */
  readonly labels: ReadonlyMap<string, number>
}

/** A row of the kind `pairs`. */
export interface Pair {
  readonly ids: Uint32Array
  readonly segments: Uint32Array
  readonly target: Uint32Array
  readonly label: number
  readonly answerStart: number
  readonly answerEnd: number
  readonly value: number
  /** numbers of labels, one for each of `ids`, -1 for a token that has none; empty where the task has none */
  readonly tags: Int32Array
}

export interface EncodedPairs {
  /** several where a text with answers takes several windows */
  readonly pairs: ReadonlyArray<Pair>
  /** tokens that were cut off */
  readonly cutInput: number
  readonly cutTarget: number
  readonly targetBytes: number
}

export interface PairDropped {
  readonly rule:
    | "missing-part"
    | "too-long"
    | "unknown-label"
    | "answer-not-found"
    | "not-a-number"
    | "labels-misaligned"
  readonly value: number
  readonly threshold: number
}

const nothing = {
  target: new Uint32Array(0),
  label: -1,
  answerStart: -1,
  answerEnd: -1,
  value: 0,
  tags: new Int32Array(0)
}
const uncut = { cutInput: 0, cutTarget: 0, targetBytes: 0 }
const dropped = (rule: PairDropped["rule"], value = 0, threshold = 1): PairDropped => ({
  rule,
  value,
  threshold
})

export class PairEncoder {
  readonly #tokenizer: TextTokenizer
  readonly #settings: PairSettings
  readonly #input: PromptTemplate
  readonly #second: PromptTemplate
  readonly #target: PromptTemplate

  constructor(tokenizer: TextTokenizer, settings: PairSettings) {
    this.#tokenizer = tokenizer
    this.#settings = settings
    this.#input = new PromptTemplate(settings.input, [])
    this.#second = new PromptTemplate(settings.second, [])
    this.#target = new PromptTemplate(settings.target, [])
  }

  /** What is asked for, as text. */
  target(parts: ReadonlyArray<Part>): string | undefined {
    return this.#target.missing(parts) === undefined ? this.#target.text(parts) : undefined
  }

  encode(parts: ReadonlyArray<Part>): EncodedPairs | PairDropped {
    const target = this.target(parts)
    const isWhole = this.#input.missing(parts) === undefined && this.#second.missing(parts) === undefined
    if (target === undefined || !isWhole) return dropped("missing-part")
    const first = this.#input.text(parts)
    const second = this.#second.text(parts)
    switch (this.#settings.task) {
      case "text-to-text":
        return this.#textToText(second === "" ? first : [first, second], target)
      case "classification":
        return this.#classified(second === "" ? first : [first, second], target)
      case "question-answering":
        return this.#answered(first, second, target)
      case "regression":
        return this.#valued(second === "" ? first : [first, second], target)
      case "token-classification":
        return this.#tagged(first, target)
    }
  }

  /** Names of labels that a target has: of its words, or itself. */
  labelsIn(target: string): ReadonlyArray<string> {
    return this.#settings.task === "token-classification" ? wordsOf(target) : [target]
  }

  #textToText(input: string | readonly [string, string], text: string): EncodedPairs | PairDropped {
    const { overflow, targetLength } = this.#settings
    const { endOfTextId } = this.#tokenizer
    const encoded = this.#fitted(input, endOfTextId)
    if ("rule" in encoded) return encoded
    const words = this.#tokenizer.encode(text)
    const cutTarget = Math.max(0, words.length + 1 - targetLength)
    if (cutTarget > 0 && overflow === "drop") return dropped("too-long", words.length + 1, targetLength)
    // what was cut does not end there, and a model must not learn that it does
    const target = cutTarget > 0 ? words.slice(0, targetLength) : Uint32Array.from([...words, endOfTextId])
    return {
      ...uncut,
      pairs: [{ ...nothing, ...encoded.sides, target }],
      cutInput: encoded.cut,
      cutTarget,
      targetBytes: Buffer.byteLength(text)
    }
  }

  #classified(input: string | readonly [string, string], name: string): EncodedPairs | PairDropped {
    const label = this.#settings.labels.get(name)
    if (label === undefined) return dropped("unknown-label")
    const encoded = this.#fitted(input)
    return "rule" in encoded
      ? encoded
      : { ...uncut, pairs: [{ ...nothing, ...encoded.sides, label }], cutInput: encoded.cut }
  }

  #valued(input: string | readonly [string, string], text: string): EncodedPairs | PairDropped {
    const value = text.trim() === "" ? Number.NaN : Number(text)
    if (!Number.isFinite(value)) return dropped("not-a-number")
    const encoded = this.#fitted(input)
    return "rule" in encoded
      ? encoded
      : { ...uncut, pairs: [{ ...nothing, ...encoded.sides, value }], cutInput: encoded.cut }
  }

  /** Words and labels are between blanks, as many of the one as of the other; the first token of a word has its label. */
  #tagged(text: string, target: string): EncodedPairs | PairDropped {
    const [words, names] = [wordsOf(text), wordsOf(target)]
    if (words.length === 0 || words.length !== names.length)
      return dropped("labels-misaligned", names.length, words.length)
    const labels = names.map((name) => this.#settings.labels.get(name) ?? -1)
    if (labels.includes(-1)) return dropped("unknown-label")
    const encoded = this.#fitted(words.join(" "))
    if ("rule" in encoded) return encoded
    const { sides, whole } = encoded
    return {
      ...uncut,
      pairs: [{ ...nothing, ...sides, tags: tagsOf(whole, { words, labels }) }],
      cutInput: encoded.cut
    }
  }

  /**
   * Windows over the second text, each with the whole first one. An answer is where its words first stand; an empty one is
   * nowhere, as in SQuAD 2. A window that holds only a part of it has none.
   */
  #answered(question: string, text: string, answer: string): EncodedPairs | PairDropped {
    const { inputLength, overflow, stride } = this.#settings
    const found = text.indexOf(answer)
    if (found < 0) return dropped("answer-not-found")
    const start = Buffer.byteLength(text.slice(0, found))
    const end = start + Buffer.byteLength(answer)
    const whole = this.#encoding([question, text])
    if (whole === undefined || (whole.ids.length > inputLength && overflow === "drop"))
      return dropped("too-long", whole?.ids.length ?? 0, inputLength)
    const windows = this.#encoding([question, text], {
      direction: "Right",
      max_length: inputLength,
      strategy: "OnlySecond",
      stride
    })
    // the question alone fills the input
    if (windows === undefined) return dropped("too-long", whole.ids.length, inputLength)
    const { overflowing } = windows
    return {
      ...uncut,
      pairs: [windows, ...overflowing].map((window) => ({
        ...nothing,
        ...sidesOf(window),
        ...(answer === "" ? {} : placeIn(window, start, end))
      }))
    }
  }

  /** Undefined where it cannot be cut as it should. Special tokens of users are text. */
  #encoding(
    input: string | readonly [string, string],
    truncation: Truncation | null = null
  ): Encoding | undefined {
    const options = { specialTokens: false, truncation, padding: null }
    return Effect.runSync(
      this.#tokenizer.encoding(input, options).pipe(Effect.orElseSucceed(() => undefined))
    )
  }

  /** At most `inputLength` tokens; what is missing is `cut`. `closing` ends the input where the tokenizer's template does not. */
  #fitted(input: string | readonly [string, string], closing?: number) {
    const { inputLength, overflow } = this.#settings
    const whole = this.#encoding(input)
    if (whole === undefined) return dropped("too-long", 0, inputLength)
    const isOpen = closing !== undefined && whole.ids.at(-1) !== closing
    const room = inputLength - (isOpen ? 1 : 0)
    const cut = Math.max(0, whole.ids.length - room)
    if (cut > 0 && overflow === "drop") return dropped("too-long", whole.ids.length, inputLength)
    const kept =
      cut === 0
        ? whole
        : this.#encoding(input, { direction: "Right", max_length: room, strategy: "LongestFirst", stride: 0 })
    if (kept === undefined) return dropped("too-long", whole.ids.length, inputLength)
    const { ids, segments } = sidesOf(kept)
    const sides = isOpen
      ? {
          ids: Uint32Array.from([...ids, closing]),
          segments: Uint32Array.from([...segments, segments.at(-1) ?? 0])
        }
      : { ids, segments }
    return { sides, cut, whole: kept }
  }
}

const wordsOf = (text: string): ReadonlyArray<string> => text.split(/\s+/u).filter((word) => word !== "")

/** Labels of tokens: that of a word for the first token with a byte of it, -1 for the others. */
const tagsOf = (
  { byteOffsets, sequences }: Encoding,
  { labels, words }: { readonly words: ReadonlyArray<string>; readonly labels: ReadonlyArray<number> }
): Int32Array => {
  const tags = new Int32Array(sequences.length).fill(-1)
  let token = 0
  let start = 0
  for (const [i, word] of words.entries()) {
    const end = start + Buffer.byteLength(word)
    const isBefore = () => sequences[token] !== 0 || byteOffsets[2 * token + 1]! <= start
    while (token < tags.length && isBefore()) token++
    // what holds several words has the label of the first
    if (token < tags.length && byteOffsets[2 * token]! < end && tags[token] === -1) tags[token] = labels[i]!
    start = end + 1
  }
  return tags
}

const sidesOf = ({ ids, typeIds }: Encoding) => ({ ids, segments: typeIds })

/** The tokens of the second text that hold its bytes from `start` to `end`; -1 where not all of them are here. */
const placeIn = ({ byteOffsets, sequences }: Encoding, start: number, end: number) => {
  let [answerStart, answerEnd] = [-1, -1]
  for (let i = 0; i < sequences.length; i++) {
    if (sequences[i] !== 1) continue
    const [from, to] = [byteOffsets[2 * i]!, byteOffsets[2 * i + 1]!]
    if (answerStart < 0 && from <= start && start < to) answerStart = i
    if (from < end && end <= to) answerEnd = i
  }
  return answerStart < 0 || answerEnd < 0 ? { answerStart: -1, answerEnd: -1 } : { answerStart, answerEnd }
}
