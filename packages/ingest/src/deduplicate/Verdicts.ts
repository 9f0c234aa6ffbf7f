// Which documents go, and which one stands for each of them.
import { Clusters } from "./Clusters.ts"
import { estimate, linkExact, linkNear, linkVerified } from "./Linking.ts"
import type { Roster } from "./Roster.ts"
import type { SignatureSettings, SignatureTable } from "./Signatures.ts"

export interface Verdict {
  readonly rule: "exact-duplicate" | "near-duplicate"
  /** row of the document that stays */
  readonly kept: number
  /** documents of the cluster */
  readonly cluster: number
  /** estimated; NaN where one of the two is too short to be compared */
  readonly jaccard: number
}

interface Evidence {
  readonly table: SignatureTable
  readonly settings: SignatureSettings
  readonly roster: Roster
}

/** What signatures say alone; `confirm` asks the texts. */
export class Verdicts {
  readonly #evidence: Evidence
  readonly #rows: number
  #clusters: Clusters
  /** by row: the best of those with the same print, and the best of the whole cluster */
  readonly #equal: Int32Array
  #kept: Int32Array
  #sizes: Uint32Array

  constructor(evidence: Evidence) {
    const { roster, settings, table } = evidence
    this.#evidence = evidence
    this.#rows = table.rows
    this.#clusters = new Clusters(table.rows)
    if (settings.exact) linkExact(this.#clusters, table, roster)
    this.#equal = this.#best()
    if (settings.near) linkNear({ ...evidence, clusters: this.#clusters })
    this.#kept = settings.near ? this.#best() : this.#equal
    this.#sizes = this.#count()
  }

  /** Of a row that goes; undefined for one that stays. */
  of(row: number): Verdict | undefined {
    const kept = this.#kept[row]!
    if (kept === row) return undefined
    const equal = this.#equal[row] !== row
    const cluster = this.#sizes[this.#clusters.root(row)]!
    const { settings, table } = this.#evidence
    const estimated = settings.near ? estimate(table, settings, [row, kept]) : Number.NaN
    const jaccard = Number.isNaN(estimated) && this.#equal[row] === kept ? 1 : estimated
    return { rule: equal ? "exact-duplicate" : "near-duplicate", kept, cluster, jaccard }
  }

  /** Clusters of two and more, and the size of the largest. */
  summary(): { readonly clusters: number; readonly largest: number } {
    let [clusters, largest] = [0, 0]
    for (const size of this.#sizes) {
      if (size > 1) clusters++
      if (size > largest) largest = size
    }
    return { clusters, largest }
  }

  /** Rows that have a twin, best first. */
  candidates(): Int32Array {
    const rows: Array<number> = []
    for (let row = 0; row < this.#rows; row++) {
      if (this.#sizes[this.#clusters.root(row)]! > 1) rows.push(row)
    }
    return Int32Array.from(rows.toSorted((a, b) => this.#evidence.roster.compare(a, b)))
  }

  /** Links anew, but only pairs that are similar indeed. */
  confirm(candidates: Int32Array, similar: (a: number, b: number) => boolean): void {
    const { roster, settings, table } = this.#evidence
    this.#clusters = new Clusters(this.#rows)
    if (settings.exact) linkExact(this.#clusters, table, roster)
    linkVerified({ ...this.#evidence, clusters: this.#clusters }, candidates, similar)
    this.#kept = this.#best()
    this.#sizes = this.#count()
  }

  #best(): Int32Array {
    const { roster } = this.#evidence
    const best = new Int32Array(this.#rows).fill(-1)
    for (let row = 0; row < this.#rows; row++) {
      const root = this.#clusters.root(row)
      const before = best[root]!
      if (before < 0 || roster.compare(row, before) < 0) best[root] = row
    }
    const kept = new Int32Array(this.#rows)
    for (let row = 0; row < this.#rows; row++) kept[row] = best[this.#clusters.root(row)]!
    return kept
  }

  #count(): Uint32Array {
    const sizes = new Uint32Array(this.#rows)
    for (let row = 0; row < this.#rows; row++) {
      const root = this.#clusters.root(row)
      sizes[root] = sizes[root]! + 1
    }
    return sizes
  }
}
