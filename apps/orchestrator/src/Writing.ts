// A model writes: found in the store or in a folder, opened, and shown as the text comes.
import { StoreLocal } from "@inkstone/artifact"
import {
  Beam,
  Generate,
  LanguageModel,
  StopSequences,
  TextToText,
  type WeightFormat
} from "@inkstone/model-zoo"
import { Effect, Stream } from "effect"
import { failed } from "./Failure.ts"
import * as Sources from "./Sources.ts"
import * as Terminal from "./Terminal.ts"

export interface WritingOptions extends Sources.Wanted {
  /** one text each; none is the start of a document */
  readonly prompts: ReadonlyArray<string>
  readonly maxTokens: number
  readonly temperature: number
  readonly topK: number
  readonly topP: number
  readonly minP: number
  readonly repetitionPenalty: number
  /** 1 draws instead of searching */
  readonly beams: number
  readonly lengthPenalty: number
  /** texts where writing ends; they are not shown */
  readonly stop: ReadonlyArray<string>
  readonly weights: WeightFormat
  readonly seed: number
  readonly json: boolean
}

/** The tokens that go on from prompts, or that answer them where the model turns texts into texts. */
const written = Effect.fnUntraced(function* (
  { family, kind, opening, tokenizer }: Sources.Source,
  prompts: ReadonlyArray<string>,
  { options, weights }: { readonly options: Generate.Options; readonly weights: WeightFormat }
) {
  const ids = prompts.map((prompt) => Array.from(tokenizer.encode(prompt)))
  switch (kind) {
    case "encoder":
      return yield* failed("config", `${family} does not write: it fills in masks. Try inkstone fill`)
    case "encoder-decoder": {
      if (weights !== "float32")
        return yield* failed("config", `${family} is kept as float32: leave --weights out`)
      const model = yield* TextToText.open(family, opening)
      return TextToText.stream(
        model,
        ids.map((source) => [...source, opening.endOfTextId]), // as its sources ended in training
        options
      )
    }
    default: {
      const model = yield* LanguageModel.open(family, opening, { weights })
      return Generate.stream(model, ids, options)
    }
  }
})

/** Texts of several rows from tokens, without stop texts; `show` is told of each piece as soon as it is certain. */
const textsOf = (
  rows: number,
  {
    begins,
    show,
    stop
  }: Pick<WritingOptions, "stop"> & {
    /** the text of a row begins with its first piece, so the blank before that is none of the text */
    readonly begins: (row: number) => boolean
    readonly show: (row: number, piece: string) => void
  }
) => {
  const texts = Array.from({ length: rows }, () => ({
    shown: new StopSequences.Shown(stop),
    // a piece may end inside a character: the decoder keeps the rest until it is whole
    decoder: new TextDecoder(),
    text: ""
  }))
  const add = (row: number, given: string) => {
    const text = texts[row]
    const piece = text?.text === "" && begins(row) ? given.replace(/^ /, "") : given
    if (text === undefined || piece === "") return
    text.text += piece
    show(row, piece)
  }
  return {
    push: (row: number, bytes: Uint8Array) => {
      const text = texts[row]
      if (text !== undefined) add(row, text.decoder.decode(text.shown.push(bytes), { stream: true }))
    },
    /** the whole texts */
    end: () =>
      texts.map((text, row) => {
        add(row, text.decoder.decode(text.shown.end()))
        return text.text
      })
  }
}

export const write = Effect.fn("write")(
  function* ({ json, model, pipeline, prompts: given, store, ...options }: WritingOptions) {
    const source = yield* Sources.find({ model, pipeline, store })
    const { tokenizer } = source
    const prompts = given.length === 0 ? [""] : given
    const { beams, lengthPenalty, maxTokens, minP, repetitionPenalty, seed, stop, temperature, topK, topP } =
      options
    const tokens = yield* written(source, prompts, {
      weights: options.weights,
      options: {
        maxTokens,
        seed,
        sampler: { temperature, topK, topP, minP, repetitionPenalty },
        stop: StopSequences.texts(stop, (id) => tokenizer.pieceBytes(id)),
        ...(beams === 1 ? {} : { search: { ...Beam.defaults, beams, lengthPenalty } })
      }
    })
    // what answers does not go on from its source
    const lead = prompts.map((prompt) => (source.kind === "encoder-decoder" ? "" : prompt))
    const live = !json && prompts.length === 1
    if (live) Terminal.out.write(lead[0] ?? "")
    const isSpelled = tokenizer.parts.preTokenizer?.byteLevel !== true
    const texts = textsOf(prompts.length, {
      stop,
      begins: (row) => isSpelled && lead[row] === "",
      show: (_, piece) => live && Terminal.out.write(piece)
    })
    const start = performance.now()
    let count = 0
    yield* tokens.pipe(
      Stream.runForEach(({ id, row }) =>
        Effect.sync(() => {
          count += 1
          texts.push(row, tokenizer.pieceBytes(id))
        })
      )
    )
    const seconds = (performance.now() - start) / 1000
    for (const [row, text] of texts.end().entries()) {
      const prompt = prompts[row]
      if (json) Terminal.out.write(`${JSON.stringify({ type: "text", model, prompt, text, seed })}\n`)
      else if (live) Terminal.out.write("\n")
      else Terminal.out.write(`${row === 0 ? "" : "\n"}${lead[row] ?? ""}${text}\n`)
    }
    if (!json && process.stderr.isTTY)
      Terminal.complain(`${count} tokens, ${(count / seconds).toFixed(1)} a second`)
  },
  Effect.scoped,
  Effect.catchTag(["ModelUnusable", "ModelFailed"], (error) => failed("resource", error.message)),
  (effect, { store }) => Effect.provide(effect, StoreLocal.layer(store))
)
