// Stage `@inkstone/trainer#finetune-text-to-text`: texts with texts to write in, a network that reads one and writes the other out.
import { Pairs, Weights } from "@inkstone/artifact"
import { textToText } from "@inkstone/model-zoo"
import { Seed, Stage, StageFailure } from "@inkstone/stage"
import { Effect, Schema } from "effect"
import * as PairData from "../feeds/PairData.ts"
import * as PairRows from "../feeds/PairRows.ts"
import { fits, sameTokens } from "../feeds/Refusals.ts"
import { networkFields, networkIssues } from "../NetworkConfig.ts"
import * as Start from "../Start.ts"
import { noMeasures } from "../Task.ts"
import * as Training from "../Training.ts"
import { finetuning, trainingFields, trainingIssues } from "../TrainingConfig.ts"
import { resourcesOf } from "../TrainingResources.ts"
import { groupingField } from "./EncoderPairs.ts"

const Config = Schema.Struct({
  ...networkFields("encoder-decoder"),
  ...trainingFields(finetuning),
  grouping: groupingField
}).check(
  Schema.makeFilter((config) => [...networkIssues(config, "encoder-decoder"), ...trainingIssues(config)])
)
const encodeConfig = Schema.encodeSync(Config)

export const finetuneTextToText = Stage.define({
  name: "@inkstone/trainer#finetune-text-to-text",
  version: 1,
  description: "Trains a network to read a text and write another; nats per target token",
  config: Config,
  inputs: {
    train: Stage.one(Pairs),
    validation: Stage.one(Pairs),
    /** weights to start from */
    model: Stage.any(Weights)
  },
  outputs: Training.outputs,
  resources: (config) => resourcesOf(config, "encoder-decoder"),
  prepare: Training.prepare,
  goesOnFrom: Training.goesOnFrom,
  run: Effect.fn("trainer.finetune-text-to-text")(
    function* (config, { model, train, validation }, run) {
      const task = "text-to-text"
      const { endOfTextId, inputTokens, padId, targetBytes, targetTokens, tokenizer, vocabSize } =
        train.attributes
      const data = yield* PairData.read("train", train, task)
      const held = yield* PairData.read("validation", validation, task)
      const start = yield* Start.start(config, model, {
        kind: "encoder-decoder",
        vocabSize,
        tokenizer,
        // a network that was trained keeps the token that it was trained with
        ...(model.length === 0 ? { task: { startId: padId } } : {})
      })
      const { network } = start
      yield* sameTokens({ train: train.attributes, validation: validation.attributes }, network)
      for (const [port, split] of Object.entries({ training: data, validation: held }))
        yield* fits(`the ${port} pairs`, Math.max(...PairRows.longest(split)), network)
      const { batchSize, evaluateTokens, grouping } = config
      const limit = network.contextLength
      const layout = PairRows.layoutOf([data, held], { grouping, limit })
      const seed = Seed.derive(run.seed, "shuffle")
      yield* Training.train({
        config,
        encoded: encodeConfig(config),
        start,
        task: {
          name: task,
          unit: "nats per token",
          network,
          objective: textToText(network),
          train: PairRows.train(data, layout, { batchSize, seed }),
          validation: PairRows.evaluate(held, layout, evaluateTokens),
          measures: noMeasures,
          bytesPerPrediction: validation.attributes.targetBytes / validation.attributes.targetTokens
        },
        data: {
          digests: [train.digest, validation.digest],
          tokens: inputTokens + targetTokens,
          bytes: targetBytes,
          endOfTextId,
          tokenizer
        },
        run
      })
    },
    Effect.mapError((error) => StageFailure.of(error))
  )
})
