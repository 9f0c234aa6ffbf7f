// Shifts of TER (Snover et al., 2006): a run of words that the reference has elsewhere is moved there for one edit, greedily,
// the best shift first. Limits, order and ties are those of Tercom in sacreBLEU 2.6 (sacrebleu/metrics/lib_ter.py).
import { type Alignment, EditDistance } from "./EditDistance.ts"

const longest = 10
const farthest = 50
const mostTrials = 1000

interface Shift {
  /** edits it saves, its own not counted */
  readonly gain: number
  readonly length: number
  readonly start: number
  readonly target: number
}

/** More saved, then longer, then earlier, then to an earlier place. */
const better = (a: Shift, b: Shift | undefined): boolean => {
  if (b === undefined) return true
  if (a.gain !== b.gain) return a.gain > b.gain
  if (a.length !== b.length) return a.length > b.length
  if (a.start !== b.start) return a.start < b.start
  return a.target < b.target
}

const shifted = (
  words: Int32Array,
  into: Int32Array,
  { length, start, target }: Omit<Shift, "gain">
): void => {
  const end = start + length
  if (target < start) {
    into.set(words)
    into.set(words.subarray(start, end), target)
    into.set(words.subarray(target, start), target + length)
    return
  }
  // between its own words: what follows the run moves before it
  const until = target > end ? target : length + target
  into.set(words)
  into.set(words.subarray(end, until), start)
  into.set(words.subarray(start, end), start + Math.min(until, words.length) - end)
}

const anyError = (errors: Uint8Array, start: number, length: number): boolean => {
  for (let at = start; at < start + length; at++) if (errors[at] !== 0) return true
  return false
}

/** One search for the best shift; counts its trials against those of the segment. */
class Search {
  trials = 0
  readonly #reference: Int32Array
  readonly #distance: EditDistance
  readonly #scratch: Int32Array

  constructor(reference: Int32Array, length: number) {
    this.#reference = reference
    this.#distance = new EditDistance(reference, length)
    this.#scratch = new Int32Array(length)
  }

  get spent(): boolean {
    return this.trials >= mostTrials
  }

  align(words: Int32Array): number {
    return this.#distance.align(words)
  }

  best(words: Int32Array, edits: number): Shift | undefined {
    const alignment = this.#distance.alignment()
    let best: Shift | undefined
    for (let start = 0; start < words.length; start++) {
      const from = Math.max(0, start - farthest)
      const to = Math.min(this.#reference.length, start + farthest + 1)
      for (let place = from; place < to; place++) {
        const run = this.#run(words, start, place)
        for (let length = 1; length <= run; length++) {
          const found = this.#targets(words, edits, { alignment, start, place, length, best })
          if (found === undefined) continue
          best = found
          if (this.spent) return best
        }
      }
    }
    return best
  }

  /** How many words from `start` the output has in common with the reference from `place`, at most 10. */
  #run(words: Int32Array, start: number, place: number): number {
    const most = Math.min(longest, words.length - start, this.#reference.length - place)
    let length = 0
    while (length < most && words[start + length] === this.#reference[place + length]) length++
    return length
  }

  /** The best of `best` and the shifts of one run; `undefined` where the run is no candidate. */
  #targets(
    words: Int32Array,
    edits: number,
    run: {
      readonly alignment: Alignment
      readonly start: number
      readonly place: number
      readonly length: number
      readonly best: Shift | undefined
    }
  ): Shift | undefined {
    const { length, place, start } = run
    const { outputErrors, places, referenceErrors } = run.alignment
    // both the words and the place where they belong must be wrong
    if (!anyError(outputErrors, start, length) || !anyError(referenceErrors, place, length)) return undefined
    const there = places[place]!
    if (start <= there && there < start + length) return undefined
    let best = run.best
    let last = -1
    for (let offset = -1; offset < length; offset++) {
      const target = place + offset === -1 ? 0 : places[place + offset]! + 1
      if (target === last) continue
      last = target
      shifted(words, this.#scratch, { start, length, target })
      const gain = edits - this.#distance.trial(this.#scratch, Math.min(start, target))
      this.trials++
      const shift = { gain, length, start, target }
      if (better(shift, best)) best = shift
    }
    return best
  }
}

/** Edits, shifts included, that make an output the reference. Ids of words in. */
export const edits = (output: Int32Array, reference: Int32Array): number => {
  if (reference.length === 0) return output.length
  const search = new Search(reference, output.length)
  let words = output
  let distance = search.align(words)
  for (let shifts = 0; ; shifts++) {
    const shift = search.best(words, distance)
    if (shift === undefined || search.spent || shift.gain <= 0) return shifts + distance
    const next = new Int32Array(words.length)
    shifted(words, next, shift)
    words = next
    distance = search.align(words)
  }
}
