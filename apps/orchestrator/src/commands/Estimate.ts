// `inkstone estimate`: what the trainings of a pipeline would take, told from a few steps of each.
import { Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { failed } from "../Failure.ts"
import * as Flags from "../Flags.ts"
import * as Terminal from "../Terminal.ts"

const GIB = 2 ** 30

export const estimate = Command.make(
  "estimate",
  {
    pipeline: Flags.pipeline,
    profile: Flags.profile,
    node: Flag.String("node").pipe(
      Flag.withDescription("Only this training; may be repeated (default: all of the pipeline)"),
      Flag.atLeast(0)
    ),
    probe: Flag.Int("probe").pipe(
      Flag.withDescription("Steps that are taken; two at least, since the first one compiles"),
      Flags.between(2),
      Flag.withDefault(20)
    ),
    findBatchSize: Flag.Boolean("find-batch-size").pipe(
      Flag.withDescription(
        "Look for the most rows at once (microBatchSize) that fit, and say how fast each is"
      ),
      Flag.withDefault(false)
    ),
    memory: Flag.Finite("memory").pipe(
      Flag.withDescription("GiB that a training may hold (default: what the machine has)"),
      Flag.filter(
        (gib) => gib > 0,
        () => "more than 0"
      ),
      Flag.optional
    ),
    store: Flags.store,
    json: Flags.json
  },
  Effect.fn("inkstone estimate")(function* (given) {
    const { findBatchSize, json, memory, node: named, pipeline: file, probe, profile, store } = given
    const { capacity, Pipeline, Planner } = yield* Effect.promise(() => import("@inkstone/pipeline"))
    const Trainings = yield* Effect.promise(() => import("../estimate/Trainings.ts"))
    const Answer = yield* Effect.promise(() => import("../estimate/Answer.ts"))
    const BatchSize = yield* Effect.promise(() => import("../estimate/BatchSize.ts"))
    const { inWords } = yield* Effect.promise(() => import("../estimate/InWords.ts"))
    const pipeline = yield* Pipeline.load(file, { profile })
    const plan = yield* Planner.plan(pipeline, { root: store, only: named }).pipe(
      Effect.catchTag("NodeUnknown", (error) => failed("config", error.message))
    )
    const wanted = ({ id, node }: { readonly id: string; readonly node: string }) =>
      named.length === 0 || named.includes(id) || named.includes(node)
    const trainings = Trainings.of({ pipeline, plan, root: store }).filter(({ node }) => wanted(node))
    if (trainings.length === 0)
      return yield* failed(
        "config",
        named.length === 0 ? "the pipeline trains no network" : `${named.join(", ")} trains no network`
      )
    const asked = {
      steps: probe,
      memoryBytes: Option.match(memory, {
        onNone: () => capacity({}).memoryBytes,
        onSome: (gib) => gib * GIB
      })
    }
    const answers: Array<Effect.Success<ReturnType<typeof Answer.of>>> = []
    // one after another: each would slow the others down
    for (const training of trainings) {
      if (training.job !== undefined) {
        yield* training.node.stage
          .prepare(() => Effect.void)
          .pipe(Effect.catch((failure) => failed(failure.category, failure.message)))
        Terminal.complain(`${training.node.id}: probing`)
      }
      answers.push(yield* findBatchSize ? BatchSize.find(training, asked) : Answer.of(training, asked))
    }
    Terminal.out.write(json ? `${JSON.stringify({ type: "estimate", answers })}\n` : inWords(answers))
    const tooLarge = answers.filter(({ fits }) => !fits).map(({ node }) => node)
    // as a run of it is refused
    if (tooLarge.length > 0)
      return yield* failed("resource", `${tooLarge.join(", ")} would not fit into memory`)
  })
).pipe(
  Command.withDescription(
    "Say what each training of a pipeline would take, told from its first steps: parameters, arithmetic, time of a step, of evaluations and checkpoints and of all together, and memory. The steps are taken in a process of their own, on the store's data where there is any, else on made-up data of the same shapes; nothing is kept"
  ),
  Command.withExamples([
    { command: "inkstone estimate pipelines/first-book.yaml", description: "How long, and how much memory" },
    {
      command: "inkstone estimate pipelines/chat.yaml --profile full --node gpt",
      description: "One training, at its full size"
    },
    {
      command: "inkstone estimate pipelines/first-book.yaml --find-batch-size --memory 4",
      description: "The largest microBatchSize that fits into 4 GiB"
    }
  ])
)
