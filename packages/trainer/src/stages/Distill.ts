// Stage `@inkstone/trainer#distill`: tokens and a teacher in, a smaller encoder that says what the teacher says out.
import { Tokenizer, Weights } from "@inkstone/artifact"
import type { NamedArray } from "@inkstone/model-zoo"
import { distilBert, distillation, teacherName } from "@inkstone/model-zoo/objectives/Distillation"
import { field, Stage, StageFailure } from "@inkstone/stage"
import { Effect, Schema } from "effect"
import { fits, refused } from "../feeds/Refusals.ts"
import * as SpecialTokens from "../feeds/SpecialTokens.ts"
import { networkFields, networkIssues } from "../NetworkConfig.ts"
import * as Start from "../Start.ts"
import { noMeasures } from "../Task.ts"
import * as Training from "../Training.ts"
import { pretraining, trainingFields, trainingIssues } from "../TrainingConfig.ts"
import { resourcesOf } from "../TrainingResources.ts"
import { inputs, maskingFields, maskingIssues, paddingOf, sources } from "./MaskedData.ts"

const head = "masked-language"
const Factor = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))

const Config = Schema.Struct({
  ...networkFields("encoder"),
  ...trainingFields(pretraining),
  ...maskingFields,
  temperature: field(
    Schema.Finite.check(Schema.isGreaterThan(0)),
    distilBert.temperature,
    "divides the logits of both before they are compared"
  ),
  divergence: field(Factor, distilBert.divergence, "weight of what the student says against the teacher"),
  nats: field(Factor, distilBert.nats, "weight of what hidden tokens cost"),
  cosine: field(
    Factor,
    distilBert.cosine,
    "weight of the angle between hidden states; 0 for a teacher with other channels"
  )
}).check(
  Schema.makeFilter((config) => [
    ...networkIssues(config, "encoder", { head }),
    ...trainingIssues(config),
    ...maskingIssues(config)
  ])
)
const encodeConfig = Schema.encodeSync(Config)

export const distill = Stage.define({
  name: "@inkstone/trainer#distill",
  version: 1,
  description:
    "Trains a small encoder to say what a large one says: soft targets, hidden tokens and directions of hidden states",
  config: Config,
  inputs: {
    ...inputs,
    /** the one that made the tokens: its mask and other special tokens */
    tokenizer: Stage.one(Tokenizer),
    /** an encoder with a head for tokens */
    teacher: Stage.one(Weights),
    /** weights of the student to start from */
    model: Stage.any(Weights)
  },
  outputs: Training.outputs,
  resources: (config) => resourcesOf(config, "encoder", { head }),
  prepare: Training.prepare,
  goesOnFrom: Training.goesOnFrom,
  run: Effect.fn("trainer.distill")(
    function* (config, { model, teacher: weights, tokenizer: artifact, train, validation, words }, run) {
      const { bytes, endOfTextId, tokenizer, tokens, vocabSize } = train.attributes
      const special = yield* SpecialTokens.read(artifact, train)
      const wanted = { kind: "encoder", vocabSize, tokenizer } as const
      const teacher = yield* Start.start({}, [{ artifact: weights }], { ...wanted, task: { head } })
      const start = yield* Start.start(config, model, {
        ...wanted,
        // what the teacher says of tokens that the tokenizer does not have is learned, too
        vocabSize: teacher.network.vocabSize,
        task: { head, ...(model.length === 0 ? paddingOf(special) : {}) }
      })
      const { contextLength, network } = start
      yield* fits("rows of the student", contextLength, teacher.network)
      const missing = teacher.network.parameters.find(({ name }) => !teacher.arrays.has(name))
      if (missing !== undefined)
        return yield* refused(
          "TeacherIncomplete",
          `the teacher has no ${missing.name}: it was not trained to foretell tokens`,
          "Wire weights of @inkstone/trainer#pretrain-masked, or imported ones with the head for tokens"
        )
      if (config.cosine !== 0 && network.channels !== teacher.network.channels)
        return yield* refused(
          "ChannelsDiffer",
          `the student has ${network.channels} channels, its teacher ${teacher.network.channels}: directions of their hidden states cannot be compared`,
          "Set cosine: 0, or give the student as many channels"
        )
      const { seed } = run
      const data = yield* sources({ train, validation, words }, { config, special, start, seed })
      yield* Training.train({
        config,
        encoded: { ...encodeConfig(config), teacher: weights.digest },
        start,
        task: {
          name: "distillation",
          unit: "weighted sum of three losses",
          network,
          objective: distillation(network, teacher.network, config),
          ...data,
          measures: noMeasures,
          bytesPerPrediction: Number.NaN,
          given: renamed(teacher.arrays)
        },
        data: { digests: [train.digest, validation.digest], tokens, bytes, endOfTextId, tokenizer },
        run
      })
    },
    Effect.mapError((error) => StageFailure.of(error))
  )
})

/** The teacher's arrays by the names that they have in the student's program. */
const renamed = (arrays: NamedArray.NamedArrays): NamedArray.NamedArrays =>
  new Map(
    [...arrays].map(([name, array]) => {
      const named = teacherName(name)
      return [named, { ...array, name: named }]
    })
  )
