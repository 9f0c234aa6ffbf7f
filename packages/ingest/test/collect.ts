// Runs the stage on a folder with drafts that keep their rows in memory.
import { readdirSync, statSync } from "node:fs"
import { join } from "node:path"
import type { Draft, Kind } from "@inkstone/artifact"
import { Documents, Ledger, Scores } from "@inkstone/artifact"
import type { Progress, SourceFile } from "@inkstone/stage"
import { Effect, Schema } from "effect"
import { ingest } from "../src/index.ts"

/** All files below a folder, with names relative to it. */
export const filesIn = (folder: string): ReadonlyArray<SourceFile> =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name)
      return { path, name: path.slice(folder.length + 1), bytes: statSync(path).size, sha256: "" }
    })

/** What was appended, row by row, and in how many batches. */
interface Memory<K extends Kind.Kind> {
  readonly draft: Draft<K>
  readonly rows: Array<Record<string, unknown>>
  batches: number
  attributes: unknown
}
const memory = <K extends Kind.Kind>(definition: K): Memory<K> => {
  const kept: Memory<K> = {
    rows: [],
    batches: 0,
    attributes: undefined,
    draft: {
      definition,
      append: (_table, columns) =>
        Effect.sync(() => {
          const entries: Array<[string, ArrayLike<unknown>]> = Object.entries(columns)
          const length = entries[0]?.[1].length ?? 0
          for (const [name, values] of entries) {
            if (values.length !== length) throw new Error(`${name} has another length`)
          }
          for (let i = 0; i < length; i++) {
            kept.rows.push(Object.fromEntries(entries.map(([name, values]) => [name, values[i]])))
          }
          kept.batches++
        }),
      describe: (attributes) =>
        Effect.sync(() => {
          kept.attributes = attributes
        })
    }
  }
  return kept
}

const Document = Schema.Struct({
  id: Schema.String,
  source: Schema.String,
  lang: Schema.String,
  script: Schema.String,
  split: Schema.String,
  licence: Schema.String,
  group: Schema.String,
  bytes: Schema.Int,
  text: Schema.String
})
const Score = Schema.StructWithRest(
  Schema.Struct({
    id: Schema.String,
    source: Schema.String,
    lang: Schema.String,
    script: Schema.String,
    bytes: Schema.Int,
    kept: Schema.Boolean,
    rule: Schema.String
  }),
  [Schema.Record(Schema.String, Schema.Unknown)]
)
const Entry = Schema.Struct({
  id: Schema.String,
  source: Schema.String,
  action: Schema.String,
  rule: Schema.String,
  value: Schema.Finite,
  threshold: Schema.Finite,
  excerpt: Schema.String
})
const decodeConfig = Schema.decodeUnknownEffect(ingest.config)

/** The three tables and their attributes, each row checked against the columns of its kind. */
export const collect = Effect.fn("collect")(function* (
  files: ReadonlyArray<SourceFile>,
  config: Readonly<Record<string, unknown>> = {},
  report: (progress: Progress) => Effect.Effect<void> = () => Effect.void
) {
  const documents = memory(Documents)
  const scores = memory(Scores)
  const ledger = memory(Ledger)
  yield* ingest.run(
    yield* decodeConfig({ files: ["corpus"], ...config }),
    {},
    {
      outputs: { documents: documents.draft, scores: scores.draft, ledger: ledger.draft },
      seed: 1,
      files,
      workspace: "",
      report
    }
  )
  return {
    documents: yield* Schema.decodeUnknownEffect(Schema.Array(Document))(documents.rows),
    scores: yield* Schema.decodeUnknownEffect(Schema.Array(Score))(scores.rows),
    ledger: yield* Schema.decodeUnknownEffect(Schema.Array(Entry))(ledger.rows),
    batches: documents.batches,
    attributes: {
      documents: yield* Schema.decodeUnknownEffect(Documents.attributes)(documents.attributes),
      scores: yield* Schema.decodeUnknownEffect(Scores.attributes)(scores.attributes),
      ledger: yield* Schema.decodeUnknownEffect(Ledger.attributes)(ledger.attributes)
    }
  }
})
