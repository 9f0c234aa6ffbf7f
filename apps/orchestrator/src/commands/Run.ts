// `inkstone run`: the pipeline, live.
import { Effect } from "effect"
import { Command, Flag } from "effect/cli"
import * as path from "node:path"
import * as Flags from "../Flags.ts"

export const run = Command.make(
  "run",
  {
    pipeline: Flags.pipeline,
    profile: Flags.profile,
    jobs: Flags.jobs,
    memory: Flags.memory,
    keepGoing: Flag.Boolean("keep-going").pipe(
      Flag.withAlias("k"),
      Flag.withDescription("After a failure go on with what does not depend on it"),
      Flag.withDefault(false)
    ),
    force: Flags.force,
    only: Flags.only,
    store: Flags.store,
    out: Flags.out,
    json: Flags.json
  },
  Effect.fn("inkstone run")(function* ({
    force,
    jobs,
    json,
    keepGoing,
    memory,
    only,
    out,
    pipeline,
    profile,
    store
  }) {
    const { Pipeline } = yield* Effect.promise(() => import("@inkstone/pipeline"))
    const Running = yield* Effect.promise(() => import("../Running.ts"))
    const loaded = yield* Pipeline.load(pipeline, { profile })
    const asked = {
      pipeline: loaded.name,
      file: path.resolve(pipeline),
      ...(profile === undefined ? {} : { profile }),
      only,
      force,
      keepGoing,
      out
    }
    yield* Running.run({ pipeline: loaded, asked, store, jobs, memory, json })
  })
).pipe(
  Command.withDescription(
    "Run a pipeline: what the store has is taken from there, the rest is made, in parallel as cores and memory allow. Stop it at any moment; the same command goes on"
  ),
  Command.withExamples([
    { command: "inkstone run pipelines/first-book.yaml", description: "From raw text to a report" },
    { command: "inkstone run pipelines/smoke.yaml --json", description: "One JSON event a line" },
    {
      command: "inkstone run pipelines/chat.yaml --profile full",
      description: "At the size that its author named `full`"
    },
    { command: "inkstone run pipelines/first-book.yaml --only tokenizer", description: "Up to one node" },
    {
      command: "inkstone run pipelines/first-book.yaml --force all --store /tmp/again",
      description: "Once more from nothing"
    }
  ])
)
