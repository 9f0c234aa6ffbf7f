// Stage `@inkstone/trainer#pretrain-masked`: tokens in, an encoder that foretells hidden tokens and its trace out.
import { Tokenizer, Weights } from "@inkstone/artifact"
import { maskedLanguage } from "@inkstone/model-zoo"
import { Stage, StageFailure } from "@inkstone/stage"
import { Effect, Schema } from "effect"
import * as SpecialTokens from "../feeds/SpecialTokens.ts"
import { networkFields, networkIssues } from "../NetworkConfig.ts"
import * as Start from "../Start.ts"
import { noMeasures } from "../Task.ts"
import * as Training from "../Training.ts"
import { pretraining, trainingFields, trainingIssues } from "../TrainingConfig.ts"
import { resourcesOf } from "../TrainingResources.ts"
import { inputs, maskingFields, maskingIssues, paddingOf, sources } from "./MaskedData.ts"

const head = "masked-language"

const Config = Schema.Struct({
  ...networkFields("encoder"),
  ...trainingFields(pretraining),
  ...maskingFields
}).check(
  Schema.makeFilter((config) => [
    ...networkIssues(config, "encoder", { head }),
    ...trainingIssues(config),
    ...maskingIssues(config)
  ])
)
const encodeConfig = Schema.encodeSync(Config)

export const pretrainMasked = Stage.define({
  name: "@inkstone/trainer#pretrain-masked",
  version: 1,
  description: "Trains an encoder to foretell hidden tokens or whole words; nats per hidden token",
  config: Config,
  inputs: {
    ...inputs,
    /** the one that made the tokens: its mask and other special tokens */
    tokenizer: Stage.one(Tokenizer),
    /** weights to start from */
    model: Stage.any(Weights)
  },
  outputs: Training.outputs,
  resources: (config) => resourcesOf(config, "encoder", { head }),
  prepare: Training.prepare,
  goesOnFrom: Training.goesOnFrom,
  run: Effect.fn("trainer.pretrain-masked")(
    function* (config, { model, tokenizer: artifact, train, validation, words }, run) {
      const { bytes, endOfTextId, tokenizer, tokens, vocabSize } = train.attributes
      const special = yield* SpecialTokens.read(artifact, train)
      const start = yield* Start.start(config, model, {
        kind: "encoder",
        vocabSize,
        tokenizer,
        task: { head, ...(model.length === 0 ? paddingOf(special) : {}) }
      })
      const { seed } = run
      const data = yield* sources({ train, validation, words }, { config, special, start, seed })
      yield* Training.train({
        config,
        encoded: encodeConfig(config),
        start,
        task: {
          name: "masked-language",
          unit: "nats per hidden token",
          network: start.network,
          objective: maskedLanguage(start.network),
          ...data,
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
