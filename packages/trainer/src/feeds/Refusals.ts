// What is refused of data before anything is built.
import { StageFailure } from "@inkstone/stage"
import { Effect } from "effect"

export const refused = (fact: string, problem: string, advice: string): StageFailure =>
  new StageFailure({ category: "data", fact, problem, advice })

/** A mean over no predictions would be NaN, and would only be noticed hours later. */
export const nothingToLearn = (port: string): StageFailure =>
  refused(
    "NothingToLearn",
    `nothing of the ${port} split is to be foretold`,
    "Give this split examples with answers, or a larger share of them"
  )

/** What an artifact says of its tokens. */
interface Encoded {
  readonly tokenizer: string
  readonly vocabSize: number
}

/** Both splits must be of one tokenizer, and the network must know all of its tokens. */
export const sameTokens = (
  { train, validation }: { readonly train: Encoded; readonly validation: Encoded },
  network: { readonly vocabSize: number }
): Effect.Effect<void, StageFailure> => {
  if (train.tokenizer !== validation.tokenizer)
    return Effect.fail(
      refused(
        "TokenizersDiffer",
        "the training and the validation data come from different tokenizers",
        "Encode both splits with the same tokenizer"
      )
    )
  return train.vocabSize <= network.vocabSize
    ? Effect.void
    : Effect.fail(
        refused(
          "VocabularyTooLarge",
          `the tokenizer has ${train.vocabSize} tokens, the network knows ${network.vocabSize}`,
          "Encode the data with the tokenizer the network was trained with"
        )
      )
}

/** A network cannot take a row that is longer than its context. */
export const fits = (
  what: string,
  length: number,
  network: { readonly contextLength: number }
): Effect.Effect<void, StageFailure> =>
  length <= network.contextLength
    ? Effect.void
    : Effect.fail(
        refused(
          "ContextTooShort",
          `${what} take ${length} tokens, the network sees ${network.contextLength}`,
          "Give the network a longer context, or make the data with shorter rows"
        )
      )
