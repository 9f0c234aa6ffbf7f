// `inkstone plan`: what a run would do, and why.
import { Effect } from "effect"
import { Command } from "effect/cli"
import { failed } from "../Failure.ts"
import * as Flags from "../Flags.ts"
import { table } from "../Table.ts"
import * as Terminal from "../Terminal.ts"

export const plan = Command.make(
  "plan",
  { pipeline: Flags.pipeline, store: Flags.store, force: Flags.force, only: Flags.only, json: Flags.json },
  Effect.fn("inkstone plan")(function* ({ force, json, only, pipeline, store }) {
    const { Pipeline, Planner } = yield* Effect.promise(() => import("@inkstone/pipeline"))
    const loaded = yield* Pipeline.load(pipeline)
    const planned = yield* Planner.plan(loaded, { root: store, force, only }).pipe(
      Effect.catchTag("NodeUnknown", (error) => failed("config", error.message))
    )
    if (json) return Terminal.out.write(`${JSON.stringify({ type: "plan", ...planned })}\n`)
    const rows = planned.nodes.map(({ because, decision, id }) => [id, decision, because])
    const count = (decision: string) => planned.nodes.filter((node) => node.decision === decision).length
    Terminal.out.write(
      `${table([["node", "plan", "because"], ...rows])}\n\n${count("hit")} hit, ${count("run")} run, ${count("may run")} may run\n`
    )
  })
).pipe(
  Command.withDescription(
    "Say for each node whether a run would take it from the store (hit), make it (run), or whether that depends on what comes before it (may run), and which setting, input or code made the difference"
  ),
  Command.withExamples([
    { command: "inkstone plan pipelines/first-book.yaml", description: "What would run, and why" },
    { command: "inkstone plan pipelines/first-book.yaml --json", description: "The same for a program" },
    {
      command: "inkstone plan pipelines/first-book.yaml --force tokenizer",
      description: "As if its result were gone"
    }
  ])
)
