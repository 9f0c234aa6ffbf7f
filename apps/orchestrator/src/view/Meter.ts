// How fast something goes and how long it will take, from what it has reported so far.

/** Smoothing of the rate over this many seconds: steady enough to read, quick enough to notice a change. */
const MEMORY_SECONDS = 8

export class Meter {
  #rate = 0
  #last: { readonly done: number; readonly at: number } | undefined
  #weight = 0

  /** `at` in milliseconds. */
  update(done: number, at: number): void {
    if (this.#last !== undefined && at > this.#last.at) {
      const seconds = (at - this.#last.at) / 1000
      const keep = Math.exp(-seconds / MEMORY_SECONDS)
      this.#rate = keep * this.#rate + (1 - keep) * ((done - this.#last.done) / seconds)
      this.#weight = keep * this.#weight + (1 - keep)
    }
    if (this.#last === undefined || at > this.#last.at) this.#last = { done, at }
  }

  /** Units a second, or undefined before there is anything to tell. */
  get rate(): number | undefined {
    return this.#weight > 0 && this.#rate > 0 ? this.#rate / this.#weight : undefined
  }

  /** Seconds until `total`. */
  secondsLeft(total: number): number | undefined {
    const { rate } = this
    return rate === undefined || this.#last === undefined
      ? undefined
      : Math.max(0, (total - this.#last.done) / rate)
  }
}
