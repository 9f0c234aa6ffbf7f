// Models in, a page a person reads out.
import { Documents, Ledger, Metrics, Report, Trace, Weights } from "@inkstone/artifact"
import { field, Stage, StageFailure } from "@inkstone/stage"
import { Effect, Schema } from "effect"
import { readFile } from "node:fs/promises"
import { againstBaseline } from "./Baseline.ts"
import { gather } from "./Comparison.ts"
import { estimates } from "./Estimates.ts"
import * as Html from "./Html.ts"
import * as Markdown from "./Markdown.ts"
import type { Page } from "./Page.ts"
import { findings } from "./Pairwise.ts"
import { recommend } from "./Recommendation.ts"
import { groups } from "./SideBySide.ts"
import { trials } from "./Trials.ts"

const positive = Schema.Finite.check(Schema.isGreaterThan(0))

const Config = Schema.Struct({
  title: field(Schema.String, "Comparison", "heading of the page"),
  task: field(Schema.String, "", "what the models are for, in a sentence"),
  pipeline: Schema.optionalKey(Schema.String).annotate({
    description: "the pipeline file, shown so that the page alone is enough to repeat the run"
  }),
  maxParameters: Schema.optionalKey(positive).annotate({
    description: "budget: most numbers a model may have"
  }),
  maxWeightBytes: Schema.optionalKey(positive).annotate({
    description: "budget: most bytes its weights may take"
  }),
  maxTrainMs: Schema.optionalKey(positive).annotate({
    description: "budget: longest training, in milliseconds; it was measured on one machine"
  }),
  maxLatencyMs: Schema.optionalKey(positive).annotate({
    description: "budget: longest wait for an answer, in milliseconds; it was measured on one machine"
  }),
  metric: Schema.optionalKey(Schema.NonEmptyString).annotate({
    description:
      "models are ranked by it, such as accuracy, rouge_l or bleu; the evaluator's choice if left out"
  }),
  alpha: field(positive, 0.05, "a difference less significant than this is a tie"),
  minDocuments: field(positive, 5, "fewest held-out documents that can decide anything")
})

const unreadable = (problem: string) =>
  new StageFailure({
    category: "data",
    fact: "ArtifactUnreadable",
    problem,
    advice: "Run again: it will be made anew"
  })

/** `@inkstone/reporter#report`: compares any number of models and recommends one, or says why it cannot. */
export const report = Stage.define({
  name: "@inkstone/reporter#report",
  version: 2,
  description: "Compares models side by side and recommends one for a task and a budget",
  config: Config,
  inputs: {
    models: Stage.many(Weights),
    metrics: Stage.many(Metrics),
    traces: Stage.any(Trace),
    documents: Stage.any(Documents),
    ledgers: Stage.any(Ledger)
  },
  outputs: { report: Report },
  files: ({ pipeline }) => (pipeline === undefined ? [] : [pipeline]),
  run: Effect.fn("report")(function* (config, given, run) {
    const { summaries, unmeasured } = yield* gather(given, config.metric).pipe(
      Effect.mapError((error) => unreadable(error.message))
    )
    const { alpha, maxLatencyMs, maxParameters, maxTrainMs, maxWeightBytes, metric, minDocuments } = config
    const names = new Set(summaries.flatMap((model) => [...model.metrics.keys()]))
    if (metric !== undefined && names.size > 0 && !names.has(metric))
      return yield* new StageFailure({
        category: "config",
        fact: "UnknownMetric",
        problem: `metric: no model has ${metric}`,
        advice: `There are ${[...names].join(", ")}`
      })
    const decided = recommend(summaries, {
      budget: {
        ...(maxParameters === undefined ? {} : { maxParameters }),
        ...(maxWeightBytes === undefined ? {} : { maxWeightBytes }),
        ...(maxTrainMs === undefined ? {} : { maxTrainMs }),
        ...(maxLatencyMs === undefined ? {} : { maxLatencyMs })
      },
      alpha,
      minDocuments
    })
    const verdict = { ...decided, reason: decided.reason + againstBaseline(summaries) }
    const table = groups(summaries)
    const source = run.files[0]
    const text =
      source === undefined
        ? undefined
        : yield* Effect.tryPromise({
            try: () => readFile(source.path, "utf8"),
            catch: (cause) => unreadable(`${source.name}: ${String(cause)}`)
          })
    const page: Page = {
      title: config.title,
      task: config.task,
      verdict,
      models: summaries,
      unmeasured,
      groups: table,
      findings: findings(
        summaries.find(({ label }) => label === verdict.ranking[0]),
        summaries,
        alpha
      ),
      estimates: estimates(summaries),
      trials: trials(summaries),
      corpora: given.documents.map(({ artifact }) => artifact.attributes),
      cleaning: given.ledgers.map(({ artifact }) => artifact.attributes),
      pipeline: source === undefined || text === undefined ? undefined : { name: source.name, text },
      environment: [
        ["Node", process.version],
        ["platform", `${process.platform} ${process.arch}`],
        ["seed of this stage", String(run.seed)]
      ]
    }
    const repeatable = table.flatMap(({ rows }) => rows.filter(({ measured }) => !measured))
    const facts = summaries.flatMap(({ label }, i) =>
      repeatable.map(({ name, values }) => ({ model: label, field: name, value: values[i]! }))
    )
    const pages = { "report.html": Html.render(page), "report.md": Markdown.render(page) }
    yield* Effect.gen(function* () {
      yield* run.outputs.report.append("facts", {
        model: facts.map(({ model }) => model),
        field: facts.map(({ field }) => field),
        value: facts.map(({ value }) => value)
      })
      yield* run.outputs.report.append("files", {
        path: Object.keys(pages),
        media_type: ["text/html", "text/markdown"],
        content: Object.values(pages).map((each) => Buffer.from(each, "utf8"))
      })
      yield* run.outputs.report.describe({
        title: config.title,
        recommendation: verdict.recommendation,
        reason: verdict.reason
      })
    }).pipe(
      Effect.mapError(
        (error) =>
          new StageFailure({
            category: "resource",
            fact: error._tag,
            problem: error.message,
            advice: "Free disk space and run again"
          })
      )
    )
    yield* run.report({ done: summaries.length, total: summaries.length, unit: "models" })
  })
})
