// `inkstone convert`: a model from one format to another.
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import * as Flags from "../Flags.ts"

export const convert = Command.make(
  "convert",
  {
    from: Argument.String("from").pipe(
      Argument.withDescription(
        "Node of a run or digest, Hugging Face folder, fairseq .pt, TensorFlow checkpoint or SavedModel"
      )
    ),
    to: Argument.String("to").pipe(Argument.withDescription("Folder to write, which must not be there yet")),
    format: Flag.Literals("to", ["huggingface", "tensorflow"]).pipe(
      Flag.withDescription(
        "huggingface: transformers loads it; tensorflow: a SavedModel for TensorFlow Serving"
      ),
      Flag.withDefault("huggingface")
    ),
    dtype: Flag.Literals("dtype", ["float32", "bfloat16", "float16"]).pipe(
      Flag.withDescription("What numbers are rounded to, in a Hugging Face folder"),
      Flag.withDefault("float32")
    ),
    pipeline: Flag.String("pipeline").pipe(
      Flag.withDescription("Name of the pipeline, where two have a node of this name"),
      Flag.optional
    ),
    store: Flags.store,
    json: Flags.json
  },
  Effect.fn("inkstone convert")(function* ({ pipeline, ...options }) {
    const { convert } = yield* Effect.promise(() => import("../Conversion.ts"))
    yield* convert({ ...options, pipeline: Option.getOrUndefined(pipeline) })
  })
).pipe(
  Command.withDescription("Write a model in another format: Hugging Face or TensorFlow"),
  Command.withExamples([
    {
      command: 'inkstone convert "gpt[preset=micro]" out/gpt --to huggingface',
      description: "A trained model, for transformers"
    },
    {
      command: "inkstone convert roberta.base/model.pt out/roberta --dtype bfloat16",
      description: "fairseq's RoBERTa, in half the bytes"
    },
    {
      command: "inkstone convert ./gpt2 models --to tensorflow",
      description: "A Hugging Face folder, for TensorFlow Serving"
    }
  ])
)
