// `inkstone whatif`: what other thresholds would change, from stored scores.
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import * as Flags from "../Flags.ts"
import * as Terminal from "../Terminal.ts"

export const whatIf = Command.make(
  "whatif",
  {
    changes: Argument.String("change").pipe(
      Argument.withDescription(
        "threshold=number or threshold=off, as below `cuts` in a pipeline: gopher.minWords=30, byLang.zh.minChars=20"
      ),
      Argument.atLeast(1)
    ),
    pipeline: Flags.pipelineName,
    node: Flags.node,
    examples: Flag.Int("examples").pipe(
      Flag.withDescription("Documents shown that would come, and as many that would go"),
      Flags.between(0, 1000),
      Flag.withDefault(3)
    ),
    store: Flags.store,
    json: Flags.json
  },
  Effect.fn("inkstone whatif")(function* ({ changes, examples, json, node, pipeline, store }) {
    const WhatIfAnswer = yield* Effect.promise(() => import("../WhatIfAnswer.ts"))
    const answer = yield* WhatIfAnswer.of({
      changes,
      examples,
      store,
      pipeline: Option.getOrUndefined(pipeline),
      node: Option.getOrUndefined(node)
    })
    Terminal.out.write(
      json ? `${JSON.stringify({ type: "whatif", ...answer })}\n` : WhatIfAnswer.inWords(answer)
    )
  })
).pipe(
  Command.withDescription(
    "How many documents and tokens would come or go with other thresholds, from stored scores: nothing is read or run again"
  ),
  Command.withExamples([
    { command: "inkstone whatif gopher.minWords=30", description: "A milder rule, for all languages" },
    {
      command: "inkstone whatif byLang.zh.minChars=20 maxLineChars=off --examples 10",
      description: "Several at once, one of them for Chinese alone"
    }
  ])
)
