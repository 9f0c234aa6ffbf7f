// Where a text ends: at a sequence of tokens, or at a text, which may begin and end inside of tokens.

/** When a row ends; `begin` gives a watcher for one row, which is told each new token and says whether it was the last. */
export interface Stop {
  readonly begin: () => (id: number) => boolean
}

/** Follows one sequence through a stream of symbols (Knuth, Morris and Pratt 1977). */
class Matcher {
  readonly #pattern: ArrayLike<number>
  /** for each length: the longest shorter beginning of the pattern that the matched part ends with */
  readonly #shorter: ReadonlyArray<number>
  /** symbols of the pattern that the stream ends with */
  matched = 0

  constructor(pattern: ArrayLike<number>) {
    this.#pattern = pattern
    const shorter = [0, 0]
    for (let at = 1, length = 0; at < pattern.length; at++) {
      while (length > 0 && pattern[at] !== pattern[length]) length = shorter[length] ?? 0
      if (pattern[at] === pattern[length]) length++
      shorter.push(length)
    }
    this.#shorter = shorter
  }

  get length(): number {
    return this.#pattern.length
  }

  /** Whether the pattern ends with this symbol. */
  push(symbol: number): boolean {
    if (this.matched === this.length) this.matched = this.#shorter[this.matched] ?? 0
    while (this.matched > 0 && this.#pattern[this.matched] !== symbol)
      this.matched = this.#shorter[this.matched] ?? 0
    if (this.#pattern[this.matched] === symbol) this.matched++
    return this.matched === this.length
  }
}

const watch = (patterns: ReadonlyArray<ArrayLike<number>>): ReadonlyArray<Matcher> =>
  patterns.filter(({ length }) => length > 0).map((pattern) => new Matcher(pattern))

const bytesOfTexts = (texts: ReadonlyArray<string>) => texts.map((text) => new TextEncoder().encode(text))

/** Ends with one of these sequences of token ids; empty ones never come. */
export const ids = (sequences: ReadonlyArray<ReadonlyArray<number>>): Stop => ({
  begin: () => {
    const matchers = watch(sequences)
    // all are told, whatever the first says
    return (id) => matchers.filter((matcher) => matcher.push(id)).length > 0
  }
})

/** Ends with the token in which one of these texts is complete; only what is written counts, not the prompt. */
export const texts = (wanted: ReadonlyArray<string>, bytesOf: (id: number) => Uint8Array): Stop => {
  const patterns = bytesOfTexts(wanted)
  return {
    begin: () => {
      const matchers = watch(patterns)
      return (id) => {
        let ended = false
        for (const byte of bytesOf(id)) for (const matcher of matchers) ended = matcher.push(byte) || ended
        return ended
      }
    }
  }
}

/** Ends where one of them does. */
export const any = (stops: ReadonlyArray<Stop>): Stop => ({
  begin: () => {
    const watchers = stops.map((stop) => stop.begin())
    return (id) => watchers.filter((watcher) => watcher(id)).length > 0
  }
})

/**
 * Shows a text as its bytes come, but nothing of a stop text: what may be the beginning of one waits until it is known. One for
 * each row.
 */
export class Shown {
  readonly #matchers: ReadonlyArray<Matcher>
  #waiting: Array<number> = []
  #ended = false

  constructor(stops: ReadonlyArray<string>) {
    this.#matchers = watch(bytesOfTexts(stops))
  }

  /** Bytes that can be shown now. */
  push(bytes: Uint8Array): Uint8Array {
    for (const byte of bytes) {
      if (this.#ended) break
      this.#waiting.push(byte)
      // the longest of those that end here began first
      const found = this.#matchers.filter((matcher) => matcher.push(byte))
      if (found.length === 0) continue
      this.#ended = true
      const length = Math.max(...found.map((matcher) => matcher.length))
      return Uint8Array.from(this.#waiting.splice(0).slice(0, -length))
    }
    if (this.#ended) return new Uint8Array(0)
    const held = Math.max(0, ...this.#matchers.map(({ matched }) => matched))
    return Uint8Array.from(this.#waiting.splice(0, this.#waiting.length - held))
  }

  /** The rest, once no more bytes come. */
  end(): Uint8Array {
    return Uint8Array.from(this.#waiting.splice(0))
  }
}
