// Data of the stages that hide tokens and have them foretold: both splits, and the settings of what is hidden.
import { type Artifact, Tokens, Words } from "@inkstone/artifact"
import { Masking } from "@inkstone/model-zoo"
import { field, Seed, Stage } from "@inkstone/stage"
import { Effect, Schema } from "effect"
import * as MaskedWindows from "../feeds/MaskedWindows.ts"
import { sameTokens } from "../feeds/Refusals.ts"
import type { SpecialTokens } from "../feeds/SpecialTokens.ts"
import * as WordStarts from "../feeds/WordStarts.ts"
import type { Start } from "../Start.ts"

const Share = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))

export const maskingFields = {
  share: field(
    Share.check(Schema.isGreaterThan(0)),
    Masking.defaults.share,
    "of the tokens of a row, those that are foretold"
  ),
  hidden: field(
    Share,
    Masking.defaults.hidden,
    "of those that are foretold, the ones in whose place the mask stands"
  ),
  random: field(
    Share,
    Masking.defaults.random,
    "of those that are foretold, the ones in whose place any token stands; the others stay"
  ),
  masking: field(
    Schema.Literals(["dynamic", "static"]),
    "dynamic",
    "dynamic hides other tokens in each epoch, as RoBERTa; static the same ones, as BERT"
  )
}
const Fields = Schema.Struct(maskingFields)

export const maskingIssues = ({ hidden, random }: typeof Fields.Type): ReadonlyArray<Schema.FilterIssue> =>
  hidden + random > 1
    ? [
        {
          path: ["random"],
          issue: `hidden ${hidden} and random ${random} are more than all that is foretold`
        }
      ]
    : []

/** Ports of such a stage, beside those of its models. */
export const inputs = {
  train: Stage.one(Tokens),
  validation: Stage.one(Tokens),
  /** starts of words in both splits: words are then hidden as a whole */
  words: Stage.any(Words)
}

interface Given {
  readonly train: Artifact<typeof Tokens>
  readonly validation: Artifact<typeof Tokens>
  readonly words: Parameters<typeof WordStarts.of>[2]
}

interface Settings {
  readonly config: typeof Fields.Type & { readonly batchSize: number; readonly evaluateTokens: number }
  readonly special: SpecialTokens
  readonly start: Start
  readonly seed: number
}

/** Both splits as sources. */
export const sources = Effect.fn("MaskedData.sources")(function* (
  { train, validation, words }: Given,
  { config, seed, special, start: { contextLength, network } }: Settings
) {
  yield* sameTokens({ train: train.attributes, validation: validation.attributes }, network)
  const runOf = Effect.fnUntraced(function* (port: string, split: Artifact<typeof Tokens>) {
    const wordStarts = yield* WordStarts.of(port, split, words)
    const { hidden, masking, random, share } = config
    const run: MaskedWindows.MaskedRun = {
      ids: (yield* split.read("ids")).id,
      ...(wordStarts === undefined ? {} : { wordStarts }),
      contextLength,
      // another token in place of one is one of the tokenizer's
      vocabSize: split.attributes.vocabSize,
      special,
      share,
      hidden,
      random,
      masking,
      seed: Seed.derive(seed, `masking-${port}`)
    }
    yield* MaskedWindows.check(port, run)
    return run
  })
  const shuffle = Seed.derive(seed, "shuffle")
  return {
    train: MaskedWindows.train(yield* runOf("train", train), { batchSize: config.batchSize, seed: shuffle }),
    validation: MaskedWindows.evaluate(yield* runOf("validation", validation), config.evaluateTokens)
  }
})

/** What a fresh encoder is told of the token that fills up rows. */
export const paddingOf = ({ pad }: SpecialTokens): { readonly paddingId?: number } =>
  pad < 0 ? {} : { paddingId: pad }
