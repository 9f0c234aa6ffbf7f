// `pnpm bench <name>`: our speed beside a peer's, measured in turns in one sitting.
import { type BenchOptions, type Row, table } from "./Row.ts"
import { generate } from "./generate.ts"
import { start } from "./start.ts"
import { tokenize } from "./tokenize.ts"
import { train } from "./train.ts"

const benches: Readonly<
  Record<string, (options: BenchOptions) => ReadonlyArray<Row> | Promise<ReadonlyArray<Row>>>
> = { train, start, generate, tokenize }

const usage = `usage: bench <${Object.keys(benches).join(" | ")}> [--only name] [--rounds n] [--quick] [--full] [--json]`

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
  const rows = await bench({ rounds, quick, only, full: flags.includes("--full") })
  process.stdout.write(
    flags.includes("--json") ? rows.map((row) => `${JSON.stringify(row)}\n`).join("") : `${table(rows)}\n`
  )
  return 0
}

process.exitCode = await main(process.argv.slice(2))
