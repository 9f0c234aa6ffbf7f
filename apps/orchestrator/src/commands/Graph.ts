// `inkstone graph`: the DAG as a picture in Mermaid.
import { Effect } from "effect"
import { Command } from "effect/cli"
import * as Flags from "../Flags.ts"
import * as Terminal from "../Terminal.ts"

export const graph = Command.make(
  "graph",
  { pipeline: Flags.pipeline, json: Flags.json },
  Effect.fn("inkstone graph")(function* ({ json, pipeline }) {
    const { Pipeline } = yield* Effect.promise(() => import("@inkstone/pipeline"))
    const loaded = yield* Pipeline.load(pipeline)
    const nodes = loaded.nodes.map(({ id, inputs, stage }) => ({ id, stage: stage.name, inputs }))
    Terminal.out.write(
      json ? `${JSON.stringify({ type: "graph", name: loaded.name, nodes })}\n` : Pipeline.toMermaid(loaded)
    )
  })
).pipe(
  Command.withDescription("Print the DAG as a Mermaid flowchart, matrices unfolded"),
  Command.withExamples([
    {
      command: "inkstone graph pipelines/first-book.yaml",
      description: "Paste it into Markdown between ```mermaid fences"
    },
    {
      command: "inkstone graph pipelines/first-book.yaml --json",
      description: "Nodes and wires for a program"
    }
  ])
)
