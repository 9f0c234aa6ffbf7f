// One line of a benchmark: a piece of work, done by us and by a peer in the same sitting.
export interface Row {
  readonly work: string
  readonly unit: string
  readonly ours: number
  /** absent where the peer is not installed */
  readonly peer?: number
  readonly peerName: string
  /** above 1: ours is better */
  readonly ratio?: number
}

export interface BenchOptions {
  /** times each side gets its turn */
  readonly rounds: number
  /** a first impression: fewest rounds, fewest steps */
  readonly quick: boolean
  /** told of each row as it is there */
  readonly report: (row: Row) => void
  /** only works with this in their name */
  readonly only: string | undefined
  /** the whole work also where a peer takes minutes for it */
  readonly full: boolean
  /** size of a corpus, where the work has one */
  readonly gigabytes: number | undefined
}

const number = (value: number | undefined) =>
  value === undefined ? "-" : value >= 100 ? value.toFixed(0) : value.toPrecision(3)

/** Rows as a table for people. */
export const table = (rows: ReadonlyArray<Row>): string => {
  const head = ["work", "unit", "ours", "peer", "peerName", "ratio"]
  const cells = rows.map(({ ours, peer, peerName, ratio, unit, work }) => [
    work,
    unit,
    number(ours),
    number(peer),
    peerName,
    number(ratio)
  ])
  const widths = head.map((_, column) => Math.max(...[head, ...cells].map((row) => row[column]?.length ?? 0)))
  return [head, ...cells]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd()
    )
    .join("\n")
}
