// Reports among a run's outputs: written out as files, and their facts as a short table.
import { type Artifact, DatasetCard, Report, Store, TokenizerReport } from "@inkstone/artifact"
import type { NodeResult } from "@inkstone/pipeline"
import { Effect } from "effect"
import { mkdir, rename, writeFile } from "node:fs/promises"
import { join, resolve } from "node:path"
import { failed } from "./Failure.ts"
import { table } from "./Table.ts"

/** What a person wants of each model in the last lines of a run. */
const columns = [
  "parameters",
  "weights",
  "bits per byte",
  "perplexity",
  "accuracy",
  "macro f1",
  "pearson",
  "bleu",
  "chrf",
  "rouge l",
  "token f1"
]

export interface WrittenReport {
  readonly node: string
  readonly title: string
  readonly recommendation: string
  readonly reason: string
  /** absolute paths */
  readonly files: ReadonlyArray<string>
  readonly models: ReadonlyArray<Readonly<Record<string, string>>>
}

const modelsOf = Effect.fnUntraced(function* (report: Artifact<typeof Report>) {
  const { field, model, value } = yield* report.read("facts")
  return [...new Set(model)].map((label) => ({
    model: label,
    ...Object.fromEntries(
      columns.flatMap((column) => {
        const at = model.findIndex((each, i) => each === label && field[i] === column)
        return at === -1 ? [] : [[column, value[at]!]]
      })
    )
  }))
})

/** Written beside and renamed: a browser that reloads never sees half a page. */
const place = async (file: string, content: Uint8Array): Promise<void> => {
  const partial = `${file}.${process.pid}.partial`
  await writeFile(partial, content)
  await rename(partial, file)
}

/** Rows of a table of files. */
interface Files {
  readonly path: ReadonlyArray<string>
  readonly content: ReadonlyArray<Uint8Array>
}

const write = Effect.fnUntraced(function* ({ content, path }: Files, folder: string) {
  return yield* Effect.tryPromise({
    try: async () => {
      await mkdir(folder, { recursive: true })
      const written = path.map((name) => join(folder, name))
      for (const [i, file] of written.entries()) await place(file, content[i]!)
      return written
    },
    catch: (cause) =>
      failed(
        "resource",
        `${folder}: the report cannot be written: ${String(cause)}. Choose another folder with --out`
      )
  })
})

/** Writes every report that the nodes made into `<out>/<pipeline>/`, or a subfolder each where there are several. */
export const collect = Effect.fn("Reports.collect")(function* (
  nodes: ReadonlyArray<NodeResult>,
  { out, pipeline }: { readonly out: string; readonly pipeline: string }
) {
  const store = yield* Store
  const made = nodes.flatMap(({ id, outputs }) =>
    Object.values(outputs).flatMap(({ digest, kind }) => (kind === Report.name ? [{ id, digest }] : []))
  )
  return yield* Effect.forEach(made, ({ digest, id }) =>
    Effect.gen(function* () {
      const report = yield* store.open(Report, digest)
      const folder = resolve(out, pipeline, made.length === 1 ? "" : id)
      const written: WrittenReport = {
        node: id,
        ...report.attributes,
        files: yield* write(yield* report.read("files"), folder),
        models: yield* modelsOf(report)
      }
      return written
    })
  )
})

/** Pages about something else than models. */
export interface WrittenPages {
  readonly node: string
  readonly title: string
  /** absolute paths */
  readonly files: ReadonlyArray<string>
}

const pageOf = Effect.fnUntraced(function* (node: string, title: string, files: Files, folder: string) {
  const page: WrittenPages = { node, title, files: yield* write(files, folder) }
  return page
})

/** Writes the pages of kinds that have some into `<out>/<pipeline>/<node>/`. */
export const pages = Effect.fn("Reports.pages")(function* (
  nodes: ReadonlyArray<NodeResult>,
  { out, pipeline }: { readonly out: string; readonly pipeline: string }
) {
  const store = yield* Store
  const written = yield* Effect.forEach(nodes, ({ id, outputs }) =>
    Effect.forEach(Object.values(outputs), ({ digest, kind }) =>
      Effect.gen(function* () {
        const folder = resolve(out, pipeline, id)
        if (kind === DatasetCard.name) {
          const card = yield* store.open(DatasetCard, digest)
          return [yield* pageOf(id, card.attributes.title, yield* card.read("files"), folder)]
        }
        if (kind !== TokenizerReport.name) return []
        const report = yield* store.open(TokenizerReport, digest)
        return [yield* pageOf(id, report.attributes.title, yield* report.read("files"), folder)]
      })
    )
  )
  return written.flat(2)
})

/** The table of models, the verdict, and where to read on. */
const inWords = ({ files, models, reason, recommendation }: WrittenReport): string => {
  const shown = columns.filter((column) => models.some((model) => column in model))
  const rows = [
    ["model", ...shown],
    ...models.map((model) => [
      `${model["model"] ?? ""}${model["model"] === recommendation ? " ★" : ""}`,
      ...shown.map((column) => model[column] ?? "–")
    ])
  ]
  const verdict = recommendation === "undecided" ? "Undecided" : `Use ${recommendation}`
  return `${table(rows)}\n\n${verdict}: ${reason}\n\nReport: ${files.join("\n        ")}`
}

/** All of them: a line of JSON each, or in words with a blank line between. */
export const shown = (
  {
    pages,
    reports
  }: {
    readonly reports: ReadonlyArray<WrittenReport>
    readonly pages: ReadonlyArray<WrittenPages>
  },
  json: boolean
): string =>
  json
    ? [
        ...reports.map((report) => ({ type: "report", ...report })),
        ...pages.map((page) => ({ type: "pages", ...page }))
      ]
        .map((line) => `${JSON.stringify(line)}\n`)
        .join("")
    : [...reports.map(inWords), ...pages.map(({ files, title }) => `${title}: ${files.join("\n        ")}`)]
        .map((said) => `${said}\n`)
        .join("\n")
