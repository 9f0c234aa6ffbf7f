// What cleaning left behind in the store: scores, documents and ledgers of the newest runs.
import { type Artifact, Documents, excerptOf, Ledger, Scores, Store, Tokens } from "@inkstone/artifact"
import { Records } from "@inkstone/pipeline"
import { nearest } from "@inkstone/stage"
import { Effect, Stream } from "effect"
import { failed } from "./Failure.ts"

export interface Wanted {
  /** folder of the store */
  readonly store: string
  /** only of this pipeline, by name */
  readonly pipeline: string | undefined
  /** only of this node */
  readonly node: string | undefined
}

/** One cleaning: the scores, and what else the same node made. */
export interface Cleaning {
  readonly node: string
  readonly pipeline: string
  readonly scores: Artifact<typeof Scores>
  readonly documents: Artifact<typeof Documents> | undefined
  readonly ledger: Artifact<typeof Ledger> | undefined
}

type Made = ReadonlyArray<Records.RunRecord>

const digestOf = ({ outputs }: Records.RunRecord, kind: string): string | undefined =>
  Object.values(outputs).find((output) => output.kind === kind)?.digest

/** Finished runs, the newest of each node, oldest first. */
const finished = Effect.fnUntraced(function* ({ pipeline, store }: Wanted) {
  const records: Made = yield* Records.latest(store, pipeline)
  return records.filter(({ status }) => status === "done")
})

/** The newest cleaning that fits. */
export const cleaning = Effect.fn("Evidence.cleaning")(function* (wanted: Wanted) {
  const store = yield* Store
  const scored = (yield* finished(wanted)).filter((record) => digestOf(record, Scores.name) !== undefined)
  const record = scored.findLast(({ node }) => wanted.node === undefined || node === wanted.node)
  const scores = record === undefined ? undefined : digestOf(record, Scores.name)
  if (record === undefined || scores === undefined) {
    const nodes = [...new Set(scored.map(({ node }) => node))]
    const close = wanted.node === undefined ? undefined : nearest(wanted.node, nodes)
    return yield* failed(
      "data",
      nodes.length === 0
        ? `no run in ${wanted.store} has scores. Run a pipeline with @inkstone/ingest#ingest first`
        : `${wanted.node} made no scores. ${close === undefined ? "" : `Did you mean ${close}? `}Nodes with scores: ${nodes.join(", ")}`
    )
  }
  const documents = digestOf(record, Documents.name)
  const ledger = digestOf(record, Ledger.name)
  const found: Cleaning = {
    node: record.node,
    pipeline: record.pipeline,
    scores: yield* store.open(Scores, scores),
    documents: documents === undefined ? undefined : yield* store.open(Documents, documents),
    ledger: ledger === undefined ? undefined : yield* store.open(Ledger, ledger)
  }
  return found
})

/** Tokens a byte of text has, over the tokens that runs of the same pipeline made; undefined where there are none. */
export const tokensPerByte = Effect.fn("Evidence.tokensPerByte")(function* (wanted: Wanted) {
  const store = yield* Store
  let tokens = 0
  let bytes = 0
  for (const record of yield* finished(wanted)) {
    const digest = digestOf(record, Tokens.name)
    if (digest === undefined) continue
    const { attributes } = yield* store.open(Tokens, digest)
    tokens += attributes.tokens
    bytes += attributes.bytes
  }
  return bytes === 0 ? undefined : tokens / bytes
})

/** Every ledger of the pipeline, in the order in which they were made. */
export const ledgers = Effect.fn("Evidence.ledgers")(function* (wanted: Wanted) {
  const store = yield* Store
  const records = (yield* finished(wanted)).filter((record) => digestOf(record, Ledger.name) !== undefined)
  return yield* Effect.forEach(records, (record) =>
    Effect.map(store.open(Ledger, digestOf(record, Ledger.name) ?? ""), (ledger) => ({
      node: record.node,
      ledger
    }))
  )
})

/** Beginnings of texts, by id: kept ones from the documents, the others from the ledger. */
export const excerpts = Effect.fnUntraced(function* (
  { documents, ledger }: Cleaning,
  ids: ReadonlySet<string>
) {
  const found = new Map<string, string>()
  if (ids.size === 0) return found
  const look = (id: ReadonlyArray<string>, text: ReadonlyArray<string>) => {
    for (const [row, one] of id.entries())
      if (ids.has(one) && !found.has(one)) found.set(one, excerptOf(text[row] ?? ""))
  }
  const done = () => found.size === ids.size
  if (ledger !== undefined)
    yield* ledger
      .batches("ledger")
      .pipe(Stream.runForEachWhile((batch) => Effect.sync(() => (look(batch.id, batch.excerpt), !done()))))
  const more: Artifact<typeof Documents> | undefined = done() ? undefined : documents
  if (more !== undefined)
    yield* more
      .batches("documents")
      .pipe(Stream.runForEachWhile((batch) => Effect.sync(() => (look(batch.id, batch.text), !done()))))
  return found
})
