// The stage: what a corpus is, for the people who will use it and for those who ask later.
import { DatasetCard, Documents, Ledger, Scores } from "@inkstone/artifact"
import { field, Page, Stage, StageFailure } from "@inkstone/stage"
import { Effect, Schema, Stream } from "effect"
import { type Amount, Contents } from "./Contents.ts"
import { type Card, frontMatter, pageOf } from "./CardPage.ts"
import { Funnel } from "./Funnel.ts"
import { ScoreMedians } from "./ScoreMedians.ts"

const Config = Schema.Struct({
  title: field(Schema.NonEmptyString, "Dataset card", "first line of the card"),
  examples: field(
    Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 100 })),
    3,
    "documents shown of each rule of each step"
  )
})

/** The first part of a source's name, or its file where it has but one: `spam-1` of `spam-1/00001.txt`. */
const collectionOf = (source: string): string => {
  const slash = source.indexOf("/")
  return slash > 0 ? source.slice(0, slash) : source.replace(/[#~]\d+$/u, "")
}

class Sources {
  readonly #amounts = new Map<string, { name: string; documents: number; bytes: number }>()
  add(source: string, bytes: number): void {
    const name = collectionOf(source)
    const amount = this.#amounts.get(name) ?? { name, documents: 0, bytes: 0 }
    amount.documents++
    amount.bytes += bytes
    this.#amounts.set(name, amount)
  }
  /** Most bytes first. */
  amounts(): ReadonlyArray<Amount> {
    return [...this.#amounts.values()].toSorted((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1))
  }
}

/** Ledgers in the order of the steps; the port keeps the order in which a pipeline names them. */
export const card = Stage.define({
  name: "@inkstone/ingest#card",
  version: 1,
  description:
    "Writes a dataset card: sources, licences, counts, what each rule took out, languages, examples",
  config: Config,
  inputs: { documents: Stage.one(Documents), ledgers: Stage.any(Ledger), scores: Stage.any(Scores) },
  outputs: { card: DatasetCard },
  resources: () => ({ cpus: 1, memoryBytes: 2 ** 29 }),
  run: Effect.fn("card")(function* (
    { examples, title },
    { documents, ledgers, scores },
    { outputs, report }
  ) {
    const contents = new Contents()
    const sources = new Sources()
    const total = documents.rows("documents")
    let read = 0
    yield* documents.batches("documents").pipe(
      Stream.runForEach((batch) => {
        contents.add(batch)
        for (const [row, source] of batch.source.entries()) sources.add(source, batch.bytes[row] ?? 0)
        read += batch.id.length
        return report({ done: read, total, unit: "documents" })
      })
    )
    const funnel = new Funnel(examples)
    for (const { artifact, label: step } of ledgers) {
      const { dropped, kept, read, repaired } = artifact.attributes
      funnel.begin({ step, read, kept, dropped, repaired })
      const counts = new Map<string, number>()
      yield* artifact
        .batches("ledger")
        .pipe(Stream.runForEach((batch) => Effect.sync(() => funnel.look(step, batch, counts))))
    }
    const medians = new ScoreMedians()
    for (const { artifact } of scores)
      yield* artifact
        .batches("scores")
        .pipe(Stream.runForEach((batch) => Effect.sync(() => medians.add(batch))))

    const { bytes, description, licence, splits } = documents.attributes
    const whole: Card = {
      title,
      description,
      licence,
      documents: documents.attributes.documents,
      bytes,
      contents,
      sources: sources.amounts(),
      funnel,
      scores: medians
    }
    const page = pageOf(whole)
    yield* outputs.card.append("contents", contents.rows())
    yield* outputs.card.append("funnel", funnel.rows())
    yield* outputs.card.append("examples", funnel.exampleRows())
    yield* outputs.card.append("scores", medians.rows())
    yield* outputs.card.append("files", {
      path: ["dataset-card.html", "dataset-card.md"],
      media_type: ["text/html", "text/markdown"],
      content: [Page.html(page), `${frontMatter(whole)}\n${Page.markdown(page)}`].map((text) =>
        new TextEncoder().encode(text)
      )
    })
    yield* outputs.card.describe({
      title,
      description,
      licence,
      documents: whole.documents,
      bytes,
      splits,
      data: documents.digest
    })
  }, Effect.mapError(StageFailure.of))
})
