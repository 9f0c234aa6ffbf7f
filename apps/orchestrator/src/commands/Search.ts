// `inkstone search show`: how the trials of a search stand.
import { Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { failed } from "../Failure.ts"
import * as Flags from "../Flags.ts"
import * as Terminal from "../Terminal.ts"

const show = Command.make(
  "show",
  {
    pipeline: Flags.pipeline,
    profile: Flags.profile,
    node: Flag.String("node").pipe(
      Flag.withDescription(
        "Only the search of this node, or of one of its instances: gpt, gpt[family=llama]"
      ),
      Flag.optional
    ),
    top: Flag.Int("top").pipe(
      Flag.withDescription("Rows of each table"),
      Flags.between(1),
      Flag.withDefault(20)
    ),
    store: Flags.store,
    json: Flags.json
  },
  Effect.fn("inkstone search show")(function* ({ json, node, pipeline, profile, store, top }) {
    const { Pipeline, Planner, Records } = yield* Effect.promise(() => import("@inkstone/pipeline"))
    const SearchTable = yield* Effect.promise(() => import("../SearchTable.ts"))
    const loaded = yield* Pipeline.load(pipeline, { profile })
    const wanted = Option.getOrUndefined(node)
    const all = loaded.searches.filter(
      ({ id, node }) => wanted === undefined || wanted === id || wanted === node
    )
    if (all.length === 0) {
      const known = loaded.searches.map(({ id }) => id).join(", ")
      const problem =
        known === ""
          ? `${pipeline} has no search: give a node one, see docs/search.md`
          : `${wanted} has no search; there is ${known}`
      return yield* failed("config", problem)
    }
    const planned = yield* Planner.plan(loaded, { root: store }).pipe(
      Effect.catchTag("NodeUnknown", (error) => failed("config", error.message))
    )
    const records = (yield* Records.list(store)).filter(({ status }) => status === "done")
    for (const standing of planned.searches.filter(({ id }) => all.some((search) => search.id === id))) {
      const trials = SearchTable.timed(standing, records)
      const shown = json
        ? `${JSON.stringify({ type: "search", ...standing, trials })}\n`
        : `${SearchTable.inWords(standing, trials, top)}\n`
      Terminal.out.write(shown)
    }
  })
).pipe(
  Command.withDescription(
    "Rank the trials of a pipeline's searches: value, what differs, how far each went, what is open, and the best config to paste; runs nothing"
  ),
  Command.withExamples([
    { command: "inkstone search show pipelines/search.yaml", description: "All searches of a pipeline" },
    {
      command: "inkstone search show pipelines/search.yaml --node gpt --json",
      description: "One, for a program"
    }
  ])
)

export const search = Command.make("search").pipe(
  Command.withSubcommands([show]),
  Command.withDescription("Look at searches of hyper-parameters")
)
