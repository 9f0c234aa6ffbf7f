// `inkstone why`: what each rule said of one document, and what became of it.
import { Effect, Option } from "effect"
import { Argument, Command } from "effect/cli"
import * as Flags from "../Flags.ts"
import * as Terminal from "../Terminal.ts"

export const why = Command.make(
  "why",
  {
    document: Argument.String("document").pipe(
      Argument.withDescription(
        "Beginning of its id, or its source, such as letters.txt#4 (part of it is enough)"
      )
    ),
    pipeline: Flags.pipelineName,
    node: Flags.node,
    store: Flags.store,
    json: Flags.json
  },
  Effect.fn("inkstone why")(function* ({ document, json, node, pipeline, store }) {
    const WhyAnswer = yield* Effect.promise(() => import("../WhyAnswer.ts"))
    const answer = yield* WhyAnswer.of({
      document,
      store,
      pipeline: Option.getOrUndefined(pipeline),
      node: Option.getOrUndefined(node)
    })
    Terminal.out.write(json ? `${JSON.stringify({ type: "why", ...answer })}\n` : WhyAnswer.inWords(answer))
  })
).pipe(
  Command.withDescription(
    "Why a document was kept or cut: each rule's value beside its threshold, and every later step"
  ),
  Command.withExamples([
    { command: "inkstone why letters.txt#4", description: "By source" },
    { command: "inkstone why 3f9ac2 --json", description: "By the beginning of its id, for programs" }
  ])
)
