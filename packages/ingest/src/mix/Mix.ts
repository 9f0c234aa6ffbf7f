// The stage: several corpora in, one out, with each source's share as wanted.
import { hash } from "node:crypto"
import { Documents } from "@inkstone/artifact"
import { type Labelled, nearest, Stage, StageFailure } from "@inkstone/stage"
import { Effect, Stream } from "effect"
import { DocumentCount, type DocumentRows, rowsAt } from "../deduplicate/DocumentRows.ts"
import { Drawing } from "./Drawing.ts"
import { MixConfig } from "./MixConfig.ts"
import { type Part, partsOf } from "./Mixture.ts"

type Source = Labelled<typeof Documents>

/**
 * Validation and test documents all come along, once each: shares and repetition are for training. A document that is taken more than
 * once gets an id and a source of its own for each time after the first. Fails with `UnknownSource` for weights of no source.
 */
export const mix = Stage.define({
  name: "@inkstone/ingest#mix",
  version: 1,
  description: "Mixes corpora by weight or temperature, with as many passes over each as it may have",
  config: MixConfig,
  inputs: { documents: Stage.many(Documents) },
  outputs: { documents: Documents },
  // a place and a size for each document, and its id
  resources: () => ({ cpus: 1, memoryBytes: 2 ** 29 }),
  run: Effect.fn("mix")(function* (config, given, { outputs, report, seed }) {
    const sources = given.documents
    yield* known(config, sources)
    const drawings = yield* Effect.forEach(sources, (source) => drawingOf(source, seed))
    const parts = partsOf(
      sources.map(({ label }, i) => ({
        label,
        bytes: drawings[i]?.total ?? 0,
        epochs: config.epochsOf[label] ?? config.epochs,
        weight: Object.keys(config.weights).length === 0 ? undefined : (config.weights[label] ?? 0)
      })),
      config
    )
    const total = sources.reduce((sum, { artifact }) => sum + artifact.attributes.bytes, 0)
    const ids = new Set<string>()
    const count = new DocumentCount()
    let read = 0
    for (const [i, { artifact, label }] of sources.entries()) {
      const times = drawings[i]?.times(parts[i]?.passes ?? 0) ?? new Uint8Array()
      let row = 0
      yield* artifact.batches("documents").pipe(
        Stream.runForEach((batch) =>
          Effect.gen(function* () {
            const rows: Array<Taken> = []
            for (const [at, split] of batch.split.entries()) {
              read += batch.bytes[at] ?? 0
              const wanted = split === "train" ? (times[row++] ?? 0) : 1
              for (let time = 1; time <= wanted; time++) {
                const id = unused(batch.id[at] ?? "", { ids, label, time })
                rows.push({ at, id, time })
              }
            }
            if (rows.length > 0) {
              const taken = take(batch, rows)
              count.add(taken)
              yield* outputs.documents.append("documents", taken)
            }
            yield* report({ done: read, total, unit: "bytes", note: label })
          })
        )
      )
    }
    if (count.documents === 0) return yield* nothing(parts)
    for (const { bytes, label, passes, share } of parts)
      yield* Effect.logInfo(
        `${label}: ${(100 * share).toFixed(1)} % of training, ${bytes} bytes, ${passes.toFixed(2)} passes`
      )
    const { bytes, documents, splits } = count
    yield* outputs.documents.describe({
      documents,
      bytes,
      splits,
      description: told(sources, "description"),
      licence: told(sources, "licence")
    })
  }, Effect.mapError(StageFailure.of))
})

interface Taken {
  /** row of the batch */
  readonly at: number
  readonly id: string
  /** from 1 */
  readonly time: number
}

const drawingOf = Effect.fnUntraced(function* ({ artifact }: Source, seed: number) {
  const drawing = new Drawing(seed)
  yield* artifact.batches("documents").pipe(
    Stream.runForEach((batch) =>
      Effect.sync(() => {
        for (const [at, split] of batch.split.entries())
          if (split === "train") drawing.add(batch.id[at] ?? "", batch.bytes[at] ?? 0)
      })
    )
  )
  return drawing
})

/** Two corpora may each have a file of the same name, and a document may be taken again: ids are unique all the same. */
const unused = (
  id: string,
  { ids, label, time }: { readonly ids: Set<string>; readonly label: string; readonly time: number }
): string => {
  const free =
    time === 1 && !ids.has(id) ? id : hash("sha256", `${label}\0${id}\0${time}`, "hex").slice(0, 32)
  ids.add(free)
  return free
}

const take = (batch: DocumentRows, taken: ReadonlyArray<Taken>): DocumentRows => {
  const rows = rowsAt(
    batch,
    taken.map(({ at }) => at)
  )
  return {
    ...rows,
    id: taken.map(({ id }) => id),
    source: taken.map(({ time }, i) => `${rows.source[i] ?? ""}${time === 1 ? "" : `~${time}`}`)
  }
}

/** What the sources say of themselves, each once. */
const told = (sources: ReadonlyArray<Source>, what: "description" | "licence"): string =>
  [
    ...new Set(
      sources
        .map(({ artifact }) => artifact.attributes[what].replace(/\.$/u, ""))
        .filter((said) => said !== "")
    )
  ].join("; ")

const known = Effect.fnUntraced(function* ({ epochsOf, weights }: MixConfig, sources: ReadonlyArray<Source>) {
  const labels = sources.map(({ label }) => label)
  const unknown = [...Object.keys(weights), ...Object.keys(epochsOf)].find((name) => !labels.includes(name))
  if (unknown === undefined) return
  const close = nearest(unknown, labels)
  return yield* new StageFailure({
    category: "config",
    fact: "UnknownSource",
    problem: `${unknown} is none of the sources ${labels.join(", ")}`,
    advice: close === undefined ? "Name sources as the port labels them" : `Did you mean ${close}?`
  })
})

const nothing = (parts: ReadonlyArray<Part>) =>
  new StageFailure({
    category: "data",
    fact: "EmptyCorpus",
    problem: `nothing is left of ${parts.map(({ label, share }) => `${label} (${(100 * share).toFixed(1)} %)`).join(", ")}`,
    advice: 'Raise "bytes", "epochs" or the weights'
  })
