// What each step of cleaning took out or mended, rule by rule, with a few examples of each.
import type { DatasetCard, Kind, Ledger } from "@inkstone/artifact"

type LedgerBatch = Kind.Rows<(typeof Ledger.tables)["ledger"]>
type FunnelRows = Kind.Rows<(typeof DatasetCard.tables)["funnel"]>
type ExampleRows = Kind.Rows<(typeof DatasetCard.tables)["examples"]>

export interface Example {
  readonly step: string
  readonly action: string
  readonly rule: string
  readonly source: string
  readonly value: number
  readonly threshold: number
  readonly excerpt: string
}

export interface Step {
  readonly step: string
  readonly read: number
  readonly kept: number
  /** documents by rule */
  readonly dropped: Readonly<Record<string, number>>
  readonly repaired: Readonly<Record<string, number>>
}

/** Most documents first; rules with as many by name. */
const inOrder = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts).toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))

export class Funnel {
  readonly steps: Array<Step> = []
  readonly examples: Array<Example> = []
  readonly #wanted: number

  /** `examples`: of each rule of each step. */
  constructor(examples: number) {
    this.#wanted = examples
  }

  begin(step: Step): void {
    this.steps.push(step)
  }

  /** Takes the first entries of each rule as examples. */
  look(step: string, batch: LedgerBatch, counts: Map<string, number>): void {
    for (let row = 0; row < batch.id.length; row++) {
      const [action = "", rule = ""] = [batch.action[row], batch.rule[row]]
      const key = `${action} ${rule}`
      const before = counts.get(key) ?? 0
      if (before >= this.#wanted) continue
      counts.set(key, before + 1)
      this.examples.push({
        step,
        action,
        rule,
        source: batch.source[row] ?? "",
        value: batch.value[row] ?? Number.NaN,
        threshold: batch.threshold[row] ?? Number.NaN,
        excerpt: batch.excerpt[row] ?? ""
      })
    }
  }

  rows(): FunnelRows {
    const all = this.steps.flatMap(({ dropped, kept, read, repaired, step }) =>
      [["dropped", dropped] as const, ["repaired", repaired] as const].flatMap(([action, counts]) =>
        inOrder(counts).map(([rule, documents]) => ({ step, read, kept, action, rule, documents }))
      )
    )
    return {
      step: all.map(({ step }) => step),
      read: Uint32Array.from(all, ({ read }) => read),
      action: all.map(({ action }) => action),
      rule: all.map(({ rule }) => rule),
      documents: Uint32Array.from(all, ({ documents }) => documents),
      kept: Uint32Array.from(all, ({ kept }) => kept)
    }
  }

  exampleRows(): ExampleRows {
    const { examples } = this
    return {
      step: examples.map(({ step }) => step),
      action: examples.map(({ action }) => action),
      rule: examples.map(({ rule }) => rule),
      source: examples.map(({ source }) => source),
      value: Float64Array.from(examples, ({ value }) => value),
      threshold: Float64Array.from(examples, ({ threshold }) => threshold),
      excerpt: examples.map(({ excerpt }) => excerpt)
    }
  }
}
