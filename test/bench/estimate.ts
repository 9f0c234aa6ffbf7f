// What `inkstone estimate` foretells of a training beside what the training then takes, for a few networks.
import { Store, StoreLocal, Trace } from "@inkstone/artifact"
import { Records } from "@inkstone/pipeline"
import { Effect, Schema } from "effect"
import { execFile } from "node:child_process"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { promisify } from "node:util"
import type { BenchOptions, Row } from "./Row.ts"

const main = path.join(import.meta.dirname, "../../apps/orchestrator/src/main.ts")

const inkstone = async (...words: ReadonlyArray<string>): Promise<string> => {
  const { stdout } = await promisify(execFile)(process.execPath, [main, ...words], { maxBuffer: 2 ** 28 })
  return stdout
}

const works: Readonly<Record<string, string>> = {
  "gpt2 2x64": "architecture: { layers: 2, heads: 2, channels: 64 }, contextLength: 64, batchSize: 16",
  "gpt2 2x64, 4 rows at once":
    "architecture: { layers: 2, heads: 2, channels: 64 }, contextLength: 64, batchSize: 16, microBatchSize: 4",
  "gpt2 4x128": "architecture: { layers: 4, heads: 4, channels: 128 }, contextLength: 128, batchSize: 16",
  "gpt2 6x384": "architecture: { layers: 6, heads: 6, channels: 384 }, contextLength: 128, batchSize: 8"
}

const pipeline = (config: string, steps: number) => `name: estimate
nodes:
  corpus: { uses: "@inkstone/ingest#ingest", with: { files: ["*.txt"] } }
  tokenizer: { uses: "@inkstone/tokenizer#train", in: { documents: corpus.documents }, with: { vocabSize: 1000 } }
  tokens: { uses: "@inkstone/tokenizer#encode", in: { documents: corpus.documents, tokenizer: tokenizer }, with: { split: train } }
  gpt:
    uses: "@inkstone/trainer#pretrain"
    in: { train: tokens, validation: tokens }
    with: { ${config}, steps: ${steps}, patience: 0 }
`

const Said = Schema.fromJsonString(
  Schema.Struct({
    answers: Schema.Array(
      Schema.Struct({
        found: Schema.Struct({ peakBytes: Schema.Finite, total: Schema.Struct({ ms: Schema.Finite }) })
      })
    )
  })
)
const decode = Schema.decodeUnknownPromise(Said)

/** Numbers of what the training's trace says that it cost, and how long its node ran. */
const actual = (root: string) =>
  Effect.gen(function* () {
    const record = (yield* Records.latest(root)).find(({ node }) => node === "gpt")
    const trace = yield* (yield* Store).open(Trace, record?.outputs["trace"]?.digest ?? "")
    const { name, value } = yield* trace.read("cost")
    return {
      wallMs: record?.milliseconds ?? Number.NaN,
      of: (wanted: string) => value[name.indexOf(wanted)] ?? Number.NaN
    }
  }).pipe(Effect.provide(StoreLocal.layer(root)), Effect.runPromise)

const measure = async (name: string, config: string, steps: number): Promise<ReadonlyArray<Row>> => {
  const folder = await mkdtemp(path.join(tmpdir(), "inkstone-estimate-"))
  try {
    const file = path.join(folder, "estimate.yaml")
    await writeFile(file, pipeline(config, steps))
    const lines = Array.from(
      { length: 4000 },
      (_, i) =>
        `Page ${i} of the log says ${(i * 7919) % 10_007} times that the lamp was lit before ${(i * 31) % 24} o'clock.`
    )
    await writeFile(path.join(folder, "log.txt"), lines.join("\n"))
    const root = path.join(folder, "store")
    await inkstone("run", file, "--only", "tokens", "--store", root, "--json")
    const said = await decode(await inkstone("estimate", file, "--store", root, "--json"))
    await inkstone("run", file, "--store", root, "--out", folder, "--json")
    const { of, wallMs } = await actual(root)
    const row = (what: string, unit: string, ours: number, peer: number): Row => ({
      work: `${name}, ${steps} steps: ${what}`,
      unit,
      ours,
      peer,
      peerName: "what it then was",
      ratio: peer / ours
    })
    const found = said.answers[0]?.found
    return [
      row("the whole node, by the probe", "s", (found?.total.ms ?? Number.NaN) / 1e3, wallMs / 1e3),
      row("steps, by the first 20", "s", of("predicted_train_ms") / 1e3, of("train_ms") / 1e3),
      row(
        "peak memory, by the probe",
        "MB",
        (found?.peakBytes ?? Number.NaN) / 1e6,
        of("peak_rss_bytes") / 1e6
      ),
      row(
        "peak memory, by the program",
        "MB",
        of("predicted_peak_rss_bytes") / 1e6,
        of("peak_rss_bytes") / 1e6
      )
    ]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

export const estimate = async ({ only, quick, report }: BenchOptions): Promise<ReadonlyArray<Row>> => {
  const rows: Array<Row> = []
  for (const [name, config] of Object.entries(works).slice(0, quick ? 2 : undefined)) {
    if (only !== undefined && !name.includes(only)) continue
    for (const row of await measure(name, config, quick ? 100 : 400)) {
      report(row)
      rows.push(row)
    }
  }
  return rows
}
