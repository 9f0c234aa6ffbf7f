// The honest baseline of classification: weighted counts of token n-grams and a logistic regression, fitted in seconds.
import { type Artifact, Pairs, Trace, Weights } from "@inkstone/artifact"
import { LinearModel, NamedArray } from "@inkstone/model-zoo"
import { field, Stage, StageFailure } from "@inkstone/stage"
import { Duration, Effect, Schema } from "effect"

const Strength = Schema.Finite.check(Schema.isGreaterThan(0))
const atLeast = (minimum: number) => Schema.Int.check(Schema.isGreaterThanOrEqualTo(minimum))

const Config = Schema.Struct({
  order: field(
    atLeast(0).check(Schema.isLessThanOrEqualTo(8)),
    2,
    "tokens of the longest n-gram; 0 always says the most frequent class, the least a model must beat"
  ),
  minTexts: field(atLeast(1), 2, "n-grams in fewer texts do not count"),
  maxFeatures: field(atLeast(1), 200_000, "most n-grams; those in most texts are kept"),
  sublinear: field(Schema.Boolean, true, "counts of an n-gram weigh as 1 + ln(count)"),
  strengths: field(
    Schema.NonEmptyArray(Strength),
    [0.1, 1, 10, 100],
    "scikit-learn's C: the larger, the less weights are held small; the one with the least validation loss is taken"
  )
})
const encodeConfig = Schema.encodeSync(Config)

const refused = (fact: string, problem: string, advice: string) =>
  new StageFailure({ category: "data", fact, problem, advice })

/** Tokens and class of every text. */
const textsOf = Effect.fnUntraced(function* (port: string, artifact: Artifact<typeof Pairs>) {
  const { split, task } = artifact.attributes
  if (task !== "classification")
    return yield* refused(
      "WrongTask",
      `${port} has pairs for ${task}, and this stage learns classes of texts`,
      "Wire the output of encode-pairs with task: classification"
    )
  const { id } = yield* artifact.read("inputs")
  const { input, inputTokens, label } = yield* artifact.read("pairs")
  if (label.length === 0)
    return yield* refused(
      "EmptySplit",
      `${port}: the split "${split}" has no texts`,
      "Wire a split with texts"
    )
  const texts = Array.from(input, (start, row) => id.subarray(start, start + inputTokens[row]!))
  return { texts, labels: label }
})

/** Stage `@inkstone/trainer#linear`: pairs of classification in, a linear model out. */
export const linear = Stage.define({
  name: "@inkstone/trainer#linear",
  version: 1,
  description: "Learns classes of texts from counts of their token n-grams: tf-idf and logistic regression",
  config: Config,
  inputs: { train: Stage.one(Pairs), validation: Stage.any(Pairs) },
  outputs: { model: Weights, trace: Trace },
  resources: () => ({ cpus: 1, memoryBytes: 2 * 2 ** 30 }),
  run: Effect.fn("trainer.linear")(
    function* (config, { train, validation }, { outputs, report }) {
      const held = validation[0]?.artifact
      if (config.strengths.length > 1 && held === undefined)
        return yield* new StageFailure({
          category: "config",
          fact: "NothingToChooseBy",
          problem: `strengths has ${config.strengths.length} values, and validation is not wired`,
          advice: "Wire validation to pairs of another split, or give one strength"
        })
      const { endOfTextId, inputTokens, targetBytes, tokenizer, vocabSize } = train.attributes
      const names = (yield* train.read("labels")).name
      if (held !== undefined && (yield* held.read("labels")).name.join("\n") !== names.join("\n"))
        return yield* refused(
          "OtherClasses",
          "train and validation number the classes differently",
          "Encode both with the same labels"
        )
      const data = yield* textsOf("train", train)
      const check = held === undefined ? undefined : yield* textsOf("validation", held)
      const total = config.strengths.length
      yield* report({ done: 0, total, unit: "fits", note: `${data.texts.length} texts` })
      const [time, model] = yield* Effect.timed(
        Effect.sync(() =>
          LinearModel.train(data, {
            ...config,
            vocabSize,
            labels: names.length,
            ...(check === undefined ? {} : { validation: check })
          })
        )
      )
      const fit = model.fits.find(({ strength }) => strength === model.strength)
      const parameters = LinearModel.parameters(model)
      const iterations = model.fits.reduce((sum, { iterations }) => sum + iterations, 0)
      const loss = (check === undefined ? fit?.trainNats : fit?.validationNats) ?? NaN
      yield* report({
        done: total,
        total,
        unit: "fits",
        note: `C ${model.strength}, ${loss.toFixed(4)} nats per text, ${parameters} weights`
      })
      yield* NamedArray.append(outputs.model, LinearModel.toArrays(model))
      yield* outputs.model.describe({
        family: "linear",
        preset: config.order === 0 ? "majority" : `${config.order}-gram`,
        architecture: LinearModel.configOf(model),
        parameters,
        vocabSize,
        contextLength: train.attributes.inputLength,
        endOfTextId,
        tokenizer,
        trainedOn: train.digest,
        trainTokens: inputTokens,
        trainBytes: targetBytes,
        training: { ...encodeConfig(config), strength: model.strength, labels: names }
      })
      yield* outputs.trace.append("cost", {
        name: ["train_ms", "peak_rss_bytes"],
        value: Float64Array.of(Duration.toMillis(time), process.resourceUsage().maxRSS * 1024)
      })
      yield* outputs.trace.describe({
        objective: "classification",
        unit: "nats per text",
        steps: iterations,
        stopReason: "finished",
        metric: "loss",
        mode: "min",
        bestStep: iterations,
        bestValue: loss,
        bestLossNats: loss,
        contextLength: train.attributes.inputLength,
        batchSize: data.texts.length,
        tokensSeen: inputTokens
      })
    },
    Effect.mapError((error) => StageFailure.of(error))
  )
})
