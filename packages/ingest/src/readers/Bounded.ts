// Text that is put together from parts, but never more of it than a limit.

/** Of a piece that is too long, as much is kept as an excerpt needs. */
const keptOfLong = 1000

const pairs = /[\u{10000}-\u{10FFFF}]/u
/** Code points of a text, without making a string of each. */
export const codePoints = (text: string): number => {
  if (!pairs.test(text)) return text.length
  let lows = 0
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xfc00) === 0xdc00) lows++
  return text.length - lows
}

/** Text that grows until it passes the limit; from there on it is only counted. */
export class Bounded {
  readonly #limit: number
  #parts: Array<string> = []
  #points = 0
  constructor(limit: number) {
    this.#limit = limit
  }
  get points(): number {
    return this.#points
  }
  get tooLong(): number | undefined {
    return this.#points > this.#limit ? this.#points : undefined
  }
  add(text: string, points = codePoints(text)): void {
    const wasTooLong = this.tooLong !== undefined
    this.#points += points
    if (this.tooLong === undefined) this.#parts.push(text)
    else {
      const kept = wasTooLong ? (this.#parts[0] ?? "") : this.#parts.join("")
      this.#parts = [
        kept.length < keptOfLong ? (kept + text).slice(0, keptOfLong) : kept.slice(0, keptOfLong)
      ]
    }
  }
  take(): { readonly text: string; readonly tooLong: number | undefined } {
    const taken = { text: this.#parts.join(""), tooLong: this.tooLong }
    this.#parts = []
    this.#points = 0
    return taken
  }
}
