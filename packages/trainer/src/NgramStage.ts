// The honest baseline: an n-gram model of the same tokens, counted in seconds.
import { Tokens, Weights } from "@inkstone/artifact"
import { NamedArray, Ngram, NgramModel } from "@inkstone/model-zoo"
import { field, Stage, StageFailure } from "@inkstone/stage"
import { Effect, Schema } from "effect"

const Config = Schema.Struct({
  order: field(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 6 })),
    5,
    "tokens of the longest n-gram; 4 or 5 suit a few million tokens"
  )
})
const encodeConfig = Schema.encodeSync(Config)

/** Stage `@inkstone/trainer#ngram`: tokens in, a count model out. */
export const ngram = Stage.define({
  name: "@inkstone/trainer#ngram",
  version: 1,
  description: "Counts the n-grams of a split and smooths them (interpolated, modified Kneser-Ney)",
  config: Config,
  inputs: { train: Stage.one(Tokens) },
  outputs: { model: Weights },
  resources: () => ({ cpus: 1, memoryBytes: 2 * 2 ** 30 }),
  run: Effect.fn("trainer.ngram")(
    function* (config, { train }, { outputs, report }) {
      const { bytes, endOfTextId, tokenizer, tokens, vocabSize } = train.attributes
      const { order } = config
      if (tokens === 0)
        return yield* new StageFailure({
          category: "data",
          fact: "EmptyCorpus",
          problem: `the split "${train.attributes.split}" has no tokens to count`,
          advice: "Wire `train` to a split with documents, or loosen the cuts of the cleaning"
        })
      yield* report({ done: 0, total: tokens, unit: "tokens", note: `counting ${order}-grams` })
      const { id } = yield* train.read("ids")
      const model = Ngram.train(id, { order, vocabSize, endOfTextId })
      const parameters = Ngram.parameters(model)
      yield* report({ done: tokens, total: tokens, unit: "tokens", note: `${parameters} n-grams` })
      yield* NamedArray.append(outputs.model, NgramModel.toArrays(model))
      yield* outputs.model.describe({
        family: "ngram",
        preset: `${order}-gram`,
        architecture: { order },
        parameters,
        vocabSize,
        contextLength: order - 1,
        endOfTextId,
        tokenizer,
        trainedOn: train.digest,
        trainTokens: tokens,
        trainBytes: bytes,
        training: encodeConfig(config)
      })
    },
    Effect.mapError((error) => StageFailure.of(error))
  )
})
