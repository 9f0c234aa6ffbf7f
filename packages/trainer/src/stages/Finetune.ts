// Stage `@inkstone/trainer#finetune`: packed rows in, a network that writes on out. What is learned is what the rows mark: of
// instructions and conversations the answers alone.
import { Packed, Weights } from "@inkstone/artifact"
import { causalPacked } from "@inkstone/model-zoo"
import { Seed, Stage, StageFailure } from "@inkstone/stage"
import { Effect, Schema } from "effect"
import * as PackedRows from "../feeds/PackedRows.ts"
import { fits, sameTokens } from "../feeds/Refusals.ts"
import { networkFields, networkIssues } from "../NetworkConfig.ts"
import * as Start from "../Start.ts"
import { noMeasures } from "../Task.ts"
import * as Training from "../Training.ts"
import { finetuning, trainingFields, trainingIssues } from "../TrainingConfig.ts"
import { resourcesOf } from "../TrainingResources.ts"

const Config = Schema.Struct({ ...networkFields("causal"), ...trainingFields(finetuning) }).check(
  Schema.makeFilter((config) => [...networkIssues(config, "causal"), ...trainingIssues(config)])
)
const encodeConfig = Schema.encodeSync(Config)

export const finetune = Stage.define({
  name: "@inkstone/trainer#finetune",
  version: 1,
  description: "Trains a network that writes on to give answers, on packed rows; nats per learned token",
  config: Config,
  inputs: {
    train: Stage.one(Packed),
    validation: Stage.one(Packed),
    /** weights to start from */
    model: Stage.any(Weights)
  },
  outputs: Training.outputs,
  resources: (config) => resourcesOf(config, "causal"),
  prepare: Training.prepare,
  goesOnFrom: Training.goesOnFrom,
  run: Effect.fn("trainer.finetune")(
    function* (config, { model, train, validation }, run) {
      const { bytes, endOfTextId, tokenizer, tokens, vocabSize } = train.attributes
      const start = yield* Start.start(config, model, { kind: "causal", vocabSize, tokenizer })
      const { network } = start
      yield* sameTokens({ train: train.attributes, validation: validation.attributes }, network)
      for (const [port, split] of Object.entries({ training: train, validation }))
        yield* fits(`rows of the ${port} data`, split.attributes.contextLength, network)
      const rows = yield* PackedRows.read("train", train)
      const held = yield* PackedRows.read("validation", validation)
      const { batchSize, evaluateTokens } = config
      const seed = Seed.derive(run.seed, "shuffle")
      yield* Training.train({
        config,
        encoded: encodeConfig(config),
        start,
        task: {
          name: "causal-packed",
          unit: "nats per token",
          network,
          objective: causalPacked(network),
          train: PackedRows.train(rows, { batchSize, seed }),
          validation: PackedRows.evaluate(held, evaluateTokens),
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
