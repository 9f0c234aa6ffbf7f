// Span corruption (Raffel et al. 2020, section 3.1.4): pieces of a text are cut out, a sentinel in place of each; the target is
// the sentinels, each with what it stands for. Counted as in T5's own `random_spans_noise_mask` and `random_spans_helper`.
import * as Philox from "./Philox.ts"

export interface Settings {
  /** share of a text's tokens that are cut out */
  readonly noise: number
  /** tokens of a piece on average */
  readonly meanSpan: number
  /** Sentinels count down from here: the tokenizer's last id, 32,099 for the published one. */
  readonly firstSentinel: number
  /** how many there are; 100 in the published vocabulary */
  readonly sentinels: number
  /** ends both the source and the target */
  readonly endOfTextId: number
}

/** What T5 was trained with, but for the vocabulary. */
export const defaults = { noise: 0.15, meanSpan: 3, sentinels: 100 } as const

/** Halves go to the even neighbour, as in TensorFlow and numpy. */
const rounded = (x: number): number => {
  const near = Math.round(x)
  return near - x === 0.5 && near % 2 !== 0 ? near - 1 : near
}

/** How many tokens of a text are cut out, in how many pieces; at least one of each, and something stays before every piece. */
const countsOf = (length: number, { meanSpan, noise }: Pick<Settings, "noise" | "meanSpan">) => {
  const cut = Math.min(Math.max(rounded(length * noise), 1), length - 1)
  return { cut, spans: Math.min(Math.max(rounded(cut / meanSpan), 1), cut, length - cut) }
}

export interface Lengths {
  /** tokens of a text before it is corrupted */
  readonly text: number
  readonly source: number
  readonly target: number
}

/** Lengths of what a text of so many tokens becomes, with the end of both. */
const becomes = (text: number, settings: Pick<Settings, "noise" | "meanSpan">): Lengths => {
  const { cut, spans } = countsOf(text, settings)
  return { text, source: text - cut + spans + 1, target: cut + spans + 1 }
}

/**
 * The longest text whose source has at most `source` tokens, and what it becomes: all texts of that length become sources and
 * targets of these lengths, so that nothing is padded. For 512 a text of 568 and a target of 114. At least 3.
 */
export const lengthsFor = (
  source: number,
  settings: Pick<Settings, "noise" | "meanSpan"> = defaults
): Lengths => {
  if (source < 3)
    throw new RangeError(`a source of ${source} tokens has no room for a token, a sentinel and the end`)
  let found = becomes(2, settings)
  for (let next = found; next.source <= source; next = becomes(next.text + 1, settings)) found = next
  return found
}

/** Which text of a run it is; the same seed and number always cut the same pieces. */
export interface Draw {
  readonly seed: number
  /** of the text, counted over the whole run */
  readonly row: number
}

/** Lengths of `parts` parts of `items`, none empty, every way to cut equally likely. One draw for each place to cut at. */
const segments = (
  items: number,
  parts: number,
  uniform: (place: number) => number
): ReadonlyArray<number> => {
  const lengths: Array<number> = []
  let last = 0
  for (let at = 1; at < items; at++) {
    // selection sampling (Knuth, volume 2, algorithm S): so many of the remaining places are still to be cut
    if (uniform(at) * (items - at) >= parts - 1 - lengths.length) continue
    lengths.push(at - last)
    last = at
  }
  return [...lengths, items - last]
}

export interface Example {
  readonly source: ReadonlyArray<number>
  readonly target: ReadonlyArray<number>
}

/**
 * A text, of 2 tokens at least and without an end, as what is read and what is to be written. It begins with what stays and ends
 * with what is cut out.
 *
 * @throws RangeError for a shorter text, or one that needs more sentinels than there are
 */
export const corrupt = (text: ReadonlyArray<number>, settings: Settings, { row, seed }: Draw): Example => {
  if (text.length < 2) throw new RangeError(`a text of ${text.length} tokens cannot be corrupted: it takes 2`)
  const { cut, spans } = countsOf(text.length, settings)
  if (spans > settings.sentinels)
    throw new RangeError(
      `a text of ${text.length} tokens takes ${spans} sentinels, there are ${settings.sentinels}`
    )
  const uniform = (which: number) => (place: number) =>
    Philox.uniform(seed, { row, position: 2 * place + which })
  const kept = segments(text.length - cut, spans, uniform(0))
  const gone = segments(cut, spans, uniform(1))
  const source: Array<number> = []
  const target: Array<number> = []
  let at = 0
  for (const [span, stays] of kept.entries()) {
    const sentinel = settings.firstSentinel - span
    const from = at + stays
    source.push(...text.slice(at, from), sentinel)
    at = from + (gone[span] ?? 0)
    target.push(sentinel, ...text.slice(from, at))
  }
  source.push(settings.endOfTextId)
  target.push(settings.endOfTextId)
  return { source, target }
}
