// Stage `@inkstone/trainer#pretrain-spans`: tokens in, a network that restores spoilt texts and its trace out.
import { type Artifact, Tokenizer, Tokens, Weights } from "@inkstone/artifact"
import { SpanCorruption, textToText } from "@inkstone/model-zoo"
import { field, Seed, Stage, StageFailure } from "@inkstone/stage"
import { Effect, Schema } from "effect"
import { denoisings } from "../feeds/Denoising.ts"
import { sameTokens } from "../feeds/Refusals.ts"
import * as SpanWindows from "../feeds/SpanWindows.ts"
import * as SpecialTokens from "../feeds/SpecialTokens.ts"
import { networkFields, networkIssues } from "../NetworkConfig.ts"
import * as Start from "../Start.ts"
import { noMeasures } from "../Task.ts"
import * as Training from "../Training.ts"
import { pretraining, trainingFields, trainingIssues } from "../TrainingConfig.ts"
import { resourcesOf } from "../TrainingResources.ts"

const Config = Schema.Struct({
  ...networkFields("encoder-decoder"),
  ...trainingFields(pretraining),
  denoising: field(
    Schema.Literals(denoisings),
    "spans",
    "spans cuts pieces out, which are written (T5); prefix cuts a text in two, the second is written; deletion leaves tokens out, the whole is written (BART)"
  ),
  noise: field(
    Schema.Finite.check(
      Schema.isBetween({ minimum: 0, maximum: 1, exclusiveMinimum: true, exclusiveMaximum: true })
    ),
    SpanCorruption.defaults.noise,
    "spans, deletion: share of a text's tokens that are taken out"
  ),
  meanSpan: field(
    Schema.Finite.check(Schema.isGreaterThanOrEqualTo(1)),
    SpanCorruption.defaults.meanSpan,
    "spans: tokens of a piece on average"
  )
}).check(
  Schema.makeFilter((config) => [...networkIssues(config, "encoder-decoder"), ...trainingIssues(config)])
)
const encodeConfig = Schema.encodeSync(Config)

export const pretrainSpans = Stage.define({
  name: "@inkstone/trainer#pretrain-spans",
  version: 1,
  description: "Trains a network that reads and writes to restore spoilt texts; nats per target token",
  config: Config,
  inputs: {
    train: Stage.one(Tokens),
    validation: Stage.one(Tokens),
    /** the one that made the tokens: its sentinels */
    tokenizer: Stage.one(Tokenizer),
    /** weights to start from */
    model: Stage.any(Weights)
  },
  outputs: Training.outputs,
  resources: (config) => resourcesOf(config, "encoder-decoder"),
  prepare: Training.prepare,
  goesOnFrom: Training.goesOnFrom,
  run: Effect.fn("trainer.pretrain-spans")(
    function* (config, { model, tokenizer: artifact, train, validation }, run) {
      const { bytes, endOfTextId, tokenizer, tokens, vocabSize } = train.attributes
      const special = yield* SpecialTokens.read(artifact, train)
      const padId = special.pad < 0 ? endOfTextId : special.pad
      const start = yield* Start.start(config, model, {
        kind: "encoder-decoder",
        vocabSize,
        tokenizer,
        // a network that was trained keeps the token that it was trained with
        ...(model.length === 0 ? { task: { startId: padId } } : {})
      })
      const { contextLength, network } = start
      yield* sameTokens({ train: train.attributes, validation: validation.attributes }, network)
      const { batchSize, denoising, evaluateTokens, meanSpan, noise } = config
      const runOf = Effect.fnUntraced(function* (port: string, split: Artifact<typeof Tokens>) {
        const spans: SpanWindows.SpanRun = {
          ids: (yield* split.read("ids")).id,
          denoising,
          sourceLength: contextLength,
          noise,
          meanSpan,
          sentinels: special.sentinels,
          endOfTextId,
          padId,
          seed: Seed.derive(run.seed, `noise-${port}`)
        }
        yield* SpanWindows.check(port, spans)
        return spans
      })
      const seed = Seed.derive(run.seed, "shuffle")
      yield* Training.train({
        config,
        encoded: encodeConfig(config),
        start,
        task: {
          name: `denoising-${denoising}`,
          unit: "nats per target token",
          network,
          objective: textToText(network),
          train: SpanWindows.train(yield* runOf("train", train), { batchSize, seed }),
          validation: SpanWindows.evaluate(yield* runOf("validation", validation), evaluateTokens),
          measures: noMeasures,
          bytesPerPrediction: Number.NaN
        },
        data: { digests: [train.digest, validation.digest], tokens, bytes, endOfTextId, tokenizer },
        run
      })
    },
    Effect.mapError((error) => StageFailure.of(error))
  )
})
