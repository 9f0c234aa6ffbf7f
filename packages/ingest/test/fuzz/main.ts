// Damages files of every format for a while and reads them: `pnpm --filter @inkstone/ingest fuzz --seconds 60 --seed 7 --format pdf`. Prints the seed, so that
// what it finds can be had again; ends with 1 if it found anything.
import { parseArgs } from "node:util"
import { formatNames } from "../../src/readers/formats.ts"
import { samples } from "./Samples.ts"
import { attempt } from "./Trial.ts"

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    format: { type: "string" },
    from: { type: "string", default: "0" },
    count: { type: "string" }
  }
})
const seed = Number(values.seed)
const end = performance.now() + 1000 * Number(values.seconds)
const wanted = formatNames.filter((name) => values.format === undefined || name === values.format)
process.stdout.write(`seed ${seed}\n`)

interface Total {
  attempts: number
  millis: number
  slowest: number
  slowestAt: string
  readonly counts: Record<string, number>
}
const totals = new Map<string, Total>()
const findings: Array<string> = []
let most = 0
const last =
  values.count === undefined ? Number.POSITIVE_INFINITY : Number(values.from) + Number(values.count)

for (let n = Number(values.from); performance.now() < end && n < last; n++) {
  for (const format of wanted) {
    const all = samples[format]
    // reading a PDF takes as long as a hundred others
    const sample = all[n % all.length]
    if (sample === undefined || (sample.slow === true && wanted.length > 1 && n % 20 !== 0)) continue
    const { counts, finding, millis } = await attempt({ format, sample, seed, n })
    const total = totals.get(format) ?? { attempts: 0, millis: 0, slowest: 0, slowestAt: "", counts: {} }
    totals.set(format, total)
    total.attempts++
    total.millis += millis
    if (millis > total.slowest) Object.assign(total, { slowest: millis, slowestAt: `${sample.name} n ${n}` })
    for (const [kind, count] of Object.entries(counts)) total.counts[kind] = (total.counts[kind] ?? 0) + count
    if (finding !== undefined) {
      findings.push(finding)
      process.stdout.write(`${finding}\n`)
    }
  }
  most = Math.max(most, process.memoryUsage.rss())
}

for (const [format, { attempts, millis, slowest, slowestAt, counts }] of totals) {
  const outcomes = Object.entries(counts).map(([kind, count]) => `${count} ${kind}`)
  process.stdout.write(
    `${format.padEnd(10)} ${attempts} files, ${outcomes.join(", ")}; ${(millis / attempts).toFixed(1)} ms each, at most ${slowest.toFixed(0)} (${slowestAt})\n`
  )
}
process.stdout.write(`${findings.length} findings; at most ${Math.round(most / 2 ** 20)} MiB\n`)
process.exitCode = findings.length > 0 ? 1 : 0
