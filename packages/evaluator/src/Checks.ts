// What must hold before a model is measured, and what a failure means to the person who reads it.
import type { Artifact, Pairs, Tokenizer, Tokens, Weights } from "@inkstone/artifact"
import type { LanguageModel, ModelFailed, ModelUnusable } from "@inkstone/model-zoo"
import { type Given, type Stage, StageFailure } from "@inkstone/stage"
import type { NativeUnavailable } from "@inkstone/tensorflow"
import { Effect } from "effect"
import type { Config } from "./Config.ts"
import type * as Score from "./Score.ts"
import type { Cutting } from "./Windows.ts"

export interface Inputs extends Stage.Inputs {
  readonly model: Stage.Port<typeof Weights, false>
  readonly tokens: Stage.Port<typeof Tokens, false>
  readonly tokenizer: Stage.Port<typeof Tokenizer, false>
}

const data = (fact: string, problem: string, advice: string) =>
  new StageFailure({ category: "data", fact, problem, advice })

/** A failure of the model as the stage's own. */
export const failureOf = (
  error: ModelUnusable | ModelFailed | NativeUnavailable | Score.NotFinite
): StageFailure => {
  const { message: problem, _tag: fact } = error
  switch (error._tag) {
    case "ModelUnusable":
      return data(fact, problem, "Train the model again, or wire weights of a family this Inkstone knows")
    case "NotFinite":
      return data(
        fact,
        problem,
        "Its training diverged most likely: lower the learning rate and train it again"
      )
    case "NativeUnavailable":
      return new StageFailure({ category: "resource", fact, problem: error.problem, advice: error.advice })
    case "ModelFailed":
      return new StageFailure({ category: "resource", fact, problem, advice: "Try a smaller batchSize" })
  }
}

/** Model, tokens and tokenizer must speak of the same ids, and there must be something to read. */
export const unfit = ({ model, tokens, tokenizer }: Given<Inputs>): StageFailure | undefined => {
  const [made, used] = [model.attributes, tokens.attributes]
  if (used.documents === 0 || used.tokens === 0 || used.bytes === 0)
    return data(
      "EmptySplit",
      `the split "${used.split}" has no text`,
      "Wire a split that has documents, or give ingest more documents or another share for it"
    )
  const wrong = (problem: string) =>
    data("WrongVocabulary", problem, "Wire the tokens and the tokenizer that the model was trained with")
  if (made.vocabSize !== used.vocabSize)
    return wrong(`the model knows ${made.vocabSize} token ids, the tokens were made with ${used.vocabSize}`)
  // Weights from elsewhere do not know the digest of their tokenizer.
  if (made.tokenizer !== "" && made.tokenizer !== used.tokenizer)
    return wrong("the tokens were made with another tokenizer than the model was trained with")
  if (tokenizer.digest !== used.tokenizer)
    return wrong("the tokens were made with another tokenizer than the one given")
  return undefined
}

const wrongVocabulary = (problem: string) =>
  data("WrongVocabulary", problem, "Wire the data and the tokenizer that the model was trained with")

/** The same of a model and examples of its task. */
export const unfitForTask = ({
  model,
  pairs,
  tokenizer
}: {
  readonly model: Pick<Artifact<typeof Weights>, "attributes">
  readonly pairs: Artifact<typeof Pairs>
  readonly tokenizer: Artifact<typeof Tokenizer>
}): StageFailure | undefined => {
  const [made, used] = [model.attributes, pairs.attributes]
  if (used.rows === 0)
    return data("EmptySplit", `the split "${used.split}" has no examples`, "Wire a split that has examples")
  if (made.vocabSize !== used.vocabSize)
    return wrongVocabulary(
      `the model knows ${made.vocabSize} token ids, the pairs were made with ${used.vocabSize}`
    )
  if (made.tokenizer !== "" && made.tokenizer !== used.tokenizer)
    return wrongVocabulary("the pairs were made with another tokenizer than the model was trained with")
  if (tokenizer.digest !== used.tokenizer)
    return wrongVocabulary("the pairs were made with another tokenizer than the one given")
  return undefined
}

/** A model numbers its classes as its training data did; weights from elsewhere do not say how. */
export const otherClasses = (trained: unknown, here: ReadonlyArray<string>): StageFailure | undefined =>
  Array.isArray(trained) && here.length > 0 && JSON.stringify(trained) !== JSON.stringify(here)
    ? data(
        "OtherClasses",
        `the model was trained with the classes ${trained.join(", ")}, the pairs have ${here.join(", ")}`,
        "Encode both with the same `labels`"
      )
    : undefined

export const wrongTask = (problem: string): StageFailure =>
  data("WrongTask", problem, "Wire the output of encode-pairs for the task that the model was trained for")

export const notFinite = (id: string): StageFailure =>
  data(
    "NotFinite",
    `the model gives no finite probability to the right answer of example ${id}`,
    "Its training diverged most likely: lower the learning rate and train it again"
  )

const tooLong = (problem: string, advice: string) =>
  Effect.fail(new StageFailure({ category: "config", fact: "ContextTooLong", problem, advice }))

const most = 256 // tokens of context without a declared one: what models of this size are trained with

/** How the text is cut, as the signature says it. */
export const declared = ({ contextLength, stride }: Config) => ({
  context: contextLength === undefined ? `model<=${most}` : `${contextLength}`,
  stride:
    stride !== undefined ? `${stride}` : contextLength === undefined ? "context/2" : `${half(contextLength)}`
})

const half = (context: number) => Math.max(1, Math.floor(context / 2))

/** Context and stride, the defaults filled in by what the model can do. */
export const cuttingOf = (
  config: Config,
  model: LanguageModel.LanguageModel
): Effect.Effect<Cutting, StageFailure> => {
  const context = config.contextLength ?? Math.min(model.contextLength, most)
  const stride = config.stride ?? half(context)
  if (context > model.contextLength)
    return tooLong(
      `contextLength is ${context}, the model sees at most ${model.contextLength} tokens`,
      `Set contextLength to at most ${model.contextLength} for every model that is compared`
    )
  if (stride > context)
    return tooLong(
      `stride ${stride} is more than contextLength ${context}`,
      "Some tokens would never be scored"
    )
  return Effect.succeed({ context, stride })
}
