// The stage: documents in, documents out of which each says something of its own, and which stood for which.
import { type Artifact, Documents, Duplicates, Ledger } from "@inkstone/artifact"
import { type Run, Stage, StageFailure } from "@inkstone/stage"
import { Effect, Stream } from "effect"
import { hasWords } from "../Script.ts"
import { DeduplicateConfig } from "./DeduplicateConfig.ts"
import { DocumentCount, type DocumentRows, keepRows } from "./DocumentRows.ts"
import { LedgerRows } from "./LedgerRows.ts"
import { lshThreshold } from "./MinHash.ts"
import { Roster } from "./Roster.ts"
import { SignaturePool, threadsOf } from "./SignaturePool.ts"
import { type SignatureSettings, signatureTable } from "./Signatures.ts"
import { TextCuts } from "./TextCuts.ts"
import { TrueJaccard } from "./TrueJaccard.ts"
import { type Verdict, Verdicts } from "./Verdicts.ts"

const outputs = { documents: Documents, ledger: Ledger, duplicates: Duplicates }
type DeduplicateRun = Run<typeof outputs>

/**
 * Of documents that are equal or nearly equal one stays: the preferred one, whatever the order they come in, their batches and
 * the number of threads. Then, on request, equal paragraphs, lines and stretches are cut out of those that stay.
 */
export const deduplicate = Stage.define({
  name: "@inkstone/ingest#deduplicate",
  version: 1,
  description:
    "Drops equal and nearly equal documents, and cuts out repeated paragraphs, lines and stretches",
  config: DeduplicateConfig,
  inputs: { documents: Stage.one(Documents) },
  outputs,
  // 200 bytes of signatures a document, and as much again for batches and threads
  resources: () => ({ cpus: threadsOf(process.env), memoryBytes: 2 ** 30 }),
  run: (config, { documents }, run) =>
    deduplicateWith(threadsOf(process.env))(config, documents, run).pipe(Effect.mapError(StageFailure.of))
})

/** The stage's work on so many threads, which change nothing but the time it takes. */
const deduplicateWith = (threads: number) =>
  Effect.fn("deduplicate")(function* (
    config: DeduplicateConfig,
    documents: Artifact<typeof Documents>,
    run: DeduplicateRun
  ) {
    const settings = settingsOf(config)
    const rows = documents.rows("documents")
    const roster = new Roster(rows, config)
    const cuts = new TextCuts(config, roster, documents.attributes.bytes)
    const verifies = settings.near && config.near.verify > 0
    const passes = 2 + cuts.passes.length + (verifies ? 1 : 0)
    let done = 0
    /** Goes over all documents once, batch by batch. */
    const pass = <E>(
      note: string,
      each: (batch: DocumentRows, firstRow: number) => Effect.Effect<void, E>
    ) => {
      let row = 0
      return documents.batches("documents").pipe(
        Stream.runForEach((batch) => {
          const firstRow = row
          row += batch.id.length
          done += batch.id.length
          const progress = run.report({ done, total: passes * rows, unit: "documents", note })
          return Effect.andThen(each(batch, firstRow), progress)
        })
      )
    }

    const verdicts = yield* sign({ settings, roster, threads, pass, rows })
    if (verifies) {
      const candidates = verdicts.candidates()
      const asked = new Set(candidates)
      const jaccard = new TrueJaccard()
      yield* pass("verifying", (batch, firstRow) =>
        Effect.sync(() => {
          for (const [i, text] of batch.text.entries()) {
            if (!asked.has(firstRow + i)) continue
            jaccard.add(
              firstRow + i,
              text,
              hasWords(batch.script[i]!) ? settings.wordNgrams : settings.charNgrams
            )
          }
        })
      )
      verdicts.confirm(candidates, (a, b) => jaccard.of(a, b) >= config.near.verify)
    }
    for (const over of cuts.passes) {
      yield* pass("looking for repeated parts", (batch, firstRow) =>
        Effect.sync(() => {
          for (const [i, text] of batch.text.entries()) {
            if (verdicts.of(firstRow + i) === undefined) over(firstRow + i, text)
          }
        })
      )
    }

    const ledger = new LedgerRows()
    const count = new DocumentCount()
    yield* pass("writing", (batch, firstRow) => {
      const twins: Array<Twin> = []
      const texts = batch.text.map((text, i) => {
        const row = firstRow + i
        const verdict = verdicts.of(row)
        const entry = { id: batch.id[i]!, source: batch.source[i]!, text }
        ledger.read++
        if (verdict !== undefined) {
          const { jaccard, rule } = verdict
          const threshold = rule === "exact-duplicate" ? 1 : lshThreshold(settings)
          ledger.drop({ ...entry, rule, value: jaccard, threshold })
          twins.push({ ...entry, split: batch.split[i]!, verdict })
          return undefined
        }
        const cut = cuts.cut(row, text)
        for (const loss of cut.losses) ledger.repair({ ...entry, ...loss })
        if (cut.text !== "" || text === "") return cut.text
        ledger.drop({ ...entry, rule: "nothing-left", value: 0, threshold: 1 })
        return undefined
      })
      const kept = keepRows(batch, texts)
      count.add(kept)
      return write(run, { kept, ledger, twins, roster })
    })
    const { dropped, read, repaired } = ledger
    const { description, licence } = documents.attributes
    const { bytes, documents: kept, splits } = count
    yield* run.outputs.documents.describe({ documents: kept, bytes, splits, description, licence })
    yield* run.outputs.ledger.describe({ read, kept, dropped, repaired })
    const { "nothing-left": _, ...twins } = dropped
    yield* run.outputs.duplicates.describe({ documents: read, ...verdicts.summary(), dropped: twins })
    yield* Effect.logInfo(`kept ${kept} of ${read} documents, ${bytes} bytes`)
  })

const settingsOf = ({ documents, near }: DeduplicateConfig): SignatureSettings => ({
  wordNgrams: near.wordNgrams,
  charNgrams: near.charNgrams,
  buckets: near.buckets,
  hashesPerBucket: near.hashesPerBucket,
  seed: near.seed,
  near: near.enabled,
  exact: documents.enabled,
  ignoreCase: documents.ignoreCase
})

interface Signing<E> {
  readonly settings: SignatureSettings
  readonly roster: Roster
  readonly threads: number
  readonly rows: number
  readonly pass: (
    note: string,
    each: (batch: DocumentRows, firstRow: number) => Effect.Effect<void>
  ) => Effect.Effect<void, E>
}

/** Threads cost 30 ms and 15 MB each to start. */
const rowsWorthThreads = 20_000

const sign = <E>({ pass, roster, rows, settings, threads }: Signing<E>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      const table = signatureTable(rows, settings)
      return { table, pool: new SignaturePool({ table, settings }, rows < rowsWorthThreads ? 1 : threads) }
    }),
    Effect.fnUntraced(function* ({ pool, table }) {
      yield* pass("comparing", (batch, firstRow) => {
        const { bytes, id, script, split, text } = batch
        const ends = new Uint32Array(id.length)
        const spaced = new Uint8Array(id.length)
        let end = 0
        for (let i = 0; i < id.length; i++) {
          end += text[i]!.length
          ends[i] = end
          spaced[i] = Number(hasWords(script[i]!))
          roster.add(id[i]!, split[i]!, bytes[i]!)
        }
        const texts = { text: text.join(""), ends, spaced }
        return Effect.promise(() => pool.sign({ firstRow, texts }))
      })
      yield* Effect.promise(() => pool.drain())
      return new Verdicts({ table, settings, roster })
    }),
    ({ pool }) => Effect.promise(() => pool.close())
  )

interface Twin {
  readonly id: string
  readonly source: string
  readonly split: string
  readonly verdict: Verdict
}

const write = Effect.fnUntraced(function* (
  { outputs }: DeduplicateRun,
  {
    kept,
    ledger,
    roster,
    twins
  }: {
    readonly kept: DocumentRows
    readonly ledger: LedgerRows
    readonly roster: Roster
    readonly twins: ReadonlyArray<Twin>
  }
) {
  if (kept.id.length > 0) yield* outputs.documents.append("documents", kept)
  const entries = ledger.take()
  if (entries.id.length > 0) yield* outputs.ledger.append("ledger", entries)
  if (twins.length === 0) return
  yield* outputs.duplicates.append("duplicates", {
    id: twins.map(({ id }) => id),
    source: twins.map(({ source }) => source),
    split: twins.map(({ split }) => split),
    rule: twins.map(({ verdict }) => verdict.rule),
    kept_id: twins.map(({ verdict }) => roster.id(verdict.kept)),
    kept_split: twins.map(({ verdict }) => roster.split(verdict.kept)),
    cluster: Uint32Array.from(twins, ({ verdict }) => verdict.cluster),
    jaccard: Float64Array.from(twins, ({ verdict }) => verdict.jaccard)
  })
})
