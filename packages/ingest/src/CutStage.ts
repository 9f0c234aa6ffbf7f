// The stage: thresholds on documents that were scored before. What is cut here is what the ingest stage would have cut.
import { Documents, Ledger, type ScoreColumn, Scores } from "@inkstone/artifact"
import { field, Stage, StageFailure } from "@inkstone/stage"
import { Effect, Schema, Stream } from "effect"
import { type Cut, cut as cutOf, type Threshold, thresholdsFor } from "./Cuts.ts"
import { Cuts } from "./CutConfig.ts"
import { DocumentCount, keepRows } from "./deduplicate/DocumentRows.ts"
import { LedgerRows } from "./deduplicate/LedgerRows.ts"
import { fingerprint } from "./Identity.ts"
import { Seen } from "./Seen.ts"

const CutConfig = Schema.Struct({
  cuts: field(Cuts, {}, "what a document must pass to be kept"),
  allowReplacement: field(
    Schema.Boolean,
    false,
    "keep documents with U+FFFD, the trace of bytes that were lost"
  ),
  deduplicate: field(
    Schema.Literals(["exact", "none"]),
    "exact",
    "exact: of texts that differ in white space only, the first that is not cut stays"
  )
})

const unscored = (id: string): StageFailure =>
  new StageFailure({
    category: "data",
    fact: "UnscoredDocument",
    problem: `document ${id} has no scores`,
    advice: "Wire the scores of the stage that the documents come from"
  })

/** Fails with `UnscoredDocument` where documents and scores are not of one run, and with `EmptyCorpus` when none is left. */
export const cut = Stage.define({
  name: "@inkstone/ingest#cut",
  version: 1,
  description: "Cuts documents by their scores",
  config: CutConfig,
  inputs: { documents: Stage.one(Documents), scores: Stage.one(Scores) },
  outputs: { documents: Documents, ledger: Ledger },
  // an entry of 100 bytes a document, and batches
  resources: () => ({ cpus: 1, memoryBytes: 2 ** 29 }),
  run: Effect.fn("cut")(function* (config, { documents, scores }, { outputs, report }) {
    const verdicts = new Map<string, Cut | undefined>()
    const thresholds = new Map<string, ReadonlyArray<Threshold>>()
    const settings = { ...config, personalData: "score" } as const
    yield* scores.batches("scores").pipe(
      Stream.runForEach((batch) =>
        Effect.sync(() => {
          for (const [row, id] of batch.id.entries()) {
            const tongue = { lang: batch.lang[row] ?? "", script: batch.script[row] ?? "" }
            const key = `${tongue.lang} ${tongue.script}`
            const known = thresholds.get(key) ?? thresholdsFor(settings, tongue)
            thresholds.set(key, known)
            verdicts.set(
              id,
              cutOf((column: ScoreColumn) => batch[column][row] ?? Number.NaN, known)
            )
          }
        })
      )
    )
    const seen = new Seen()
    /** The value is the how manieth it is. */
    const repeated = (text: string): Cut | undefined => {
      if (config.deduplicate === "none") return undefined
      const copies = seen.count(fingerprint(text))
      return copies > 1 ? { rule: "exact-duplicate", value: copies, threshold: 1 } : undefined
    }
    const ledger = new LedgerRows()
    const count = new DocumentCount()
    const total = documents.rows("documents")
    yield* documents.batches("documents").pipe(
      Stream.runForEach(
        Effect.fnUntraced(function* (batch) {
          const texts: Array<string | undefined> = []
          for (const [row, id] of batch.id.entries()) {
            const text = batch.text[row] ?? ""
            if (!verdicts.has(id)) return yield* unscored(id)
            ledger.read++
            const failed = verdicts.get(id) ?? repeated(text)
            if (failed !== undefined) ledger.drop({ id, source: batch.source[row] ?? "", text, ...failed })
            texts.push(failed === undefined ? text : undefined)
          }
          const kept = keepRows(batch, texts)
          const entries = ledger.take()
          if (kept.id.length > 0) yield* outputs.documents.append("documents", kept)
          if (entries.id.length > 0) yield* outputs.ledger.append("ledger", entries)
          count.add(kept)
          yield* report({ done: ledger.read, total, unit: "documents", note: `${count.documents} kept` })
        })
      )
    )
    const { dropped, read, repaired } = ledger
    const { bytes, documents: kept, splits } = count
    if (kept === 0) {
      const top = Object.entries(dropped).toSorted(([, a], [, b]) => b - a)
      return yield* new StageFailure({
        category: "data",
        fact: "EmptyCorpus",
        problem: `none of the ${read} documents is left; dropped: ${top.map(([rule, n]) => `${n} by ${rule}`).join(", ")}`,
        advice: `Change "cuts.${top[0]?.[0] ?? ""}"`
      })
    }
    const { description, licence } = documents.attributes
    yield* outputs.documents.describe({ documents: kept, bytes, splits, description, licence })
    yield* outputs.ledger.describe({ read, kept, dropped, repaired })
    yield* Effect.logInfo(`kept ${kept} of ${read} documents, ${bytes} bytes`)
  }, Effect.mapError(StageFailure.of))
})
