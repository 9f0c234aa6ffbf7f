// Texts as weighted counts of their token n-grams: tf-idf as scikit-learn 1.5 makes it (TfidfTransformer with smoothed idf, L2 norm).
// Tokens are whatever the tokenizer gives: pieces of words, or characters, so that Chinese needs nothing of its own.

/** The n-grams that count, a closed set: with each the n-gram without its last token. */
export interface Tfidf {
  readonly vocabSize: number
  /** tokens of the longest n-gram; 0 for none at all */
  readonly order: number
  /** 1 + ln(count) instead of the count */
  readonly sublinear: boolean
  /** [features, order], row by row, filled up with `none` */
  readonly ngrams: Uint32Array
  /** [features]: ln((1 + texts) / (1 + texts with it)) + 1 */
  readonly idf: Float64Array
}

export interface Settings extends Pick<Tfidf, "vocabSize" | "order" | "sublinear"> {
  /** fewest texts an n-gram is in */
  readonly minTexts: number
  /** most n-grams; those in most texts are kept, of equal ones the shorter */
  readonly maxFeatures: number
}

/** Rows of few numbers: those of row `i` lie at `starts[i]` to `starts[i + 1]`. */
export interface Sparse {
  readonly rows: number
  readonly starts: Uint32Array
  readonly columns: Uint32Array
  readonly values: Float64Array
}

export const none = 0xffffffff

type Text = ArrayLike<number>

/** A trie in one map: node 0 is the empty n-gram, and the nodes below a node lie at its number times the vocabulary. */
type Trie = Map<number, number>

/** The node of the `length` tokens from `from`, or undefined. */
const nodeOf = (trie: Trie, text: Text, place: { from: number; length: number; vocabSize: number }) => {
  let node: number | undefined = 0
  for (let i = 0; i < place.length && node !== undefined; i++)
    node = trie.get(node * place.vocabSize + text[place.from + i]!)
  return node
}

interface Candidate {
  readonly tokens: ReadonlyArray<number>
  readonly texts: number
}

/** n-grams of one length that begin with a kept one, with the number of texts that have them. */
const counted = (
  texts: ReadonlyArray<Text>,
  trie: Trie,
  { length, vocabSize }: { length: number; vocabSize: number }
) => {
  const seen = new Map<number, { tokens: ReadonlyArray<number>; texts: number; last: number }>()
  for (const [at, text] of texts.entries()) {
    for (let from = 0; from + length <= text.length; from++) {
      const parent = nodeOf(trie, text, { from, length: length - 1, vocabSize })
      if (parent === undefined) continue
      const key = parent * vocabSize + text[from + length - 1]!
      const known = seen.get(key)
      if (known === undefined)
        seen.set(key, { tokens: Array.from({ length }, (_, i) => text[from + i]!), texts: 1, last: at })
      else if (known.last !== at) {
        known.texts++
        known.last = at
      }
    }
  }
  return seen
}

const lexicographic = (a: ReadonlyArray<number>, b: ReadonlyArray<number>): number => {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i]! - b[i]!
  return a.length - b.length
}

/** Chooses n-grams and weighs them by how few texts they are in. */
export const learn = (texts: ReadonlyArray<Text>, settings: Settings): Tfidf => {
  const { maxFeatures, minTexts, order, sublinear, vocabSize } = settings
  const trie: Trie = new Map()
  const kept: Array<Candidate> = []
  for (let length = 1; length <= order; length++)
    for (const [key, candidate] of counted(texts, trie, { length, vocabSize })) {
      if (candidate.texts < minTexts) continue
      kept.push(candidate)
      trie.set(key, kept.length)
    }
  // what is without its last token is in as many texts and shorter: it comes first, so that the set stays closed
  const best = kept
    .toSorted(
      (a, b) => b.texts - a.texts || a.tokens.length - b.tokens.length || lexicographic(a.tokens, b.tokens)
    )
    .slice(0, maxFeatures)
    .toSorted((a, b) => lexicographic(a.tokens, b.tokens))
  const ngrams = new Uint32Array(best.length * order).fill(none)
  for (const [row, { tokens }] of best.entries()) ngrams.set(tokens, row * order)
  const idf = Float64Array.from(best, (each) => Math.log((1 + texts.length) / (1 + each.texts)) + 1)
  return { vocabSize, order, sublinear, ngrams, idf }
}

/** Reads texts as rows of features, each of length 1 (L2), or of none at all where it has no n-gram that counts. */
export class Vectorizer {
  readonly #tfidf: Tfidf
  readonly #trie: Trie = new Map()
  /** feature of a node */
  readonly #features: Uint32Array

  constructor(tfidf: Tfidf) {
    const { idf, ngrams, order, vocabSize } = tfidf
    this.#tfidf = tfidf
    this.#features = new Uint32Array(idf.length + 1)
    const rows = Array.from(idf, (_, row) => {
      const tokens = ngrams.subarray(row * order, (row + 1) * order)
      return { row, tokens, length: tokens.includes(none) ? tokens.indexOf(none) : order }
    })
    let node = 0
    for (const { length, row, tokens } of rows.toSorted((a, b) => a.length - b.length)) {
      const parent = nodeOf(this.#trie, tokens, { from: 0, length: length - 1, vocabSize })
      if (parent === undefined) throw new RangeError(`n-gram ${row} is there without its beginning`)
      this.#trie.set(parent * vocabSize + tokens[length - 1]!, ++node)
      this.#features[node] = row
    }
  }

  /** The features of a text with their values, in order. */
  vector(text: Text): ReadonlyArray<readonly [feature: number, value: number]> {
    const { idf, order, sublinear, vocabSize } = this.#tfidf
    const counts = new Map<number, number>()
    for (let from = 0; from < text.length; from++) {
      let node: number | undefined = 0
      for (let to = from; to < Math.min(text.length, from + order); to++) {
        node = this.#trie.get(node * vocabSize + text[to]!)
        if (node === undefined) break
        const feature = this.#features[node]!
        counts.set(feature, (counts.get(feature) ?? 0) + 1)
      }
    }
    const found = [...counts]
      .toSorted(([a], [b]) => a - b)
      .map(([feature, n]) => [feature, (sublinear ? 1 + Math.log(n) : n) * idf[feature]!] as const)
    const length = Math.hypot(...found.map(([, value]) => value))
    return found.map(([feature, value]) => [feature, value / length])
  }

  matrix(texts: ReadonlyArray<Text>): Sparse {
    const vectors = texts.map((text) => this.vector(text))
    const starts = new Uint32Array(texts.length + 1)
    for (const [row, vector] of vectors.entries()) starts[row + 1] = starts[row]! + vector.length
    const columns = new Uint32Array(starts.at(-1)!)
    const values = new Float64Array(starts.at(-1)!)
    for (const [row, vector] of vectors.entries())
      for (const [i, [feature, value]] of vector.entries()) {
        columns[starts[row]! + i] = feature
        values[starts[row]! + i] = value
      }
    return { rows: texts.length, starts, columns, values }
  }
}
