// Which documents hang together: a union-find over rows.

export class Clusters {
  readonly #parents: Int32Array

  constructor(rows: number) {
    this.#parents = new Int32Array(rows)
    for (let row = 0; row < rows; row++) this.#parents[row] = row
  }

  /** The same row for all of a cluster. */
  root(row: number): number {
    const parents = this.#parents
    let at = row
    for (;;) {
      const parent = parents[at]!
      if (parent === at) return at
      const above = parents[parent]!
      parents[at] = above // halves the path for the next one
      at = above
    }
  }

  join(a: number, b: number): void {
    const [one, other] = [this.root(a), this.root(b)]
    // lower rows on top, so that no size need be kept; which one it is shows nowhere
    if (one < other) this.#parents[other] = one
    else this.#parents[one] = other
  }
}
