// A training in a process of its own, to be killed: `node train.ts <workspace>` prints each step and at the end what may
// be compared, as one line of JSON.
import { Effect, Fiber, References } from "effect"
import * as Loop from "../src/Loop.ts"
import * as BigramLearner from "./BigramLearner.ts"
import { contextLength, planIn, repeatable } from "./plans.ts"

const plan = planIn(process.argv[2] ?? "", {
  checkpointEvery: 4,
  // Time to be killed in; the checkpoints and evaluations of this plan take longer than its steps.
  report: ({ done }) =>
    Effect.andThen(
      Effect.sync(() => process.stdout.write(`${done}\n`)),
      Effect.sleep("3 millis")
    )
})

const fiber = Effect.runFork(
  Effect.scoped(Loop.train(BigramLearner.make(contextLength), plan)).pipe(
    Effect.tap((outcome) =>
      Effect.sync(() => process.stdout.write(`${JSON.stringify(repeatable(outcome))}\n`))
    ),
    Effect.provideService(References.MinimumLogLevel, "None")
  )
)
process.on("SIGTERM", () => {
  void Effect.runPromise(Fiber.interrupt(fiber)).then(() => process.exit(143))
})
