// `inkstone graph`: the DAG of a pipeline as a picture in Mermaid, or what a network's program consists of.
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { failed } from "../Failure.ts"
import * as Flags from "../Flags.ts"
import * as Terminal from "../Terminal.ts"

const picture = Effect.fnUntraced(function* (
  pipeline: string,
  { json, profile }: { readonly json: boolean; readonly profile: string | undefined }
) {
  const { Pipeline } = yield* Effect.promise(() => import("@inkstone/pipeline"))
  const loaded = yield* Pipeline.load(pipeline, { profile })
  const nodes = loaded.nodes.map(({ id, inputs, stage }) => ({ id, stage: stage.name, inputs }))
  return json
    ? `${JSON.stringify({ type: "graph", name: loaded.name, nodes })}\n`
    : Pipeline.toMermaid(loaded)
})

export const graph = Command.make(
  "graph",
  {
    pipeline: Flags.pipeline.pipe(Argument.optional),
    profile: Flags.profile,
    program: Flag.String("program").pipe(
      Flag.withDescription(
        "Instead of a pipeline the program of a network, by preset (gpt2) or family:preset (bert:nano): nodes, clusters, arithmetic, bytes, memory"
      ),
      Flag.optional
    ),
    entry: Flag.Literals("entry", ["train", "evaluate"]).pipe(
      Flag.withDescription("Part of the program"),
      Flag.withDefault("train")
    ),
    batch: Flags.batch,
    length: Flags.length,
    precision: Flag.Literals("precision", ["float32", "bfloat16"]).pipe(
      Flag.withDescription("Of the operands of matrix products"),
      Flag.withDefault("bfloat16")
    ),
    rematerialize: Flags.rematerialize,
    json: Flags.json
  },
  Effect.fn("inkstone graph")(function* ({ json, length, pipeline, profile, program, ...asked }) {
    if (Option.isSome(program)) {
      if (Option.isSome(pipeline)) return yield* failed("usage", "a pipeline or --program, not both")
      const Networks = yield* Effect.promise(() => import("../Networks.ts"))
      const Reports = yield* Effect.promise(() => import("../ProgramReports.ts"))
      const choice = yield* Networks.find(program.value)
      const report = yield* Reports.explain(choice, { ...asked, length: Option.getOrUndefined(length) })
      return Terminal.out.write(
        json ? `${JSON.stringify({ type: "program", ...report })}\n` : Reports.inWords(report)
      )
    }
    if (Option.isNone(pipeline))
      return yield* failed("usage", "a pipeline file is missing, or --program with a network")
    Terminal.out.write(yield* picture(pipeline.value, { json, profile }))
  })
).pipe(
  Command.withDescription(
    "Print the DAG of a pipeline as a Mermaid flowchart, matrices unfolded; or explain the program of a network"
  ),
  Command.withExamples([
    {
      command: "inkstone graph pipelines/first-book.yaml",
      description: "Paste it into Markdown between ```mermaid fences"
    },
    {
      command: "inkstone graph pipelines/first-book.yaml --json",
      description: "Nodes and wires for a program"
    },
    {
      command: "inkstone graph --program gpt2 --batch 2 --length 512",
      description: "What a training step of GPT-2 consists of"
    }
  ])
)
