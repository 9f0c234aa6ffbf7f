// Repetition as in Gopher (table A1): the most frequent runs of 2 to 4 words, and runs of 5 to 10 words that were there before.
//
// A run of n words comes back only if the run of n-1 at its beginning and the one at its end do. So each length looks only at the
// places whose shorter runs came back, which in a text that does not repeat itself are few.
import type { Scan } from "./Scan.ts"
import { Spans } from "./Spans.ts"

/** Characters in the most frequent run of n words, times how often it is there, by n; 2 to 4 are used. */
export interface Repeats {
  readonly top: Int32Array
  /** characters in runs of n words that were there before, each character counted once, by n; 5 to 10 are used */
  readonly duplicate: Int32Array
}

const longest = 10

export class Repetition {
  readonly #spans = new Spans()
  #words = new Int32Array(0)
  #first = new Int32Array(0)
  #next = new Int32Array(0)
  #counts = new Int32Array(0)
  #nextCounts = new Int32Array(0)
  #places = new Int32Array(0)
  #met = new Uint8Array(0)
  readonly #result = { top: new Int32Array(longest + 1), duplicate: new Int32Array(longest + 1) }

  /** The first place of each word's equals after `of`. */
  get firstWords(): Int32Array {
    return this.#words
  }

  /** `spaced`: spaces stand between the words, and count. Without them a run that is there once counts nothing. */
  of(scan: Scan, spaced: boolean): Repeats {
    const { top, duplicate } = this.#result
    top.fill(0)
    duplicate.fill(0)
    const { ends, hashes, starts, words: n } = scan
    this.#grow(n)
    this.#spans.equal(scan.units, { starts, ends, hashes, n }, this.#words)
    let places = this.#places
    let m = Math.max(0, n - 1)
    for (let i = 0; i < m; i++) places[i] = i
    for (let size = 2; size <= longest && n >= size; size++) {
      const left = size === 2 ? this.#words : this.#first
      this.#spans.pairs(
        { places, n: m, left, right: this.#words, offset: size - 1 },
        this.#next,
        this.#nextCounts
      )
      if (size <= 4) top[size] = this.#top(scan, { size, places: m, spaced })
      else duplicate[size] = this.#duplicate(scan, size, m)
      m = this.#repeated(m, n - size)
      const swap = this.#first
      this.#first = this.#next
      this.#next = swap
      const counts = this.#counts
      this.#counts = this.#nextCounts
      this.#nextCounts = counts
      places = this.#places
    }
    return this.#result
  }

  /** Of runs that are equally frequent the first counts, as Python's Counter has it. */
  #top(
    { charsBefore }: Scan,
    { places: m, size, spaced }: { readonly size: number; readonly places: number; readonly spaced: boolean }
  ): number {
    const [places, first, counts] = [this.#places, this.#next, this.#nextCounts]
    let best = -1
    let most = 1
    for (let i = 0; i < m; i++) {
      const place = places[i]!
      if (first[place] === place && counts[place]! > most) {
        best = place
        most = counts[place]!
      }
    }
    // four Han characters are much of a short text, even if they never come back
    if (!spaced) return best < 0 ? 0 : (charsBefore[best + size]! - charsBefore[best]!) * most
    const place = best < 0 ? 0 : best
    return (charsBefore[place + size]! - charsBefore[place]! + size - 1) * most
  }

  /** From left to right: a run that was there before is counted and stepped over. */
  #duplicate({ charsBefore }: Scan, size: number, m: number): number {
    const [places, first, met] = [this.#places, this.#next, this.#met]
    let chars = 0
    let from = 0
    for (let i = 0; i < m; i++) {
      const place = places[i]!
      if (place < from) continue
      const run = first[place]!
      if (met[run] === size) {
        chars += charsBefore[place + size]! - charsBefore[place]!
        from = place + size
      } else met[run] = size
    }
    return chars
  }

  /** Keeps the places whose run comes back, and whose next run does; `last` is the last place a longer run can begin at. */
  #repeated(m: number, last: number): number {
    const [places, first, counts] = [this.#places, this.#next, this.#nextCounts]
    let kept = 0
    let waiting = -1
    for (let i = 0; i < m; i++) {
      const place = places[i]!
      const repeated = counts[first[place]!]! > 1
      if (waiting >= 0 && repeated && place === waiting + 1 && waiting < last) places[kept++] = waiting
      waiting = repeated ? place : -1
    }
    return kept
  }

  #grow(n: number): void {
    if (n > this.#words.length) {
      const size = 2 ** Math.ceil(Math.log2(n + 1))
      this.#words = new Int32Array(size)
      this.#first = new Int32Array(size)
      this.#next = new Int32Array(size)
      this.#counts = new Int32Array(size)
      this.#nextCounts = new Int32Array(size)
      this.#places = new Int32Array(size)
      this.#met = new Uint8Array(size)
    } else this.#met.fill(0, 0, n)
  }
}
