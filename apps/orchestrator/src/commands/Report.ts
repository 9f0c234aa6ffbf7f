// `inkstone report`: the pages of the last run, without running anything.
import { Effect } from "effect"
import { Command } from "effect/cli"
import { failed } from "../Failure.ts"
import * as Flags from "../Flags.ts"
import * as Terminal from "../Terminal.ts"

export const report = Command.make(
  "report",
  {
    pipeline: Flags.pipeline,
    profile: Flags.profile,
    store: Flags.store,
    out: Flags.out,
    json: Flags.json
  },
  Effect.fn("inkstone report")(function* ({ json, out, pipeline, profile, store }) {
    const { Pipeline, Records } = yield* Effect.promise(() => import("@inkstone/pipeline"))
    const { DatasetCard, Report, StoreLocal, TokenizerReport } = yield* Effect.promise(
      () => import("@inkstone/artifact")
    )
    const Reports = yield* Effect.promise(() => import("../Reports.ts"))
    const loaded = yield* Pipeline.load(pipeline, { profile })
    const outputs = loaded.nodes.flatMap(({ stage }) => Object.values(stage.outputs))
    const kinds: ReadonlySet<string> = new Set([Report.name, DatasetCard.name, TokenizerReport.name])
    if (!outputs.some(({ name }) => kinds.has(name)))
      return yield* failed(
        "config",
        `${pipeline} has no stage that makes a report. Add @inkstone/reporter#report, or @inkstone/ingest#card, or @inkstone/tokenizer#report`
      )
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
    const where = { out, pipeline: loaded.name }
    const written = yield* Effect.all({
      reports: Reports.collect(made, where),
      pages: Reports.pages(made, where)
    }).pipe(Effect.provide(StoreLocal.layer(store)))
    if (written.reports.length + written.pages.length === 0)
      return yield* failed(
        "data",
        `${pipeline} has made no report yet. Run it first: inkstone run ${pipeline}`
      )
    Terminal.out.write(Reports.shown(written, json))
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
