// `inkstone generate`: text from a trained model, as it is written.
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import * as Flags from "../Flags.ts"

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
      Flags.between(1),
      Flag.withDefault(200)
    ),
    temperature: Flag.Finite("temperature").pipe(
      Flag.withDescription("0 always takes the likeliest token; above 1 is wilder"),
      Flags.between(0),
      Flag.withDefault(0.8)
    ),
    topK: Flag.Int("top-k").pipe(
      Flag.withDescription("Draw among the k likeliest tokens only; 0 for all"),
      Flags.between(0),
      Flag.withDefault(0)
    ),
    topP: Flag.Finite("top-p").pipe(
      Flag.withDescription("Draw among the likeliest tokens that hold this share of probability; 1 for all"),
      Flags.between(0, 1),
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
  Effect.fn("inkstone generate")(function* ({ pipeline, ...options }) {
    const { write } = yield* Effect.promise(() => import("../Writing.ts"))
    yield* write({ ...options, pipeline: Option.getOrUndefined(pipeline) })
  })
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
