// The stage: keeps the documents that a language model finds likely, or only says which they are. The model is any whose evaluation
// gives a value for each document, such as our n-gram model trained on text of known quality.
import { type Bucket, Buckets, buckets, Documents, Ledger, Metrics } from "@inkstone/artifact"
import { type Labelled, field, Stage, StageFailure } from "@inkstone/stage"
import { Effect, Schema, Stream } from "effect"
import { DocumentCount, keepRows } from "../deduplicate/DocumentRows.ts"
import { LedgerRows } from "../deduplicate/LedgerRows.ts"
import { type Borders, bordersOf, bucketOf } from "./Borders.ts"

const Share = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))

const Config = Schema.Struct({
  keep: field(
    Schema.Array(Schema.Literals(buckets)),
    ["head", "middle"],
    "what is kept: head is likeliest under the model, tail least likely"
  ),
  head: field(Share, 1 / 3, "share of each language's documents that is its head"),
  tail: field(Share, 1 / 3, "share that is its tail"),
  maxBitsPerByte: Schema.optionalKey(
    Schema.Finite.annotate({ description: "dropped above it, whatever the bucket (bits per byte)" })
  )
})

/**
 * Values are bits per byte, so that documents of different tokenizers compare. Fails with `UnscoredDocument` where the metrics are of
 * other documents.
 */
export const bucket = Stage.define({
  name: "@inkstone/ingest#bucket",
  version: 1,
  description:
    "Sorts documents into head, middle and tail of their language by a model's perplexity, and keeps some",
  config: Config,
  inputs: { documents: Stage.one(Documents), metrics: Stage.many(Metrics) },
  outputs: { documents: Documents, ledger: Ledger, buckets: Buckets },
  // a number a document
  resources: () => ({ cpus: 1, memoryBytes: 2 ** 29 }),
  run: Effect.fn("bucket")(function* (config, { documents, metrics }, { outputs, report }) {
    const values = yield* valuesOf(metrics)
    const byLang = new Map<string, Array<number>>()
    yield* documents.batches("documents").pipe(
      Stream.runForEach(
        Effect.fnUntraced(function* (batch) {
          for (const [row, id] of batch.id.entries()) {
            const value = values.get(id)
            if (value === undefined) return yield* unscored(id, batch.source[row] ?? "")
            const lang = batch.lang[row] ?? ""
            const list = byLang.get(lang) ?? []
            list.push(value)
            byLang.set(lang, list)
          }
        })
      )
    )
    const borders = new Map(Array.from(byLang, ([lang, list]) => [lang, bordersOf(list, config)] as const))
    const kept: ReadonlySet<Bucket> = new Set(config.keep)
    const counts: Record<Bucket, number> = { head: 0, middle: 0, tail: 0 }
    const most = config.maxBitsPerByte ?? Infinity
    const ledger = new LedgerRows()
    const count = new DocumentCount()
    const total = documents.rows("documents")
    yield* documents.batches("documents").pipe(
      Stream.runForEach(
        Effect.fnUntraced(function* (batch) {
          const found = batch.id.map((id) => values.get(id) ?? Number.NaN)
          const places = found.map((value, row) => {
            const its: Borders = borders.get(batch.lang[row] ?? "") ?? { head: 0, tail: 0 }
            const place = bucketOf(value, its)
            counts[place]++
            return { place, its }
          })
          const texts = batch.text.map((text, row) => {
            ledger.read++
            const value = found[row] ?? Number.NaN
            const { its, place } = places[row] ?? { its: { head: 0, tail: 0 }, place: "tail" as const }
            const entry = { id: batch.id[row] ?? "", source: batch.source[row] ?? "", text, value }
            if (value > most) ledger.drop({ ...entry, rule: "maxBitsPerByte", threshold: most })
            else if (!kept.has(place))
              ledger.drop({
                ...entry,
                rule: `bucket-${place}`,
                threshold: place === "tail" ? its.tail : its.head
              })
            else return text
            return undefined
          })
          const rows = keepRows(batch, texts)
          const entries = ledger.take()
          count.add(rows)
          if (rows.id.length > 0) yield* outputs.documents.append("documents", rows)
          if (entries.id.length > 0) yield* outputs.ledger.append("ledger", entries)
          yield* outputs.buckets.append("buckets", {
            id: batch.id,
            lang: batch.lang,
            bits_per_byte: Float64Array.from(found),
            bucket: places.map(({ place }) => place)
          })
          yield* report({ done: ledger.read, total, unit: "documents", note: `${count.documents} kept` })
        })
      )
    )
    const { dropped, read, repaired } = ledger
    if (count.documents === 0) return yield* nothingLeft(read, config.keep)
    const names = [...borders.keys()].toSorted()
    yield* outputs.buckets.append("borders", {
      lang: names,
      head: Float64Array.from(names, (lang) => borders.get(lang)?.head ?? Number.NaN),
      tail: Float64Array.from(names, (lang) => borders.get(lang)?.tail ?? Number.NaN)
    })
    const { description, licence } = documents.attributes
    const { bytes, documents: left, splits } = count
    yield* outputs.documents.describe({ documents: left, bytes, splits, description, licence })
    yield* outputs.ledger.describe({ read, kept: left, dropped, repaired })
    const [first] = metrics
    yield* outputs.buckets.describe({
      documents: read,
      counts,
      model: first?.artifact.attributes.model ?? ""
    })
    yield* Effect.logInfo(`kept ${left} of ${read} documents`)
  }, Effect.mapError(StageFailure.of))
})

/** Bits per byte by document. */
const valuesOf = Effect.fnUntraced(function* (metrics: ReadonlyArray<Labelled<typeof Metrics>>) {
  const values = new Map<string, number>()
  for (const { artifact } of metrics)
    yield* artifact.batches("items").pipe(
      Stream.runForEach((batch) =>
        Effect.sync(() => {
          for (const [row, id] of batch.id.entries())
            values.set(id, (batch.nats[row] ?? Number.NaN) / Math.LN2 / Math.max(1, batch.bytes[row] ?? 1))
        })
      )
    )
  return values
})

const unscored = (id: string, source: string) =>
  new StageFailure({
    category: "data",
    fact: "UnscoredDocument",
    problem: `${source} (${id}) has no value in the metrics`,
    advice: "Evaluate the model on these documents, all splits of them: encode with split: all"
  })

const nothingLeft = (read: number, keep: ReadonlyArray<string>) =>
  new StageFailure({
    category: "data",
    fact: "EmptyCorpus",
    problem: `none of the ${read} documents is in ${keep.join(" or ") || "no bucket"}`,
    advice: 'Name more buckets in "keep", or raise "maxBitsPerByte"'
  })
