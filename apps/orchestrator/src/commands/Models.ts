// `inkstone models`: the zoo, and what of it fits on this machine.
import { Effect, Option } from "effect"
import { Argument, Command } from "effect/cli"
import * as Flags from "../Flags.ts"
import * as Terminal from "../Terminal.ts"

export const models = Command.make(
  "models",
  {
    name: Argument.String("name").pipe(
      Argument.withDescription(
        "A family, such as gpt2, or a preset, such as gpt2-medium or bert:nano; all if left out"
      ),
      Argument.optional
    ),
    json: Flags.json
  },
  Effect.fn("inkstone models")(function* ({ json, name: given }) {
    const name = Option.getOrUndefined(given)
    const ZooTable = yield* Effect.promise(() => import("../ZooTable.ts"))
    const { capacity } = yield* Effect.promise(() => import("@inkstone/pipeline"))
    const { memoryBytes } = capacity({})
    const found = yield* ZooTable.rows(name, memoryBytes)
    const [only] = found
    const one = name !== undefined && found.length === 1 && only?.memory?.trains === true
    const training = one ? yield* ZooTable.trainingOf(name) : undefined
    if (json)
      Terminal.out.write(`${JSON.stringify({ type: "models", memoryBytes, models: found, training })}\n`)
    else {
      Terminal.out.write(ZooTable.inWords(found, memoryBytes))
      if (training !== undefined) Terminal.out.write(ZooTable.trainingInWords(training))
    }
  })
).pipe(
  Command.withDescription(
    "Show the families of models and their presets: parameters, what they are trained for, what they are good and weak at, the licence of public weights, and the memory they take here"
  ),
  Command.withExamples([
    { command: "inkstone models", description: "All of them" },
    { command: "inkstone models t5", description: "One family" },
    { command: "inkstone models gpt2-medium --json", description: "One preset, for a program" }
  ])
)
