// Counts every n-gram of a text by sorting its positions; typed arrays only, no object a token.

/** All n-grams of one length, sorted; together the levels are a trie. Level 1 has a node for each token id. */
export interface Level {
  /** last token of each n-gram; level 1 leaves it empty, there the node is the token */
  readonly words: Uint32Array
  /** occurrences (longest n-grams and those that begin a document), else distinct tokens seen to the left */
  readonly counts: Uint32Array
  /** children of node `i` are `starts[i]` to `starts[i + 1]` of the next level; empty at the last level */
  readonly starts: Uint32Array
}

export interface Counting {
  /** longest n-gram */
  readonly order: number
  readonly vocabSize: number
  readonly endOfTextId: number
}

/** How long the n-gram that starts at each position can be: an end-of-text may open or close it, never stand inside. */
const lengthsOf = (text: Uint32Array, { order, endOfTextId }: Counting): Uint8Array => {
  const lengths = new Uint8Array(text.length)
  let end = text.length - 1
  for (let at = text.length - 1; at >= 0; at--) {
    lengths[at] = Math.min(order, end - at + 1)
    if (text[at] === endOfTextId) end = at
  }
  return lengths
}

/** Positions in the order of the n-grams that start there: a counting sort for each place, the last place first. */
const sortPositions = (
  text: Uint32Array,
  lengths: Uint8Array,
  { order, vocabSize }: Counting
): Uint32Array => {
  let [from, into] = [Uint32Array.from(text, (_, at) => at), new Uint32Array(text.length)]
  for (let place = order - 1; place >= 0; place--) {
    const next = new Uint32Array(vocabSize + 2) // 0 is "ended before", then the ids
    const keyOf = (at: number) => (place < lengths[at]! ? text[at + place]! + 1 : 0)
    for (let at = 0; at < text.length; at++) next[keyOf(at) + 1]!++
    for (let key = 1; key < next.length; key++) next[key]! += next[key - 1]!
    for (const at of from) into[next[keyOf(at)]!++] = at
    ;[from, into] = [into, from]
  }
  return from
}

/** Places in which the n-gram of each sorted position equals the one before it. */
const sharedPrefixes = (text: Uint32Array, lengths: Uint8Array, sorted: Uint32Array): Uint8Array => {
  const shared = new Uint8Array(sorted.length)
  for (let row = 1; row < sorted.length; row++) {
    const [a, b] = [sorted[row - 1]!, sorted[row]!]
    const most = Math.min(lengths[a]!, lengths[b]!)
    let same = 0
    while (same < most && text[a + same] === text[b + same]) same++
    shared[row] = same
  }
  return shared
}

/** The trie of raw counts, filled in one walk over the sorted positions. */
const buildTrie = (text: Uint32Array, counting: Counting): Array<Level> => {
  const { order, vocabSize } = counting
  const lengths = lengthsOf(text, counting)
  const sorted = sortPositions(text, lengths, counting)
  const shared = sharedPrefixes(text, lengths, sorted)
  const sizes = new Uint32Array(order + 1)
  for (let row = 0; row < sorted.length; row++)
    for (let depth = shared[row]!; depth < lengths[sorted[row]!]!; depth++) sizes[depth]!++
  sizes[0] = vocabSize
  const levels = Array.from({ length: order }, (_, depth) => ({
    words: new Uint32Array(depth === 0 ? 0 : sizes[depth]!),
    counts: new Uint32Array(sizes[depth]!),
    starts: new Uint32Array(depth === order - 1 ? 0 : sizes[depth]! + 1)
  }))
  const made = new Uint32Array(order + 1) // nodes so far; level 1 counts the ids passed, seen or not
  const current = new Uint32Array(order)
  for (let row = 0; row < sorted.length; row++) {
    const at = sorted[row]!
    for (let depth = shared[row]!; depth < lengths[at]!; depth++) {
      const { words, starts } = levels[depth]!
      const word = text[at + depth]!
      const node = depth === 0 ? word : made[depth]!
      if (depth > 0) words[node] = word
      if (starts.length > 0) starts.fill(made[depth + 1]!, made[depth], node + 1)
      made[depth] = node + 1
      current[depth] = node
    }
    for (let depth = 0; depth < lengths[at]!; depth++) levels[depth]!.counts[current[depth]!]!++
  }
  for (const [depth, { starts }] of levels.entries()) starts.fill(made[depth + 1]!, made[depth])
  return levels
}

/** Where `word` stands among `words[low..high)`, which ascend; the place to insert it if it is not there. */
export const lowerBound = (words: Uint32Array, word: number, range: readonly [number, number]): number => {
  let [low, high] = range
  while (low < high) {
    const middle = (low + high) >>> 1
    if (words[middle]! < word) low = middle + 1
    else high = middle
  }
  return low
}

/** Of each node at `depth`, where the n-gram without its first token stands at the level above; `above` is that of there. */
const suffixesOf = (levels: ReadonlyArray<Level>, depth: number, above: Uint32Array): Uint32Array => {
  const [parents, here] = [levels[depth - 1]!, levels[depth]!]
  if (depth === 1) return here.words
  const suffixes = new Uint32Array(here.words.length)
  const { starts } = levels[depth - 2]!
  for (const [parent, suffix] of above.entries()) {
    let low = starts[suffix]!
    const high = starts[suffix + 1]!
    for (let child = parents.starts[parent]!; child < parents.starts[parent + 1]!; child++) {
      low = lowerBound(parents.words, here.words[child]!, [low, high])
      suffixes[child] = low
    }
  }
  return suffixes
}

/**
 * Below the longest n-grams Kneser-Ney asks in how many contexts an n-gram was seen, not how often: replaces the counts
 * by the number of distinct tokens to the left. An n-gram that opens a document has nothing to its left and keeps its own.
 */
const countContexts = (levels: ReadonlyArray<Level>, endOfTextId: number): void => {
  let suffixes: Uint32Array = new Uint32Array(0)
  let [low, high] = [endOfTextId, endOfTextId + 1] // nodes that open a document
  for (let depth = 1; depth < levels.length; depth++) {
    const { counts, starts } = levels[depth - 1]!
    suffixes = suffixesOf(levels, depth, suffixes)
    // A single end-of-text is not an opening here: it is foretold like any other token.
    const kept = depth === 1 ? new Uint32Array(0) : counts.slice(low, high)
    counts.fill(0)
    for (const suffix of suffixes) counts[suffix]!++
    counts.set(kept, low)
    ;[low, high] = [starts[low]!, starts[high]!]
  }
}

/** Levels 1 to `order` of a text of documents that end-of-text tokens close. Ids must be below `vocabSize`. */
export const countNgrams = (
  tokens: ArrayLike<number> & Iterable<number>,
  counting: Counting
): ReadonlyArray<Level> => {
  const text = new Uint32Array(tokens.length + 1)
  text[0] = counting.endOfTextId // what comes before the first document is what comes before every other
  text.set(tokens, 1)
  const levels = buildTrie(text, counting)
  if (counting.order === 1) levels[0]!.counts[counting.endOfTextId]!-- // the added one was given, not foretold
  countContexts(levels, counting.endOfTextId)
  return levels
}
