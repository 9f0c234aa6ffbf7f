// The stage `@inkstone/evaluator#evaluate`: perplexity, bits per byte and samples of one model on one split.
import {
  type ArtifactCorrupt,
  Metrics,
  Pieces,
  type StorageFailed,
  Tokenizer,
  Tokens,
  Weights
} from "@inkstone/artifact"
import { LanguageModel } from "@inkstone/model-zoo"
import { type Given, type Run, Seed, Stage, StageFailure } from "@inkstone/stage"
import { Native } from "@inkstone/tensorflow"
import { Duration, Effect } from "effect"
import * as Checks from "./Checks.ts"
import { Config } from "./Config.ts"
import { measure } from "./Measurement.ts"
import * as Measures from "./Measures.ts"
import * as Results from "./Results.ts"
import * as Samples from "./Samples.ts"
import * as Score from "./Score.ts"
import * as Signature from "./Signature.ts"

const inputs = {
  model: Stage.one(Weights),
  tokens: Stage.one(Tokens),
  tokenizer: Stage.one(Tokenizer)
}
const outputs = { metrics: Metrics }

const readable = <A>(read: Effect.Effect<A, ArtifactCorrupt | StorageFailed>) =>
  Effect.mapError(read, (error) => StageFailure.of(error))

/** A rate; a clock that did not move in between counts as a nanosecond. */
const per = (count: number, seconds: number) => count / Math.max(seconds, 1e-9)

/** Scores every document and writes samples with the model; reports tokens. */
const score = Effect.fnUntraced(function* (
  config: Config,
  given: Given<typeof inputs>,
  { seed, report }: Run<typeof outputs>
) {
  const model = yield* LanguageModel.load(given.model).pipe(
    Effect.catchTag(["ArtifactCorrupt", "StorageFailed"], (error) => Effect.fail(StageFailure.of(error)))
  )
  const cutting = yield* Checks.cuttingOf(config, model)
  const [{ id: ids }, documents] = yield* Effect.all([
    readable(given.tokens.read("ids")),
    readable(given.tokens.read("documents"))
  ])
  const spans = documents.id.map((_, row) => ({
    start: documents.start[row]!,
    tokens: documents.tokens[row]!
  }))
  const total = documents.tokens.reduce((a, b) => a + b, 0)
  let done = 0
  const scored = (tokens: number) => {
    done += tokens
    return report({ done, total, unit: "tokens", note: "scoring" })
  }
  const text = { ids, documents: spans }
  const batched = { ...cutting, batchSize: config.batchSize }
  yield* Score.warm(model, text, batched)
  const [scoring, nats] = yield* Effect.timed(Score.documents(model, text, { ...batched, scored }))
  yield* report({ done, total, unit: "tokens", note: "writing samples" })
  const written = yield* Samples.write(model, text, {
    samples: config.samples,
    pieces: yield* readable(Pieces.read(given.tokenizer)),
    seed: Seed.derive(seed, "samples")
  })
  return { documents, nats, scoring, written }
})

const run = Effect.fnUntraced(function* (
  config: Config,
  given: Given<typeof inputs>,
  run: Run<typeof outputs>
): Effect.fn.Return<void, StageFailure> {
  const unfit = Checks.unfit(given)
  if (unfit !== undefined) return yield* unfit
  const { documents, nats, ...measured } = yield* score(config, given, run).pipe(
    Effect.mapError((error) => (error._tag === "StageFailure" ? error : Checks.failureOf(error))),
    Effect.scoped
  )
  const { split, tokenizer } = given.tokens.attributes
  const { id, source, tokens, bytes } = documents
  const data = Signature.dataDigest(id, bytes)
  const resampling = Results.resamplingOf(data, config)
  const measures = measure(
    [Measures.of({ nats, tokens, bytes }, { ...Checks.declared(config), split, tokenizer, data })],
    id.length,
    resampling
  )
  const scored = tokens.reduce((a, b) => a + b, 0)
  const writingMs = Duration.toMillis(measured.written.writing)
  const speed = [
    ["tokens_per_second", per(scored, Duration.toSeconds(measured.scoring))],
    ["scoring_ms", Duration.toMillis(measured.scoring)],
    ...(measured.written.tokens === 0
      ? []
      : [["milliseconds_per_token", writingMs / measured.written.tokens] as const])
  ] as const
  const { metrics } = run.outputs
  const texts = measured.written.samples
  yield* Effect.all([
    Results.write(metrics, {
      measures,
      confidence: config.confidence,
      items: { id, source, nats, tokens, bytes },
      speed,
      about: {
        task: "language-modelling",
        primary: "bits_per_byte",
        resampling: resampling.name,
        model: given.model.digest,
        data: given.tokens.digest,
        split,
        documents: id.length,
        tokens: scored,
        bytes: bytes.reduce((a, b) => a + b, 0)
      }
    }),
    metrics.append("samples", {
      prompt: texts.map(({ prompt }) => prompt),
      text: texts.map(({ text }) => text),
      settings: texts.map(({ settings }) => settings)
    })
  ]).pipe(Effect.mapError((error) => StageFailure.of(error)))
})

export const evaluate = Stage.define({
  name: "@inkstone/evaluator#evaluate",
  version: 2,
  description: "Perplexity and bits per byte of a model on held-out documents, with intervals, and samples",
  config: Config,
  inputs,
  outputs,
  // Scoring uses every core it gets; the speed would mean little beside a training.
  resources: () => ({ cpus: 2, memoryBytes: 2 * 2 ** 30 }),
  prepare: (report) => Native.install(report).pipe(Effect.mapError(Checks.failureOf), Effect.asVoid),
  run
})
