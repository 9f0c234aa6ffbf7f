// `inkstone report`: the pages of the last run, without running anything.
import { StoreLocal } from "@inkstone/artifact"
import { Pipeline, Records } from "@inkstone/pipeline"
import { Effect } from "effect"
import { Command } from "effect/cli"
import { failed } from "../Failure.ts"
import * as Flags from "../Flags.ts"
import * as Reports from "../Reports.ts"
import * as Terminal from "../Terminal.ts"

export const report = Command.make(
  "report",
  { pipeline: Flags.pipeline, store: Flags.store, out: Flags.out, json: Flags.json },
  Effect.fn("inkstone report")(function* ({ json, out, pipeline, store }) {
    const loaded = yield* Pipeline.load(pipeline)
    const records = yield* Records.latest(store, loaded.name)
    const made = records
      .filter(({ node }) => loaded.nodes.some(({ id }) => id === node))
      .map(({ key, node, outputs, stage }) => ({
        id: node,
        stage,
        key,
        outputs,
        status: "hit" as const,
        attempts: 0,
        milliseconds: 0
      }))
    const reports = yield* Reports.collect(made, { out, pipeline: loaded.name }).pipe(
      Effect.provide(StoreLocal.layer(store))
    )
    if (reports.length === 0)
      return yield* failed(
        "data",
        `${pipeline} has made no report yet. Run it first: inkstone run ${pipeline}`
      )
    Terminal.out.write(
      json ? `${JSON.stringify(reports, undefined, 2)}\n` : `${reports.map(Reports.inWords).join("\n\n")}\n`
    )
  })
).pipe(
  Command.withDescription(
    "Write the report of the newest finished run again and say where it is; runs nothing"
  ),
  Command.withExamples([
    { command: "inkstone report pipelines/first-book.yaml", description: "Table, verdict and paths" },
    { command: "inkstone report pipelines/first-book.yaml --out public", description: "Into another folder" }
  ])
)
