// `inkstone resume`: the run that was cut off, from where it stood.
import { Effect, Option } from "effect"
import { Argument, Command } from "effect/cli"
import * as Flags from "../Flags.ts"
import * as Terminal from "../Terminal.ts"

export const resume = Command.make(
  "resume",
  {
    what: Argument.String("what").pipe(
      Argument.withDescription(
        "Pipeline file, or the id of a run that was cut off (default: the last one of the store)"
      ),
      Argument.optional
    ),
    profile: Flags.profile,
    jobs: Flags.jobs,
    memory: Flags.memory,
    store: Flags.store,
    out: Flags.out,
    json: Flags.json
  },
  Effect.fn("inkstone resume")(function* ({ jobs, json, memory, out, profile, store, what }) {
    const Unfinished = yield* Effect.promise(() => import("../Unfinished.ts"))
    const Running = yield* Effect.promise(() => import("../Running.ts"))
    const found = yield* Unfinished.find({ what: Option.getOrUndefined(what), store, profile, out })
    const { asked, nodes, pipeline } = found
    Terminal.out.write(
      json
        ? `${JSON.stringify({ type: "resume", pipeline: pipeline.name, nodes })}\n`
        : `${Unfinished.inWords(found)}\n`
    )
    yield* Running.run({ pipeline, asked, store, jobs, memory, json })
  })
).pipe(
  Command.withDescription(
    "Go on with the run that was cut off, by a signal, a crash or a power cut: says what is done, from which step each training goes on and what is left, then does what `run` does. A run that is finished is left alone"
  ),
  Command.withExamples([
    { command: "inkstone resume", description: "The last run of the store that was cut off" },
    { command: "inkstone resume pipelines/first-book.yaml", description: "Of one pipeline" }
  ])
)
