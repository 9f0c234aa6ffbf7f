// `pnpm bench <name>`: our speed beside a peer's, measured in turns in one sitting.
import { type BenchOptions, type Row, table } from "./Row.ts"
import { corpus } from "./corpus.ts"
import { estimate } from "./estimate.ts"
import { generate } from "./generate.ts"
import { ingest } from "./ingest.ts"
import { memory } from "./memory.ts"
import { metrics } from "./metrics.ts"
import { start } from "./start.ts"
import { tokenize } from "./tokenize.ts"
import { train } from "./train.ts"

const benches: Readonly<
  Record<string, (options: BenchOptions) => ReadonlyArray<Row> | Promise<ReadonlyArray<Row>>>
> = { train, estimate, start, generate, memory, tokenize, ingest, corpus, metrics }

const usage = `usage: bench <${Object.keys(benches).join(" | ")}> [--only name] [--rounds n] [--quick] [--full] [--gigabytes n] [--json]`

const main = async (words: ReadonlyArray<string>): Promise<number> => {
  const [name = "", ...flags] = words
  const bench = benches[name]
  const at = flags.indexOf("--rounds")
  const quick = flags.includes("--quick")
  const rounds = at < 0 ? (quick ? 2 : 5) : Number(flags[at + 1])
  if (bench === undefined || !Number.isInteger(rounds) || rounds < 1) {
    process.stderr.write(`${usage}\n`)
    return 2
  }
  const only = flags.includes("--only") ? flags[flags.indexOf("--only") + 1] : undefined
  const json = flags.includes("--json")
  const sized = flags.indexOf("--gigabytes")
  const gigabytes = sized < 0 ? undefined : Number(flags[sized + 1])
  if (gigabytes !== undefined && !(gigabytes > 0)) {
    process.stderr.write(`--gigabytes wants a number above 0\n${usage}\n`)
    return 2
  }
  const told = new Set<Row>()
  // minutes lie between two rows
  const report = (row: Row) => {
    told.add(row)
    if (json) process.stdout.write(`${JSON.stringify(row)}\n`)
    else process.stderr.write(`${row.work}: ${row.ours.toPrecision(4)} ${row.unit}\n`)
  }
  const rows = await bench({ rounds, quick, only, report, full: flags.includes("--full"), gigabytes })
  if (json) for (const row of rows.filter((row) => !told.has(row))) report(row)
  if (!json) process.stdout.write(`${table(rows)}\n`)
  return 0
}

process.exitCode = await main(process.argv.slice(2))
