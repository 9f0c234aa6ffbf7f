// What the stages have in common that fine-tune encoders on examples of two sides.
import { type PairTask, Pairs, Weights } from "@inkstone/artifact"
import type { Objective } from "@inkstone/graph"
import type { EncoderNetwork } from "@inkstone/model-zoo"
import { field, Seed, Stage, StageFailure } from "@inkstone/stage"
import { Effect, Schema } from "effect"
import * as PairData from "../feeds/PairData.ts"
import * as PairRows from "../feeds/PairRows.ts"
import { fits, sameTokens } from "../feeds/Refusals.ts"
import { networkFields, networkIssues } from "../NetworkConfig.ts"
import * as Start from "../Start.ts"
import type { Measures } from "../Task.ts"
import * as Training from "../Training.ts"
import { finetuning, trainingFields, trainingIssues } from "../TrainingConfig.ts"
import { resourcesOf } from "../TrainingResources.ts"

interface Definition<Name extends string> {
  readonly name: Name
  readonly description: string
  readonly task: PairTask
  /** that the network must have */
  readonly head: string
  /** classes are asked for */
  readonly labelled: boolean
  readonly unit: string
  readonly objective: (network: EncoderNetwork) => Objective
  readonly measures: Measures
}

export const groupingField = field(
  Schema.Literals(PairRows.groupings),
  "length",
  "length: rows of a step are of like length and padded to one of six; none: any rows, padded to the longest of all"
)

/** A stage that takes pairs of one task and trains an encoder with one head on them. */
export const encoderPairs = <const Name extends string>(definition: Definition<Name>) => {
  const { description, head, labelled, measures, name, objective, task, unit } = definition
  const Config = Schema.Struct({
    ...networkFields("encoder"),
    ...trainingFields(finetuning, measures.names),
    grouping: groupingField
  }).check(
    Schema.makeFilter((config) => [...networkIssues(config, "encoder", { head }), ...trainingIssues(config)])
  )
  const encodeConfig = Schema.encodeSync(Config)
  return Stage.define({
    name,
    version: 1,
    description,
    config: Config,
    inputs: {
      train: Stage.one(Pairs),
      validation: Stage.one(Pairs),
      /** weights to start from */
      model: Stage.any(Weights)
    },
    outputs: Training.outputs,
    resources: (config) => resourcesOf(config, "encoder", { head }),
    prepare: Training.prepare,
    goesOnFrom: Training.goesOnFrom,
    run: Effect.fn(name)(
      function* (config, { model, train, validation }, run) {
        const { endOfTextId, inputTokens, padId, targetBytes, tokenizer, vocabSize } = train.attributes
        const data = yield* PairData.read("train", train, task)
        const held = yield* PairData.read("validation", validation, task)
        if (labelled) yield* PairData.checkLabels(data, held)
        const start = yield* Start.start(config, model, {
          kind: "encoder",
          vocabSize,
          tokenizer,
          task: {
            head,
            ...(labelled ? { labels: data.labels.length } : {}),
            // a network that was trained keeps the token that it was trained with
            ...(model.length === 0 && padId !== endOfTextId ? { paddingId: padId } : {})
          }
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
          encoded: { ...encodeConfig(config), ...(labelled ? { labels: data.labels } : {}) },
          start,
          task: {
            name: task,
            unit,
            network,
            objective: objective(network),
            train: PairRows.train(data, layout, { batchSize, seed }),
            validation: PairRows.evaluate(held, layout, evaluateTokens),
            measures,
            bytesPerPrediction: Number.NaN
          },
          data: {
            digests: [train.digest, validation.digest],
            tokens: inputTokens,
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
}
