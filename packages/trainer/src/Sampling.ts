// What a model in training writes: beginnings of held-out documents, written on from time to time.
import {
  type Artifact,
  type ArtifactCorrupt,
  Pieces,
  type StorageFailed,
  type Tokenizer,
  type Tokens
} from "@inkstone/artifact"
import { Generate, LanguageModel } from "@inkstone/model-zoo"
import { Seed, StageFailure } from "@inkstone/stage"
import { Effect } from "effect"
import type { Plan } from "./Loop.ts"
import type { Start } from "./Start.ts"
import type { PretrainConfig, Samples } from "./PretrainConfig.ts"

interface Options {
  readonly config: Pick<PretrainConfig, "samples" | "evaluateEvery">
  readonly tokenizers: ReadonlyArray<{ readonly artifact: Artifact<typeof Tokenizer> }>
  readonly validation: Artifact<typeof Tokens>
  readonly start: Start
  readonly seed: number
}

/** What a plan says of samples; undefined where none are wanted. The network must write from left to right. */
export const of = Effect.fn("Sampling.of")(function* ({
  config,
  seed,
  start,
  tokenizers,
  validation
}: Options): Effect.fn.Return<Plan["sample"] | undefined, StageFailure | ArtifactCorrupt | StorageFailed> {
  const { evaluateEvery, samples } = config
  if (samples === undefined) return undefined
  const [tokenizer] = tokenizers
  if (tokenizer === undefined)
    return yield* new StageFailure({
      category: "config",
      fact: "TokenizerMissing",
      problem: "samples are asked for, but without a tokenizer nothing can be shown as text",
      advice: "Wire the port tokenizer, or remove samples"
    })
  const pieces = yield* Pieces.read(tokenizer.artifact)
  const { endOfTextId, vocabSize } = validation.attributes
  const prompts = (yield* promptsOf(validation, samples)).map((prompt) => Pieces.whole(prompt, pieces))
  const { maxTokens, temperature } = samples
  return {
    every: samples.every ?? evaluateEvery,
    write: (arrays) =>
      Effect.gen(function* () {
        const { architecture, contextLength, family } = start
        const opening = { architecture, vocabSize, contextLength, parameters: 0, endOfTextId, arrays }
        const model = yield* LanguageModel.open(family, opening)
        const written = yield* Generate.generate(
          model,
          prompts.map((prompt) => [endOfTextId, ...prompt]),
          { maxTokens, seed: Seed.derive(seed, "samples"), sampler: { temperature, topK: 0, topP: 1 } }
        )
        return prompts.map((prompt, row) => ({
          prompt: Pieces.decode(prompt, pieces),
          text: Pieces.decode(written[row] ?? [], pieces)
        }))
      }).pipe(
        Effect.scoped,
        Effect.mapError(
          ({ _tag, message }) =>
            new StageFailure({ category: "crashed", fact: _tag, problem: message, advice: "" })
        )
      )
  }
})

/** The first tokens of documents spread evenly over the split, at most half of each. */
const promptsOf = Effect.fnUntraced(function* (
  validation: Artifact<typeof Tokens>,
  { count, promptTokens }: Samples
) {
  const { start, tokens } = yield* validation.read("documents")
  const { id } = yield* validation.read("ids")
  const kept = Math.min(count, start.length)
  return Array.from({ length: kept }, (_, i) => {
    const document = Math.floor((i * start.length) / kept)
    const first = start[document] ?? 0
    const length = Math.min(promptTokens, Math.max(0, Math.floor(((tokens[document] ?? 0) - 1) / 2)))
    return [...id.subarray(first, first + length)]
  })
})
