// Beam search: the likeliest texts, found by going on with several at once. As `transformers` 5 does it
// (generation/utils.py, `_beam_search` without sampling), so that the same model gives the same texts.
import { Effect, type Scope } from "effect"
import type { Writer } from "./Generate.ts"
import type { ModelFailed } from "./Model.ts"
import * as Sampler from "./Sampler.ts"
import type { Stop } from "./StopSequences.ts"

export interface Settings {
  /** texts that are followed at once */
  readonly beams: number
  /** A finished text counts its log-likelihood / length^penalty: above 0 for longer ones, below 0 for shorter ones. */
  readonly lengthPenalty: number
  /**
   * true: ends with as many finished texts as beams. false: ends when the best running one is worse than all of them at its
   * present length. "never": ends when it is so at the best length it could have.
   */
  readonly earlyStopping: boolean | "never"
}

export const defaults: Omit<Settings, "beams"> = { lengthPenalty: 1, earlyStopping: false }

export interface SearchOptions extends Settings {
  /** most new tokens */
  readonly maxTokens: number
  readonly sampler: Pick<Sampler.Settings, "repetitionPenalty">
  readonly stop?: Stop
}

/** A text that is followed or finished. */
interface Text {
  /** new tokens, the end-of-text too */
  readonly ids: ReadonlyArray<number>
  /** log-likelihood while it runs, divided for its length once it is finished */
  readonly score: number
}
interface Candidate extends Text {
  /** beam it goes on from */
  readonly from: number
}

/** no text: worse than any */
const worst = -1e9

const best = <T extends { readonly score: number }>(texts: ReadonlyArray<T>, count: number) =>
  texts.toSorted((a, b) => b.score - a.score).slice(0, count)

/** One prompt's search. */
class Search {
  readonly #prompt: ReadonlyArray<number>
  readonly #options: SearchOptions
  readonly #model: Writer
  readonly #limit: number
  #running: ReadonlyArray<Text>
  #finished: ReadonlyArray<Text> = []
  done = false

  constructor(model: Writer, prompt: ReadonlyArray<number>, options: SearchOptions) {
    this.#model = model
    this.#prompt = prompt
    this.#options = options
    this.#limit = Math.min(options.maxTokens, model.contextLength - prompt.length + 1)
    this.#running = Array.from({ length: options.beams }, (_, beam) => ({
      ids: [],
      score: beam === 0 ? 0 : worst
    }))
  }

  get running(): ReadonlyArray<Text> {
    return this.#running
  }

  /** The best text found, without its end-of-text. */
  get result(): ReadonlyArray<number> {
    const ids = this.#finished[0]?.ids ?? this.#running[0]?.ids ?? []
    return ids.at(-1) === this.#model.endOfTextId ? ids.slice(0, -1) : ids
  }

  /** The `count` best ways to go on, from logits of each beam. */
  #continuations(logits: ReadonlyArray<Float32Array>, count: number): ReadonlyArray<Candidate> {
    const found: Array<{ score: number; id: number; from: number }> = []
    for (const [from, { ids, score: before }] of this.#running.entries()) {
      const scores = Sampler.penalize(
        logProbabilities(logits[from] ?? new Float32Array(0)),
        [...this.#prompt, ...ids],
        this.#options.sampler
      )
      for (let id = 0; id < scores.length; id++) {
        const score = before + (scores[id] ?? worst)
        const least = found.at(-1)
        if (found.length === count && least !== undefined && score <= least.score) continue
        // earlier ones stay in front of equal ones
        let place = found.length
        while (place > 0 && (found[place - 1]?.score ?? score) < score) place--
        found.splice(place, 0, { score, id, from })
        if (found.length > count) found.pop()
      }
    }
    return found.map(({ from, id, score }) => ({
      ids: [...(this.#running[from]?.ids ?? []), id],
      score,
      from
    }))
  }

  #ends({ ids }: Text): boolean {
    const { stop } = this.#options
    if (ids.at(-1) === this.#model.endOfTextId || ids.length >= this.#limit) return true
    if (stop === undefined) return false
    const watcher = stop.begin()
    return ids.map((id) => watcher(id)).at(-1) ?? false
  }

  /** Goes one token further; gives the beam each of the new ones goes on from. */
  advance(logits: ReadonlyArray<Float32Array>): ReadonlyArray<number> {
    const { beams, earlyStopping, lengthPenalty } = this.#options
    const candidates = this.#continuations(logits, 2 * beams)
    const ending = new Set(candidates.filter((candidate) => this.#ends(candidate)))
    const length = candidates[0]?.ids.length ?? 0
    const going = best(
      candidates.map((candidate) => ({
        ...candidate,
        score: candidate.score + (ending.has(candidate) ? worst : 0)
      })),
      beams
    )
    this.#running = going
    // only the best ones count when they end; the others are there so that enough can go on
    const ended = candidates
      .slice(0, beams)
      .filter((candidate) => ending.has(candidate))
      .map(({ ids, score }) => ({ ids, score: score / length ** lengthPenalty }))
    this.#finished = best([...this.#finished, ...ended], beams)

    const full = this.#finished.length === beams
    const reach = earlyStopping === "never" && lengthPenalty > 0 ? this.#limit : length
    const possible = (going[0]?.score ?? worst) / reach ** lengthPenalty
    const beaten = full && possible <= (this.#finished.at(-1)?.score ?? worst)
    this.done = beaten || (full && earlyStopping === true) || ending.size === candidates.length
    return going.map(({ from }) => from)
  }
}

const logProbabilities = (logits: Float32Array): Float32Array => {
  let top = -Infinity
  for (const logit of logits) if (logit > top) top = logit
  let total = 0
  for (const logit of logits) total += Math.exp(logit - top)
  const normalizer = top + Math.log(total)
  return logits.map((logit) => logit - normalizer)
}

/**
 * The best continuation of each prompt, without prompt and end-of-text. A prompt that is longer than the context is cut to its
 * last half; a text ends where the context does.
 */
export const search = Effect.fn("Beam.search")(function* (
  model: Writer,
  prompts: ReadonlyArray<ReadonlyArray<number>>,
  options: SearchOptions
): Effect.fn.Return<ReadonlyArray<ReadonlyArray<number>>, ModelFailed, Scope.Scope> {
  const { beams } = options
  const begun = prompts.map((prompt) => {
    if (prompt.length === 0) return [model.endOfTextId]
    const half = Math.max(1, Math.floor(model.contextLength / 2))
    return prompt.length > model.contextLength ? prompt.slice(-half) : prompt
  })
  const searches = begun.map((prompt) => new Search(model, prompt, options))
  const decoder = yield* model.decoder(prompts.length * beams)
  let logits = yield* decoder.prefill(begun.flatMap((prompt) => Array.from({ length: beams }, () => prompt)))
  while (searches.length > 0) {
    yield* Effect.yieldNow // native calls hold the thread; between two of them an interruption can get through
    const rows = searches.flatMap((one, at) => {
      const own = Array.from({ length: beams }, (_, beam) => at * beams + beam)
      if (one.done) return own
      const V = model.vocabSize
      return one
        .advance(own.map((row) => logits.subarray(row * V, (row + 1) * V)))
        .map((from) => at * beams + from)
    })
    if (searches.every(({ done }) => done)) break
    if (rows.some((row, at) => row !== at)) yield* decoder.reorder(Int32Array.from(rows))
    const last = searches.flatMap(({ running }) => running.map(({ ids }) => ids.at(-1) ?? model.endOfTextId))
    logits = yield* decoder.decode(Int32Array.from(last))
  }
  return searches.map(({ result }) => result)
}, Effect.scoped)
