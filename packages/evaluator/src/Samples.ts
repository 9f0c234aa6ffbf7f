// Prompts from held-out documents, and what the model made of them, as text.
import { Pieces } from "@inkstone/artifact"
import { Generate, type LanguageModel, type ModelFailed } from "@inkstone/model-zoo"
import { type Duration, Effect } from "effect"
import type { Config } from "./Config.ts"
import type { Text } from "./Score.ts"

export interface Sample {
  readonly prompt: string
  readonly text: string
  /** JSON of how it was drawn */
  readonly settings: string
}

export interface Written {
  readonly samples: ReadonlyArray<Sample>
  /** in all samples */
  readonly tokens: number
  readonly writing: Duration.Duration
}

/** The first tokens of documents spread evenly over the split, at most half of each, without the closing end-of-text. */
const promptsOf = ({ ids, documents }: Text, { count, promptTokens }: Config["samples"]) =>
  Array.from({ length: Math.min(count, documents.length) }, (_, index) => {
    const { start, tokens } = documents[Math.floor((index * documents.length) / count)] ?? {
      start: 0,
      tokens: 0
    }
    const length = Math.min(promptTokens, Math.floor((tokens - 1) / 2))
    return Array.from({ length: Math.max(0, length) }, (_, at) => ids[start + at] ?? 0)
  })

/** Writes on from the beginnings of documents. Each prompt is read after an end-of-text, as the model was trained. */
export const write = Effect.fnUntraced(function* (
  model: LanguageModel.LanguageModel,
  text: Text,
  options: {
    readonly samples: Config["samples"]
    readonly pieces: Pieces.Pieces
    readonly seed: number
  }
): Effect.fn.Return<Written, ModelFailed> {
  const { pieces, seed } = options
  const { temperature, topK, topP, maxTokens } = options.samples
  const prompts = promptsOf(text, options.samples).map((prompt) => Pieces.whole(prompt, pieces))
  const given = prompts.map((prompt) => [model.endOfTextId, ...prompt])
  const sampler = { temperature, topK, topP }
  yield* Generate.generate(model, given, { maxTokens: 2, seed, sampler }) // the first calls also prepare the program
  const [writing, written] = yield* Effect.timed(
    Generate.generate(model, given, { maxTokens, seed, sampler })
  )
  const settings = JSON.stringify({ temperature, topK, topP, maxTokens, seed })
  return {
    samples: prompts.map((prompt, row) => ({
      prompt: Pieces.decode(prompt, pieces),
      text: Pieces.decode(written[row] ?? [], pieces),
      settings
    })),
    tokens: written.reduce((sum, ids) => sum + ids.length, 0),
    writing
  }
})
