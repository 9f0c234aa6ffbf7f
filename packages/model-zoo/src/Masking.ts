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

/** Stretches of places that may be foretold, those of a word together; none goes over a special token. */
interface Words {
  readonly count: number
  /** the first `count` are valid */
  readonly starts: Int32Array
  readonly ends: Int32Array
}

const wordsOf = (text: Int32Array, special: ReadonlySet<number>, begins: Uint8Array | undefined): Words => {
  const [starts, ends] = [new Int32Array(text.length), new Int32Array(text.length)]
  let count = 0
  let open = false
  for (let place = 0; place < text.length; place++) {
    if (special.has(text[place]!)) {
      open = false
      continue
    }
    if (!open || begins === undefined || begins[place] === 1) starts[count++] = place
    ends[count - 1] = place + 1
    open = true
  }
  return { count, starts, ends }
}

/** Lets an element of a heap sink until none below it comes before it. */
const sink = (
  heap: Int32Array,
  orders: Float64Array,
  { root, size }: { readonly root: number; readonly size: number }
): void => {
  let at = root
  for (;;) {
    let first = at
    for (let child = 2 * at + 1; child <= 2 * at + 2 && child < size; child++)
      if (orders[heap[child]!]! < orders[heap[first]!]!) first = child
    if (first === at) return
    const moved = heap[at]!
    heap[at] = heap[first]!
    heap[first] = moved
    at = first
  }
}

/** The places that are foretold, in order: words in drawn order as long as they fit. */
const chosen = ({ count, ends, starts }: Words, draw: Draw, share: number): Int32Array => {
  const orders = new Float64Array(count)
  // a heap: most words are never asked for
  const heap = new Int32Array(count)
  let candidates = 0
  for (let word = 0; word < count; word++) {
    heap[word] = word
    orders[word] = drawnAt(starts[word]!, draw).order
    candidates += ends[word]! - starts[word]!
  }
  const wanted = Math.max(1, Math.round(candidates * share))
  const found = new Int32Array(wanted)
  for (let root = count >> 1; root >= 0; root--) sink(heap, orders, { root, size: count })
  let taken = 0
  for (let size = count; size > 0 && taken < wanted; size--) {
    const word = heap[0]!
    if (taken + ends[word]! - starts[word]! <= wanted)
      for (let place = starts[word]!; place < ends[word]!; place++) found[taken++] = place
    heap[0] = heap[size - 1]!
    sink(heap, orders, { root: 0, size: size - 1 })
  }
  return found.subarray(0, taken).toSorted()
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
  const tokens = text.slice()
  for (const place of found) {
    const { fate, other } = drawnAt(place, draw)
    if (fate < hidden) tokens[place] = maskId
    else if (fate < hidden + random)
      tokens[place] = ordinary(Math.floor(other * (vocabSize - special.length)), special)
  }
  const [places, targets] = [new Int32Array(P), new Int32Array(P)]
  places.set(found)
  for (let i = 0; i < found.length; i++) targets[i] = text[found[i]!]!
  return { tokens, places, targets, weights: new Float32Array(P).fill(1, 0, found.length) }
}
