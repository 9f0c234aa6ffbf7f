// Compares tokenizers on the documents of a split.
import { type Artifact, Documents, type Draft, splits, Tokenizer, TokenizerReport } from "@inkstone/artifact"
import { field, Page, Stage, StageFailure } from "@inkstone/stage"
import { Effect, Schema, Stream } from "effect"
import { emptySplit, unusableTokenizer } from "../internal/Failures.ts"
import { loadTokenizer } from "../TokenizerArtifact.ts"
import { type Comparison, pageOf } from "./Pages.ts"
import { metricsOf, Statistics } from "./Statistics.ts"
import { countText } from "./TextCounts.ts"

const Config = Schema.Struct({
  title: field(Schema.NonEmptyString, "Tokenizers", "heading of the pages"),
  split: field(Schema.Literals([...splits, "all"]), "all", "documents that are read, or all of them"),
  maxBytes: field(
    Schema.Int.check(Schema.isGreaterThan(0)),
    2 ** 26,
    "text read at most, about; of a larger corpus every n-th document is taken"
  ),
  examples: field(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1000 })),
    20,
    "pieces and documents shown of each list"
  )
})

/** Stage `@inkstone/tokenizer#report`: documents and tokenizers in, their comparison out. */
export const report = Stage.define({
  name: "@inkstone/tokenizer#report",
  version: 1,
  description:
    "Compares tokenizers on documents: bytes and characters per token by script, dead pieces, texts that do not come back",
  config: Config,
  inputs: { documents: Stage.one(Documents), tokenizers: Stage.many(Tokenizer) },
  outputs: { report: TokenizerReport },
  run: Effect.fn("tokenizer.report")(
    function* ({ examples, maxBytes, split, title }, { documents, tokenizers }, run) {
      const compared = yield* Effect.forEach(tokenizers, ({ artifact, label }) =>
        loadTokenizer(artifact).pipe(
          Effect.map((tokenizer) => ({ label, statistics: new Statistics(tokenizer, examples) })),
          Effect.catchTag("TokenizerInvalid", (error) => Effect.fail(unusableTokenizer(error)))
        )
      )
      const chosen = yield* sample(documents, split, maxBytes)
      let [seen, read] = [0, 0]
      yield* documents.batches("documents").pipe(
        Stream.runForEach((batch) =>
          Effect.gen(function* () {
            for (const [row, text] of batch.text.entries()) {
              if (split !== "all" && batch.split[row] !== split) continue
              const number = seen++
              if (!chosen.takes(number)) continue
              const { id, lang, script, source } = batch
              const counts = countText(text)
              const names = { id: id[row]!, source: source[row]!, script: script[row]!, lang: lang[row]! }
              for (const { statistics } of compared) statistics.add({ ...names, text }, counts)
              read += counts.bytes
              yield* run.report({ done: read, total: Math.max(read, chosen.bytes), unit: "bytes" })
            }
          })
        )
      )
      const [first] = compared
      const comparison: Comparison = {
        title,
        split,
        documents: first?.statistics.all.documents ?? 0,
        documentsOfSplit: chosen.documents,
        bytes: read,
        tokenizers: compared,
        examples
      }
      yield* write(run.outputs.report, comparison)
      yield* run.outputs.report.describe({
        title,
        split,
        documents: comparison.documents,
        documentsOfSplit: comparison.documentsOfSplit,
        bytes: read,
        tokenizers: tokenizers.map(({ artifact, label }) => ({
          label,
          type: artifact.attributes.type,
          vocabSize: artifact.attributes.vocabSize,
          digest: artifact.digest
        }))
      })
    },
    Effect.mapError((error) => StageFailure.of(error))
  )
})

/** Which documents of a split are read: evenly spread, so that about `maxBytes` are. */
const sample = Effect.fnUntraced(function* (
  documents: Artifact<typeof Documents>,
  split: string,
  maxBytes: number
) {
  let [count, bytes] = [0, 0]
  yield* documents.batches("documents").pipe(
    Stream.runForEach((batch) =>
      Effect.sync(() => {
        for (const [row, size] of batch.bytes.entries()) {
          if (split !== "all" && batch.split[row] !== split) continue
          count++
          bytes += size
        }
      })
    )
  )
  if (count === 0) return yield* emptySplit(split)
  const share = Math.min(1, maxBytes / Math.max(1, bytes))
  return {
    documents: count,
    bytes: Math.round(bytes * share),
    /** the first one always */
    takes: (number: number) => share === 1 || Math.ceil((number + 1) * share) > Math.ceil(number * share)
  }
})

const write = Effect.fnUntraced(function* (draft: Draft<typeof TokenizerReport>, comparison: Comparison) {
  const { examples, split, tokenizers } = comparison
  for (const { label, statistics } of tokenizers) {
    const dead = statistics.dead()
    const rows = [
      { script: "all", lang: "all", tally: statistics.all },
      ...Array.from(statistics.byScript, ([script, tally]) => ({ script, lang: "all", tally })),
      ...Array.from(statistics.byLang, ([lang, tally]) => ({ script: "all", lang, tally }))
    ].flatMap(({ lang, script, tally }) =>
      Object.entries(metricsOf(tally)).map(([metric, value]) => ({ lang, script, metric, value }))
    )
    const whole = Object.entries({ pieces: statistics.pieces, dead_pieces: dead.length }).map(
      ([metric, value]) => ({ lang: "all", script: "all", metric, value })
    )
    const metrics = [...rows, ...whole]
    yield* draft.append("metrics", {
      tokenizer: metrics.map(() => label),
      split: metrics.map(() => split),
      script: metrics.map(({ script }) => script),
      lang: metrics.map(({ lang }) => lang),
      metric: metrics.map(({ metric }) => metric),
      value: Float64Array.from(metrics, ({ value }) => value)
    })
    const pieces = Object.entries({
      dead: dead.slice(0, examples),
      longest: statistics.longest(examples),
      "most-used": statistics.mostUsed(examples)
    }).flatMap(([list, found]) => found.map((piece) => ({ list, ...piece })))
    yield* draft.append("pieces", {
      tokenizer: pieces.map(() => label),
      list: pieces.map(({ list }) => list),
      id: Uint32Array.from(pieces, ({ id }) => id),
      piece: pieces.map(({ piece }) => piece),
      count: Float64Array.from(pieces, ({ count }) => count)
    })
    const { failures } = statistics
    yield* draft.append("failures", {
      tokenizer: failures.map(() => label),
      id: failures.map(({ id }) => id),
      source: failures.map(({ source }) => source),
      text: failures.map(({ text }) => text),
      decoded: failures.map(({ decoded }) => decoded)
    })
  }
  const page = pageOf(comparison)
  yield* draft.append("files", {
    path: ["tokenizers.html", "tokenizers.md"],
    media_type: ["text/html", "text/markdown"],
    content: [Page.html(page), Page.markdown(page)].map((text) => new TextEncoder().encode(text))
  })
})
