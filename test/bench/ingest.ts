// Cleaning: rules and deduplication. `--only rules` or `--only minhash`.
import { minhash } from "./ingest/minhash.ts"
import { rules } from "./ingest/rules.ts"
import type { BenchOptions, Row } from "./Row.ts"

const parts = { rules, minhash }

export const ingest = async (options: BenchOptions): Promise<ReadonlyArray<Row>> => {
  const rows: Array<Row> = []
  for (const [name, part] of Object.entries(parts)) {
    if (options.only === undefined || name.includes(options.only)) rows.push(...(await part(options)))
  }
  return rows
}
