// `inkstone generate`: text from a trained model, as it is written.
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import * as Flags from "../Flags.ts"

export const generate = Command.make(
  "generate",
  {
    model: Argument.String("model").pipe(
      Argument.withDescription(
        "Node that made it, such as gpt[preset=micro], the beginning of its digest, or a folder with config.json, weights and its tokenizer"
      )
    ),
    prompts: Flag.String("prompt").pipe(
      Flag.withAlias("p"),
      Flag.withDescription(
        "Text to go on from, or to answer (default: the start of a document); may be repeated, then all are written at once"
      ),
      Flag.atLeast(0)
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
    minP: Flag.Finite("min-p").pipe(
      Flag.withDescription("Draw among tokens at least this share as likely as the likeliest; 0 for all"),
      Flags.between(0, 1),
      Flag.withDefault(0)
    ),
    repetitionPenalty: Flag.Finite("repetition-penalty").pipe(
      Flag.withDescription("Above 1: what was there already is less likely; 1 changes nothing"),
      Flags.between(0.01, 100),
      Flag.withDefault(1)
    ),
    beams: Flag.Int("beams").pipe(
      Flag.withDescription("Look for the likeliest text, following so many at once, instead of drawing"),
      Flags.between(1, 256),
      Flag.withDefault(1)
    ),
    lengthPenalty: Flag.Finite("length-penalty").pipe(
      Flag.withDescription("With --beams: above 0 prefers longer texts, below 0 shorter ones"),
      Flag.withDefault(1)
    ),
    stop: Flag.String("stop").pipe(
      Flag.withDescription("Text where writing ends, not shown itself; may be repeated"),
      Flag.atLeast(0)
    ),
    weights: Flag.Literals("weights", ["float32", "bfloat16", "int8"]).pipe(
      Flag.withDescription(
        "How weights are kept: float32 as they are; bfloat16 and int8 are faster and a little off"
      ),
      Flag.withDefault("float32")
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
    },
    {
      command: 'inkstone generate ./gpt2 --weights int8 --stop "." -p "Once" -p "My fellow"',
      description: "Two beginnings at once with a model of Hugging Face's, up to the first full stop"
    }
  ])
)
