// Reads damaged files and tells what came of it: documents and typed outcomes are fine, anything else is a finding.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Schema } from "effect"
import { IngestConfig } from "../../src/IngestConfig.ts"
import { read } from "../../src/Reader.ts"
import type { FormatName } from "../../src/readers/formats.ts"
import { damaged } from "./Mutations.ts"
import type { Sample } from "./Samples.ts"
import { zipOf } from "./Zip.ts"

/** Small enough that what ignores them is seen. */
const limits = { wholeBytes: 2 ** 23, unpackedBytes: 2 ** 25, unpackedRatio: 500 }
const maxChars = 1_000_000
/** A file this small has no business with more documents than this in memory at once, or more text. */
const mostChars = 2 ** 27

const decode = Schema.decodeUnknownSync(IngestConfig)
const configs = [
  decode({ files: ["x"], limits, cuts: { maxChars } }),
  decode({
    files: ["x"],
    limits,
    cuts: { maxChars: 200 },
    split: "chapters",
    fields: { text: "messages", id: "id", lang: "meta.lang" }
  }),
  decode({
    files: ["x"],
    limits,
    cuts: { maxChars },
    split: "lines",
    mail: { quotes: "keep", signatures: "keep", subject: "drop" }
  })
]

export interface Attempt {
  readonly format: FormatName
  readonly sample: Sample
  readonly seed: number
  readonly n: number
}

export interface Outcome {
  readonly counts: Readonly<Record<string, number>>
  /** what should not have happened, with all that is needed to see it again */
  readonly finding: string | undefined
  readonly millis: number
}

const folder = mkdtempSync(join(tmpdir(), "inkstone-fuzz-"))
process.once("exit", () => rmSync(folder, { recursive: true, force: true }))

const damagedSample = (
  { bytes, parts }: Sample,
  how: { readonly seed: number; readonly n: number }
): Buffer => {
  if (parts === undefined) return damaged(bytes, how)
  const names = Object.keys(parts)
  const name = names[Math.floor(how.n / 5) % names.length] ?? ""
  return zipOf({ ...parts, [name]: damaged(parts[name] ?? Buffer.from(""), how) })
}

/** Forces the format every second time: else most damaged files are taken for text. */
export const attempt = async ({ format, sample, seed, n }: Attempt): Promise<Outcome> => {
  const path = join(folder, `${format}-${n % 2}`)
  writeFileSync(path, damagedSample(sample, { seed, n }))
  const counts: Record<string, number> = {}
  const config = {
    ...(configs[n % configs.length] ?? decode({ files: ["x"] })),
    format: n % 2 === 0 ? format : "auto"
  } as const
  const start = performance.now()
  let finding: string | undefined
  let chars = 0
  try {
    for await (const { reads } of read({ path, name: sample.name, bytes: 0, sha256: "" }, config)) {
      for (const one of reads) {
        counts[one.kind] = (counts[one.kind] ?? 0) + 1
        chars += one.text.length
      }
    }
    if (chars > mostChars) finding = `gave ${chars} characters`
  } catch (problem) {
    finding = problem instanceof Error ? (problem.stack ?? problem.message) : String(problem)
  }
  const where = `${format}, ${sample.name}, seed ${seed}, n ${n}`
  return {
    counts,
    finding: finding === undefined ? undefined : `${where}: ${finding}`,
    millis: performance.now() - start
  }
}
