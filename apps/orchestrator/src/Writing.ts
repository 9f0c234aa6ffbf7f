// A trained model writes: found in the store, opened, and shown as the text comes.
import { StoreLocal } from "@inkstone/artifact"
import { Generate, LanguageModel } from "@inkstone/model-zoo"
import { loadTokenizer } from "@inkstone/tokenizer"
import { Effect, Stream } from "effect"
import { failed } from "./Failure.ts"
import * as Models from "./Models.ts"
import * as Terminal from "./Terminal.ts"

export interface WritingOptions {
  /** name of a node, or the beginning of a digest */
  readonly model: string
  readonly prompt: string
  readonly maxTokens: number
  readonly temperature: number
  readonly topK: number
  readonly topP: number
  readonly seed: number
  readonly pipeline: string | undefined
  /** folder of the store */
  readonly store: string
  readonly json: boolean
}

export const write = Effect.fn("write")(
  function* ({ json, model, pipeline, prompt, store, ...options }: WritingOptions) {
    const found = yield* Models.find({ root: store, name: model, pipeline })
    const tokenizer = yield* loadTokenizer(found.tokenizer)
    const opened = yield* LanguageModel.load(found.weights)
    const ids = Array.from(tokenizer.encode(prompt))
    // a piece may end inside a character: the decoder keeps the rest until it is whole
    const decoder = new TextDecoder()
    let text = ""
    const add = (piece: string) => {
      text += piece
      if (!json) Terminal.out.write(piece)
    }
    if (!json) Terminal.out.write(prompt)
    const { maxTokens, seed, temperature, topK, topP } = options
    yield* Generate.stream(opened, [ids], { maxTokens, seed, sampler: { temperature, topK, topP } }).pipe(
      Stream.runForEach(({ id }) =>
        Effect.sync(() => add(decoder.decode(tokenizer.pieceBytes(id), { stream: true })))
      )
    )
    add(decoder.decode())
    Terminal.out.write(json ? `${JSON.stringify({ type: "text", model, prompt, text, seed })}\n` : "\n")
  },
  Effect.scoped,
  Effect.catchTag(["ModelUnusable", "ModelFailed"], (error) => failed("resource", error.message)),
  Effect.catchTag("TokenizerInvalid", (error) => failed("data", error.message)),
  (effect, { store }) => Effect.provide(effect, StoreLocal.layer(store))
)
