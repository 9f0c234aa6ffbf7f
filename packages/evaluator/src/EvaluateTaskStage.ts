// The stage `@inkstone/evaluator#evaluate-task`: what a model makes of held-out examples of its task, measured as the task asks for.
import { type Artifact, Examples, Metrics, Pairs, Tokenizer, Weights } from "@inkstone/artifact"
import { ClassifierModel, LanguageModel, TextToText, Zoo } from "@inkstone/model-zoo"
import { type Given, type Run, Stage, StageFailure } from "@inkstone/stage"
import { Native } from "@inkstone/tensorflow"
import { Clock, Duration, Effect } from "effect"
import * as Checks from "./Checks.ts"
import { classify } from "./task/Classify.ts"
import * as TaskExamples from "./task/Examples.ts"
import { TaskConfig } from "./task/TaskConfig.ts"
import * as TaskResults from "./task/TaskResults.ts"
import { ofLanguageModel, ofTextToText, write } from "./task/Write.ts"

const inputs = {
  model: Stage.one(Weights),
  pairs: Stage.one(Pairs),
  tokenizer: Stage.one(Tokenizer),
  examples: Stage.any(Examples)
}
const outputs = { metrics: Metrics }

/** what a model must say for a task */
const headOf = {
  classification: "labels",
  regression: "value",
  "token-classification": "tags",
  "question-answering": "span"
} as const

/** Opens the model as its task and family ask for, and lets it answer. */
const ask = Effect.fnUntraced(function* (
  config: TaskConfig,
  { model, pairs }: { readonly model: Artifact<typeof Weights>; readonly pairs: Artifact<typeof Pairs> },
  { data, done }: { readonly data: TaskExamples.TaskData; readonly done: (n: number) => Effect.Effect<void> }
) {
  const { batchSize, beams } = config
  if (data.task === "text-to-text") {
    const writing = { batchSize, beams, done, maxTokens: config.maxTokens ?? pairs.attributes.targetLength }
    const { family } = model.attributes
    return Zoo.find(family)?.kind === "encoder-decoder"
      ? yield* write(ofTextToText(yield* TextToText.load(model)), data, writing)
      : yield* write(ofLanguageModel(yield* LanguageModel.load(model)), data, writing)
  }
  const classifier = yield* ClassifierModel.load(model)
  const head = headOf[data.task]
  if (classifier.head !== head)
    return yield* Checks.wrongTask(
      `the pairs are for ${data.task}, and the model has a head for ${classifier.head}`
    )
  return yield* classify(classifier, data, { ...config, done })
})

const run = Effect.fnUntraced(function* (
  config: TaskConfig,
  given: Given<typeof inputs>,
  { outputs: { metrics }, report }: Run<typeof outputs>
): Effect.fn.Return<void, StageFailure> {
  const unfit = Checks.unfitForTask(given)
  if (unfit !== undefined) return yield* unfit
  const data = yield* TaskExamples.read(given, config).pipe(
    Effect.mapError((error) => StageFailure.of(error))
  )
  const otherClasses = Checks.otherClasses(given.model.attributes.training["labels"], data.labels)
  if (otherClasses !== undefined) return yield* otherClasses
  const total = data.examples.length
  const started = yield* Clock.currentTimeMillis
  let examples = 0
  const done = Effect.fnUntraced(function* (n: number) {
    examples += n
    const seconds = Math.max(1e-3, ((yield* Clock.currentTimeMillis) - started) / 1000)
    yield* report({
      done: examples,
      total,
      unit: "examples",
      note: `${(examples / seconds).toPrecision(3)} examples/s`
    })
  })
  const [time, outcome] = yield* ask(config, given, { data, done }).pipe(
    Effect.timed,
    Effect.mapError((error) => {
      if (error._tag === "StageFailure") return error
      return error._tag === "ArtifactCorrupt" || error._tag === "StorageFailed"
        ? StageFailure.of(error)
        : Checks.failureOf(error)
    }),
    Effect.scoped
  )
  const broken = outcome.nats.findIndex((nats) => nats === Infinity)
  if (broken >= 0) return yield* Checks.notFinite(data.examples[broken]!.id)
  yield* report({ done: total, total, unit: "examples", note: "resampling" })
  const milliseconds = Duration.toMillis(time)
  yield* TaskResults.write(
    metrics,
    {
      data,
      outcome,
      about: {
        model: given.model.digest,
        pairs: given.pairs.digest,
        tokenizer: given.pairs.attributes.tokenizer,
        settings:
          data.task === "text-to-text" ? (config.beams > 1 ? `${config.beams} beams` : "greedy") : data.task,
        speed: [
          ["examples_per_second", total / Math.max(1e-6, milliseconds / 1000)],
          ["answering_ms", milliseconds],
          ["milliseconds_per_example", milliseconds / total],
          ...(outcome.written === 0
            ? []
            : [["milliseconds_per_token", milliseconds / outcome.written] as const])
        ]
      }
    },
    config
  ).pipe(Effect.mapError((error) => StageFailure.of(error)))
})

export const evaluateTask = Stage.define({
  name: "@inkstone/evaluator#evaluate-task",
  version: 1,
  description:
    "What a model makes of held-out examples: BLEU, chrF, TER and ROUGE of texts, accuracy and F1 of classes, correlations, answers",
  config: TaskConfig,
  inputs,
  outputs,
  resources: () => ({ cpus: 2, memoryBytes: 2 * 2 ** 30 }),
  prepare: (report) => Native.install(report).pipe(Effect.mapError(Checks.failureOf), Effect.asVoid),
  run
})
