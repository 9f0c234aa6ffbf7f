// `inkstone fill`: what a masked language model thinks may stand in a gap.
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import * as Flags from "../Flags.ts"

export const fill = Command.make(
  "fill",
  {
    model: Argument.String("model").pipe(
      Argument.withDescription(
        "Node that made it, the beginning of its digest, or a folder with config.json, weights and its tokenizer"
      )
    ),
    text: Argument.String("text").pipe(
      Argument.withDescription("Text with the model's mask token in it, such as [MASK] or <mask>")
    ),
    top: Flag.Int("top").pipe(
      Flag.withDescription("Candidates for each mask"),
      Flags.between(1),
      Flag.withDefault(5)
    ),
    pipeline: Flag.String("pipeline").pipe(
      Flag.withDescription("Name of the pipeline, where two have a node of this name"),
      Flag.optional
    ),
    store: Flags.store,
    json: Flags.json
  },
  Effect.fn("inkstone fill")(function* ({ pipeline, ...options }) {
    const { fill } = yield* Effect.promise(() => import("../Filling.ts"))
    yield* fill({ ...options, pipeline: Option.getOrUndefined(pipeline) })
  })
).pipe(
  Command.withDescription("Fill in the masks of a text with a masked language model"),
  Command.withExamples([
    {
      command: 'inkstone fill ./roberta-base "The capital of France is <mask>."',
      description: "The likeliest words"
    }
  ])
)
