// `inkstone generate`: text from a trained model, as it is written.
import { StoreLocal } from "@inkstone/artifact"
import { Generate, LanguageModel } from "@inkstone/model-zoo"
import { loadTokenizer } from "@inkstone/tokenizer"
import { Effect, Option, Stream } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { failed } from "../Failure.ts"
import * as Flags from "../Flags.ts"
import * as Models from "../Models.ts"
import * as Terminal from "../Terminal.ts"

export const generate = Command.make(
  "generate",
  {
    model: Argument.String("model").pipe(
      Argument.withDescription("Node that made it, such as gpt[preset=micro], or the beginning of its digest")
    ),
    prompt: Flag.String("prompt").pipe(
      Flag.withAlias("p"),
      Flag.withDescription("Text to go on from (default: the start of a document)"),
      Flag.withDefault("")
    ),
    maxTokens: Flag.Int("max-tokens").pipe(
      Flag.withDescription("Most tokens to write"),
      Flag.withDefault(200)
    ),
    temperature: Flag.Finite("temperature").pipe(
      Flag.withDescription("0 always takes the likeliest token; above 1 is wilder"),
      Flag.withDefault(0.8)
    ),
    topK: Flag.Int("top-k").pipe(
      Flag.withDescription("Draw among the k likeliest tokens only; 0 for all"),
      Flag.withDefault(0)
    ),
    topP: Flag.Finite("top-p").pipe(
      Flag.withDescription("Draw among the likeliest tokens that hold this share of probability; 1 for all"),
      Flag.withDefault(1)
    ),
    seed: Flag.Int("seed").pipe(
      Flag.withDescription("Same seed, prompt and settings: same text"),
      Flag.withDefault(1)
    ),
    pipeline: Flag.String("pipeline").pipe(
      Flag.withDescription("Name of the pipeline, where two have a node of this name"),
      Flag.optional
    ),
    store: Flags.store,
    json: Flags.json
  },
  Effect.fn("inkstone generate")(
    function* ({ json, maxTokens, model, pipeline, prompt, seed, store, temperature, topK, topP }) {
      const found = yield* Models.find({
        root: store,
        name: model,
        pipeline: Option.getOrUndefined(pipeline)
      })
      const tokenizer = yield* loadTokenizer(found.tokenizer)
      const opened = yield* LanguageModel.load(found.weights)
      const ids = Array.from(tokenizer.encode(prompt))
      // a piece may end inside a character: the decoder keeps the rest until it is whole
      const decoder = new TextDecoder()
      let text = ""
      if (!json) Terminal.out.write(prompt)
      yield* Generate.stream(opened, [ids], {
        maxTokens,
        seed,
        sampler: {
          temperature,
          topK,
          topP
        }
      }).pipe(
        Stream.runForEach(({ id }) =>
          Effect.sync(() => {
            const piece = decoder.decode(tokenizer.pieceBytes(id), { stream: true })
            text += piece
            if (!json) Terminal.out.write(piece)
          })
        )
      )
      const end = decoder.decode()
      Terminal.out.write(json ? `${JSON.stringify({ model, prompt, text: text + end, seed })}\n` : `${end}\n`)
    },
    Effect.scoped,
    Effect.catchTag(["ModelUnusable", "ModelFailed"], (error) => failed("resource", error.message)),
    Effect.catchTag("TokenizerInvalid", (error) => failed("data", error.message)),
    (effect, { store }) => Effect.provide(effect, StoreLocal.layer(store))
  )
).pipe(
  Command.withDescription("Write text with a trained model, streaming"),
  Command.withExamples([
    {
      command: 'inkstone generate "gpt[preset=micro]" --prompt "My fellow citizens"',
      description: "Go on from a prompt"
    },
    {
      command: "inkstone generate ngram --max-tokens 50 --seed 7",
      description: "The baseline, another draw"
    },
    {
      command: 'inkstone generate "gpt[preset=micro]" --temperature 0 --json',
      description: "Greedy, for a program"
    }
  ])
)
