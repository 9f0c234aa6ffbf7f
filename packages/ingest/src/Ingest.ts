// The stage: files in, clean documents out, with what every rule measured and what was dropped or repaired.
import { Documents, Ledger, Scores } from "@inkstone/artifact"
import { Stage, StageFailure } from "@inkstone/stage"
import { Effect } from "effect"
import { IngestConfig } from "./IngestConfig.ts"

export const ingest = Stage.define({
  name: "@inkstone/ingest#ingest",
  version: 1,
  description: "Reads text, Markdown, HTML and JSONL; repairs, measures, cuts, deduplicates and splits it",
  config: IngestConfig,
  inputs: {},
  outputs: { documents: Documents, scores: Scores, ledger: Ledger },
  files: (config) => config.files,
  resources: (config) => ({ cpus: 1, memoryBytes: 2 ** 29 + 12 * config.cuts.maxChars }),
  run: () =>
    Effect.fail(
      new StageFailure({
        category: "crashed",
        fact: "NotThere",
        problem: "ingest cannot read yet",
        advice: ""
      })
    )
})
