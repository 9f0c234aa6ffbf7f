// Stage `@inkstone/trainer#pretrain`: tokens in, a network that writes on and its trace out.
import { Tokenizer, Tokens, Weights } from "@inkstone/artifact"
import { causal, withDomains } from "@inkstone/model-zoo"
import { Seed, Stage, StageFailure } from "@inkstone/stage"
import { Effect, Schema } from "effect"
import * as Corpus from "../Corpus.ts"
import * as DomainIds from "../feeds/DomainIds.ts"
import * as TokenWindows from "../feeds/TokenWindows.ts"
import { domainOf, PretrainConfig } from "../PretrainConfig.ts"
import * as Sampling from "../Sampling.ts"
import * as Start from "../Start.ts"
import { noMeasures } from "../Task.ts"
import * as Training from "../Training.ts"
import { resourcesOf } from "../TrainingResources.ts"

const encodeConfig = Schema.encodeSync(PretrainConfig)

export const pretrain = Stage.define({
  name: "@inkstone/trainer#pretrain",
  version: 2,
  description: "Trains a network that writes on, with early stopping and checkpoints; nats per next token",
  config: PretrainConfig,
  inputs: {
    train: Stage.one(Tokens),
    validation: Stage.one(Tokens),
    /** weights to start from */
    model: Stage.any(Weights),
    /** shows what it writes on the way as text */
    tokenizer: Stage.any(Tokenizer)
  },
  outputs: Training.outputs,
  resources: (config) => resourcesOf(config, "causal", domainOf(config)),
  prepare: Training.prepare,
  goesOnFrom: Training.goesOnFrom,
  run: Effect.fn("trainer.pretrain")(
    function* (config, { model, tokenizer: tokenizers, train, validation }, run) {
      const { bytes, endOfTextId, tokenizer, tokens, vocabSize } = train.attributes
      const start = yield* Start.start(config, model, {
        kind: "causal",
        vocabSize,
        tokenizer,
        task: domainOf(config)
      })
      const { contextLength, network } = start
      const corpus = yield* Corpus.read(train, validation, contextLength)
      const { batchSize, evaluateTokens } = config
      const seed = Seed.derive(run.seed, "shuffle")
      const splits = { train, validation }
      const runOf = Effect.fnUntraced(function* (port: keyof typeof splits) {
        const { domains } = config
        const run = { ids: corpus[port], contextLength }
        if (domains === undefined) return run
        return { ...run, domains: yield* DomainIds.read(port, splits[port], domains.sources) }
      })
      const [learned, held] = [yield* runOf("train"), yield* runOf("validation")]
      const sample = yield* Sampling.of({ config, tokenizers, validation, start, seed: run.seed })
      yield* Training.train({
        config,
        encoded: encodeConfig(config),
        start,
        task: {
          name: "causal",
          unit: "nats per token",
          network,
          objective: config.domains === undefined ? causal(network) : withDomains(network, causal),
          train: TokenWindows.train(learned, { batchSize, seed }),
          validation: TokenWindows.evaluate(held, evaluateTokens),
          measures: noMeasures,
          bytesPerPrediction: corpus.bytesPerToken
        },
        data: {
          digests: [train.digest, validation.digest],
          tokens,
          bytes,
          endOfTextId,
          tokenizer
        },
        run,
        ...(sample === undefined ? {} : { sample })
      })
    },
    Effect.mapError((error) => StageFailure.of(error))
  )
})
