// The ranks of tokens by their bytes, and what each token is made of.
import { hashWord, WordTable } from "../internal/WordTable.ts"

export class Ranks {
  readonly #tokens = new WordTable()
  /** by number of the token */
  readonly #ranks: Array<number> = []
  /** the token at hand: where its parts begin, and the rank of each with the next one, -1 for none */
  #starts: Array<number> = []
  #joined: Array<number> = []

  /** `false` if the token is there already. */
  add(token: Uint8Array, rank: number): boolean {
    const hash = hashWord(token, 0, token.length)
    if (this.#tokens.find(token, 0, token.length, hash) >= 0) return false
    this.#tokens.add(token, 0, token.length, hash)
    this.#ranks.push(rank)
    return true
  }

  /** Rank of a token, -1 if there is none. */
  of(bytes: Uint8Array, start: number, end: number): number {
    const token = this.#tokens.find(bytes, start, end, hashWord(bytes, start, end))
    return token < 0 ? -1 : this.#ranks[token]!
  }

  /**
   * The two tokens that a token is made of when only pairs of a rank below its own are joined, lowest ranks first;
   * `undefined` if that leaves more than two, so that no text comes to it by joining.
   */
  partsOf(token: Uint8Array, rank: number): readonly [left: number, right: number] | undefined {
    const starts = (this.#starts = Array.from({ length: token.length + 1 }, (_, at) => at))
    this.#joined = []
    for (let part = 0; part + 2 < starts.length; part++)
      this.#joined.push(this.#joinedRank(token, part, rank))
    const joined = this.#joined
    for (;;) {
      let best = -1
      for (let part = 0; part < joined.length; part++) {
        if (joined[part]! >= 0 && (best < 0 || joined[part]! < joined[best]!)) best = part
      }
      if (best < 0) break
      starts.splice(best + 1, 1)
      joined.splice(best, 1)
      if (best > 0) joined[best - 1] = this.#joinedRank(token, best - 1, rank)
      if (best < joined.length) joined[best] = this.#joinedRank(token, best, rank)
    }
    if (starts.length !== 3) return undefined
    return [this.of(token, 0, starts[1]!), this.of(token, starts[1]!, token.length)]
  }

  #joinedRank(token: Uint8Array, part: number, below: number): number {
    const rank = this.of(token, this.#starts[part]!, this.#starts[part + 2]!)
    return rank < below ? rank : -1
  }
}
