// Why a file, or one record of it, could not be read. Readers throw it; who calls them enters it into the ledger.

export class Refusal extends Error {
  override readonly name = "Refusal"
  /** such as `no-text-layer`, `encrypted`, `zip-bomb` */
  readonly rule: string
  /** what was measured, and the most that is allowed; 1 and 0 where there is nothing to measure */
  readonly value: number
  readonly threshold: number

  constructor(
    rule: string,
    { value, threshold }: { readonly value: number; readonly threshold: number } = { value: 1, threshold: 0 }
  ) {
    super(`${rule}: ${value} where at most ${threshold} is allowed`)
    this.rule = rule
    this.value = value
    this.threshold = threshold
  }
}
