// Which tokens of a text are hidden, and what stands in their place (Devlin et al. 2018, section 3.1 and appendix A.1): 15% are
// foretold; of these 80% are hidden, 10% are another token and 10% stay. Whole words at once if asked to, as in BERT's later
// models. The same text hidden otherwise each time it is read is what RoBERTa does (Liu et al. 2019, section 4.1).
import * as Philox from "./Philox.ts"

export interface Settings {
  /** of the tokens of a text, those that are foretold */
  readonly share: number
  /** of those that are foretold, the ones in whose place the mask stands */
  readonly hidden: number
  /** of those that are foretold, the ones in whose place any token stands; the others stay */
  readonly random: number
  /** of the token that stands for a hidden one */
  readonly maskId: number
  readonly vocabSize: number
  /** Never foretold and never put in place of another: padding, beginnings, ends, unknown. The mask is one of them anyway. */
  readonly specialIds: ReadonlyArray<number>
}

/** What BERT and RoBERTa were trained with, but for the vocabulary. */
export const defaults = { share: 0.15, hidden: 0.8, random: 0.1 } as const

/** Which reading of which text it is; the same draw always hides the same. */
export interface Draw {
  readonly seed: number
  /** of the text in the corpus */
  readonly row: number
  /** How often the text was read before; always 0 hides the same each time (static), as BERT does. */
  readonly epoch: number
}

/** A text with hidden tokens: a row of what the objective of masked language modelling takes. */
export interface Masked {
  /** [T] */
  readonly tokens: Int32Array
  /** [P]: places that are foretold, in order, then 0 where the text has fewer */
  readonly places: Int32Array
  /** [P]: the tokens that were there */
  readonly targets: Int32Array
  /** [P]: 1, or 0 where the text has fewer */
  readonly weights: Float32Array
}

/** P: the most places that are foretold in a text of T tokens, so that all batches have one shape. */
export const placesOf = (T: number, { share }: Pick<Settings, "share"> = defaults): number =>
  Math.max(1, Math.ceil(T * share))

// apart from draws of other kinds, which leave the last word of the counter 0
const kind = 1
const wordSize = 2 ** 32

/** Numbers of a place: one in [0, 1) to put places in order, then two 32-bit words. */
const drawnAt = (position: number, { epoch, row, seed }: Draw) => {
  const [a, b, fate, other] = Philox.block([position, row, epoch, kind], Philox.keyOf(seed))
  return {
    order: ((a >>> 5) * 2 ** 26 + (b >>> 6)) / 2 ** 53,
    fate: fate / wordSize,
    other: other / wordSize
  }
}

/** Places that may be foretold, those of a word together. */
const wordsOf = (
  text: Int32Array,
  special: ReadonlySet<number>,
  starts: Uint8Array | undefined
): ReadonlyArray<ReadonlyArray<number>> => {
  const words: Array<Array<number>> = []
  let open = false
  for (const [place, id] of text.entries()) {
    if (special.has(id)) {
      open = false
      continue
    }
    const word = words.at(-1)
    if (starts === undefined || starts[place] === 1 || !open || word === undefined) words.push([place])
    else word.push(place)
    open = true
  }
  return words
}

/** The places that are foretold, in order: words in drawn order as long as they fit. */
const chosen = (
  words: ReadonlyArray<ReadonlyArray<number>>,
  draw: Draw,
  share: number
): ReadonlyArray<number> => {
  const count = words.reduce((sum, word) => sum + word.length, 0)
  const wanted = Math.max(1, Math.round(count * share))
  const drawn = words
    .map((word) => ({ word, order: drawnAt(word[0] ?? 0, draw).order }))
    .toSorted((a, b) => a.order - b.order)
  const found: Array<number> = []
  for (const { word } of drawn) if (found.length + word.length <= wanted) found.push(...word)
  return found.toSorted((a, b) => a - b)
}

/** The `n`-th id that is not special; `special` in ascending order. */
const ordinary = (n: number, special: ReadonlyArray<number>): number =>
  special.reduce((id, one) => (one <= id ? id + 1 : id), n)

/**
 * Hides tokens of a text. With `wordStarts` [T], 1 where a word begins, words are hidden as a whole; what follows a special token
 * begins a word in any case. One token at least is foretold, unless all are special or every word is longer than the share.
 */
export const hide = (
  text: Int32Array,
  settings: Settings,
  draw: Draw & { readonly wordStarts?: Uint8Array }
): Masked => {
  const { hidden, maskId, random, share, vocabSize } = settings
  const special = [...new Set([...settings.specialIds, maskId])]
    .filter((id) => id >= 0 && id < vocabSize)
    .toSorted((a, b) => a - b)
  const found = chosen(wordsOf(text, new Set(special), draw.wordStarts), draw, share)
  const P = placesOf(text.length, settings)
  const tokens = Int32Array.from(text)
  for (const place of found) {
    const { fate, other } = drawnAt(place, draw)
    if (fate < hidden) tokens[place] = maskId
    else if (fate < hidden + random)
      tokens[place] = ordinary(Math.floor(other * (vocabSize - special.length)), special)
  }
  const padded = (at: (place: number) => number) =>
    Int32Array.from({ length: P }, (_, i) => {
      const place = found[i]
      return place === undefined ? 0 : at(place)
    })
  return {
    tokens,
    places: padded((place) => place),
    targets: padded((place) => text[place] ?? 0),
    weights: Float32Array.from({ length: P }, (_, i) => (i < found.length ? 1 : 0))
  }
}
