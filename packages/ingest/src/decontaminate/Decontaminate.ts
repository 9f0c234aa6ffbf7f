// The stage: documents without what the evaluation sets ask, and a report of what was found where.
import { type Artifact, Contamination, Documents, Examples, excerptOf, Ledger } from "@inkstone/artifact"
import { type Labelled, type Run, Stage, StageFailure } from "@inkstone/stage"
import { Effect, Stream } from "effect"
import { DocumentCount, type DocumentRows, keepRows } from "../deduplicate/DocumentRows.ts"
import { LedgerRows } from "../deduplicate/LedgerRows.ts"
import { DecontaminateConfig } from "./DecontaminateConfig.ts"
import { EvaluationItems, type Match } from "./EvaluationItems.ts"
import { fromDocuments, fromExamples } from "./EvaluationSets.ts"
import { excise } from "./Excision.ts"

const outputs = { documents: Documents, ledger: Ledger, contamination: Contamination }
type DecontaminateRun = Run<typeof outputs>

/**
 * Looks for n-grams of evaluation items in documents: lower case, without accents and punctuation. Fails with `NoEvaluationItems`
 * where no item can be looked for.
 */
export const decontaminate = Stage.define({
  name: "@inkstone/ingest#decontaminate",
  version: 1,
  description: "Takes out of the documents what evaluation sets have too, and reports what was found where",
  config: DecontaminateConfig,
  inputs: { documents: Stage.one(Documents), sets: Stage.any(Documents), examples: Stage.any(Examples) },
  outputs,
  run: (config, given, run) => decontaminated(config, given, run).pipe(Effect.mapError(StageFailure.of))
})

const decontaminated = Effect.fn("decontaminate")(function* (
  config: DecontaminateConfig,
  {
    documents,
    examples,
    sets
  }: {
    readonly documents: Artifact<typeof Documents>
    readonly sets: ReadonlyArray<Labelled<typeof Documents>>
    readonly examples: ReadonlyArray<Labelled<typeof Examples>>
  },
  run: DecontaminateRun
) {
  const items = new EvaluationItems(config)
  for (const { artifact, label: set } of sets) yield* fromDocuments({ set, artifact, items, config })
  for (const { artifact, label: set } of examples) yield* fromExamples({ set, artifact, items, config })
  if (items.items.every(({ untested }) => untested)) return yield* noItems(items.items.length, config)

  const examined = new Set<string>(config.splits)
  const ledger = new LedgerRows()
  const count = new DocumentCount()
  let contaminated = 0
  yield* documents.batches("documents").pipe(
    Stream.runForEach((batch) => {
      const matches: Array<Found> = []
      const texts = batch.text.map((text, i) => {
        ledger.read++
        if (!examined.has(batch.split[i]!)) return text
        const entry = { id: batch.id[i]!, source: batch.source[i]!, text }
        const found = items.search(entry.id, text)
        if (found.spans.length === 0) return text
        contaminated++
        for (const match of found.matches) matches.push({ ...match, ...entry, split: batch.split[i]! })
        if (config.action === "report") return text
        const left = config.action === "cut" ? excise(text, found.spans, config) : undefined
        const ngrams = found.matches.reduce((sum, match) => sum + match.ngrams, 0)
        if (left === undefined) ledger.drop({ ...entry, rule: "contaminated", value: ngrams, threshold: 1 })
        else {
          const value = text.length - left.length
          ledger.repair({ ...entry, rule: "contaminated-part", value, threshold: config.marginChars })
        }
        return left
      })
      const kept = keepRows(batch, texts)
      count.add(kept)
      const progress = { done: ledger.read, total: documents.rows("documents"), unit: "documents" }
      return Effect.andThen(write(run, { kept, ledger, matches, items }), run.report(progress))
    })
  )

  const found = items.found()
  yield* run.outputs.contamination.append("items", {
    set: items.items.map(({ set }) => set),
    item: items.items.map(({ id }) => id),
    units: Uint32Array.from(items.items, ({ units }) => units),
    ngrams: Uint32Array.from(items.items, ({ ngrams }) => ngrams),
    found: found.ngrams,
    documents: found.documents,
    untested: items.items.map(({ untested }) => untested)
  })
  const { dropped, read, repaired } = ledger
  const { description, licence } = documents.attributes
  const { bytes, documents: kept, splits } = count
  yield* run.outputs.documents.describe({ documents: kept, bytes, splits, description, licence })
  yield* run.outputs.ledger.describe({ read, kept, dropped, repaired })
  const bySet = summary(items, found.documents)
  yield* run.outputs.contamination.describe({ documents: read, contaminated, sets: bySet })
  for (const [set, { contaminated, items, untested }] of Object.entries(bySet)) {
    yield* Effect.logInfo(
      `${set}: ${contaminated} of ${items} items found, ${untested} too short to look for`
    )
  }
})

const summary = (items: EvaluationItems, documents: Uint32Array) => {
  const sets: Record<string, { items: number; contaminated: number; untested: number }> = {}
  for (const [i, { set, untested }] of items.items.entries()) {
    const counts = (sets[set] ??= { items: 0, contaminated: 0, untested: 0 })
    counts.items++
    if (documents[i]! > 0) counts.contaminated++
    if (untested) counts.untested++
  }
  return sets
}

const noItems = (items: number, { minChars, minWords }: DecontaminateConfig) =>
  new StageFailure({
    category: "data",
    fact: "NoEvaluationItems",
    problem:
      items === 0
        ? "the evaluation sets hold no item"
        : `none of the ${items} evaluation items has ${minWords} words or ${minChars} characters`,
    advice: 'Wire sets that hold items, or change "setSplits", "minWords" or "minChars"'
  })

interface Found extends Match {
  readonly id: string
  readonly source: string
  readonly split: string
  readonly text: string
}

const write = Effect.fnUntraced(function* (
  { outputs }: DecontaminateRun,
  {
    items,
    kept,
    ledger,
    matches
  }: {
    readonly kept: DocumentRows
    readonly ledger: LedgerRows
    readonly matches: ReadonlyArray<Found>
    readonly items: EvaluationItems
  }
) {
  if (kept.id.length > 0) yield* outputs.documents.append("documents", kept)
  const entries = ledger.take()
  if (entries.id.length > 0) yield* outputs.ledger.append("ledger", entries)
  if (matches.length === 0) return
  yield* outputs.contamination.append("matches", {
    set: matches.map(({ item }) => items.items[item]!.set),
    item: matches.map(({ item }) => items.items[item]!.id),
    document: matches.map(({ id }) => id),
    source: matches.map(({ source }) => source),
    split: matches.map(({ split }) => split),
    ngrams: Uint32Array.from(matches, ({ ngrams }) => ngrams),
    from: Uint32Array.from(matches, ({ from }) => from),
    to: Uint32Array.from(matches, ({ to }) => to),
    excerpt: matches.map(({ from, text, to }) => excerptOf(text.slice(from, to)))
  })
})
