// An n-gram model with interpolated, modified Kneser-Ney smoothing: the honest baseline for a network.
// Chen & Goodman, "An empirical study of smoothing techniques for language modeling" (TR-10-98, section 3.4).
//
// Documents: an end-of-text token closes each one, and what is before the first token of a document is that token. Contexts
// begin at the last end-of-text at the earliest, so no n-gram reaches from one document into another.
import { Effect, Schema } from "effect"
import { type Counting, countNgrams, type Level, lowerBound } from "./internal/countNgrams.ts"

export type { Counting } from "./internal/countNgrams.ts"

/** Architecture of the family `ngram`. */
export const Config = Schema.Struct({
  /** Longest n-gram: `order - 1` tokens of context. 4 or 5 suit a few million tokens. */
  order: Schema.Int.pipe(
    Schema.check(Schema.isBetween({ minimum: 1, maximum: 6 })),
    Schema.withDecodingDefault(Effect.succeed(5))
  )
})
export type Config = typeof Config.Type

/** What the n-grams of one level give up for those that were never seen, for counts of 1, 2 and 3 or more. */
type Discounts = readonly [number, number, number]

/** A level seen as contexts of the next one. */
interface Contexts {
  /** sum of the counts of the children */
  readonly totals: Float64Array
  /** share of the context's mass that is left to the shorter context */
  readonly shares: Float64Array
}

export interface Ngram extends Counting {
  readonly levels: ReadonlyArray<Level>
  readonly discounts: ReadonlyArray<Discounts>
  /** at `k`: the contexts of length `k` (at 0 the empty one) */
  readonly contexts: ReadonlyArray<Contexts>
}

const fallback: Discounts = [0.5, 1, 1.5] // where a text is too small to estimate them; KenLM's choice too

/** Chen & Goodman's estimate from how many n-grams were seen once, twice, three and four times. */
const discountsOf = (counts: Uint32Array): Discounts => {
  const seen = new Float64Array(5)
  for (const count of counts) if (count > 0 && count < seen.length) seen[count]!++
  const y = seen[1]! / (seen[1]! + 2 * seen[2]!)
  const give = (count: number) => count - ((count + 1) * y * seen[count + 1]!) / seen[count]!
  const estimate: Discounts = [give(1), give(2), give(3)]
  return estimate.every((discount, index) => discount > 0 && discount <= index + 1) ? estimate : fallback
}

const discountOf = (discounts: Discounts, count: number) =>
  count === 0 ? 0 : count === 1 ? discounts[0] : count === 2 ? discounts[1] : discounts[2]

/** Totals and shares of every context whose children are `counts`, `starts` long. */
const contextsOf = (starts: Uint32Array, counts: Uint32Array, discounts: Discounts): Contexts => {
  const totals = new Float64Array(starts.length - 1)
  const shares = new Float64Array(starts.length - 1)
  for (let node = 0; node < totals.length; node++) {
    let [total, given] = [0, 0]
    for (let child = starts[node]!; child < starts[node + 1]!; child++) {
      total += counts[child]!
      given += discountOf(discounts, counts[child]!)
    }
    totals[node] = total
    shares[node] = total === 0 ? 1 : given / total
  }
  return { totals, shares }
}

/** Makes a model of counted levels: estimates discounts and what each context leaves to the shorter ones. */
export const fromLevels = (levels: ReadonlyArray<Level>, counting: Counting): Ngram => {
  const discounts = levels.map(({ counts }) => discountsOf(counts))
  const contexts = levels.map(({ counts }, depth) =>
    contextsOf(
      depth === 0 ? Uint32Array.of(0, counts.length) : levels[depth - 1]!.starts,
      counts,
      discounts[depth]!
    )
  )
  return { ...counting, levels, discounts, contexts }
}

/** Counts a text of documents, each closed by the end-of-text token, and estimates the model. Ids are below `vocabSize`. */
export const train = (tokens: Uint16Array | Uint32Array | Int32Array, counting: Counting): Ngram =>
  fromLevels(countNgrams(tokens, counting), counting)

/** Stored n-grams, the model's size. */
export const parameters = ({ levels }: Ngram): number =>
  levels.reduce(
    (sum, { counts }, depth) => sum + (depth === 0 ? counts.filter((n) => n > 0).length : counts.length),
    0
  )

/** Node of the n-gram `tokens[from..to)`, or -1 where it was not seen. */
const find = (
  { levels }: Ngram,
  tokens: ArrayLike<number>,
  [from, to]: readonly [number, number]
): number => {
  let node = tokens[from]!
  for (let at = from + 1; at < to; at++) {
    node = child(levels, at - from, [node, tokens[at]!])
    if (node < 0) return -1
  }
  return node
}

/** The child of a node at depth `depth - 1` that ends in a word, or -1. */
const child = (
  levels: ReadonlyArray<Level>,
  depth: number,
  [parent, word]: readonly [number, number]
): number => {
  const { starts } = levels[depth - 1]!
  const { words } = levels[depth]!
  const at = lowerBound(words, word, [starts[parent]!, starts[parent + 1]!])
  return at < starts[parent + 1]! && words[at] === word ? at : -1
}

/** Where the context that ends before `to` begins: `order - 1` tokens back, the last end-of-text, or `first`. */
const contextStart = (
  model: Ngram,
  tokens: ArrayLike<number>,
  [first, to]: readonly [number, number]
): number => {
  const earliest = Math.max(first, to - model.order + 1)
  for (let at = to - 1; at > earliest; at--) if (tokens[at] === model.endOfTextId) return at
  return earliest
}

/** Probability of `tokens[to]` after `tokens[from..to)`; the shortest context first, each longer one mixed in. */
const probabilityAt = (
  model: Ngram,
  tokens: ArrayLike<number>,
  [from, to]: readonly [number, number]
): number => {
  const word = tokens[to]!
  let probability = 1 / model.vocabSize
  for (let depth = 0; depth <= to - from; depth++) {
    const context = depth === 0 ? 0 : find(model, tokens, [to - depth, to])
    if (context < 0) break // longer contexts were not seen either
    const { totals, shares } = model.contexts[depth]!
    if (totals[context] === 0) break
    const node = depth === 0 ? word : child(model.levels, depth, [context, word])
    const count = node < 0 ? 0 : model.levels[depth]!.counts[node]!
    const kept = (count - discountOf(model.discounts[depth]!, count)) / totals[context]!
    probability = kept + shares[context]! * probability
  }
  return probability
}

/** Negative log-likelihood in nats of every next token: `tokens` [B, T + 1] gives [B, T]. Rows do not see each other. */
export const nats = (
  model: Ngram,
  tokens: Int32Array,
  { B, T }: { readonly B: number; readonly T: number }
): Float32Array => {
  const out = new Float32Array(B * T)
  for (let row = 0; row < B; row++) {
    const first = row * (T + 1)
    for (let t = 0; t < T; t++) {
      const to = first + t + 1
      out[row * T + t] = -Math.log(
        probabilityAt(model, tokens, [contextStart(model, tokens, [first, to]), to])
      )
    }
  }
  return out
}

/** The distribution [V] of the token after `context`; sums to 1. An empty context is the start of nothing in particular. */
export const probabilities = (model: Ngram, context: ArrayLike<number>): Float64Array => {
  const out = new Float64Array(model.vocabSize).fill(1 / model.vocabSize)
  const to = context.length
  const from = contextStart(model, context, [0, to])
  for (let depth = 0; depth <= to - from; depth++) {
    const node = depth === 0 ? 0 : find(model, context, [to - depth, to])
    if (node < 0) break
    const { totals, shares } = model.contexts[depth]!
    const total = totals[node]!
    if (total === 0) break
    for (let id = 0; id < out.length; id++) out[id]! *= shares[node]!
    const { words, counts } = model.levels[depth]!
    const [low, high] =
      depth === 0 ? [0, counts.length] : model.levels[depth - 1]!.starts.subarray(node, node + 2)
    for (let at = low!; at < high!; at++) {
      const count = counts[at]!
      out[depth === 0 ? at : words[at]!]! += (count - discountOf(model.discounts[depth]!, count)) / total
    }
  }
  return out
}
