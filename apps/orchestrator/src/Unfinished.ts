// What `inkstone resume` goes on with: the run that was cut off, and how far each of its nodes got.
import { existsSync } from "node:fs"
import * as path from "node:path"
import { Pipeline, Planner, Records, Runs, Workspace } from "@inkstone/pipeline"
import { Effect, Option } from "effect"
import { failed } from "./Failure.ts"
import { table } from "./Table.ts"

export interface NodeStanding {
  readonly id: string
  /** `done`: in the store. `goes on`: from `from`. `starts`: from its beginning. `waits`: for a node above it. */
  readonly state: "done" | "goes on" | "starts" | "waits"
  readonly from?: { readonly done: number; readonly total?: number; readonly unit: string }
}

export interface Unfinished {
  readonly pipeline: Pipeline.Pipeline
  readonly asked: Runs.Asked
  readonly nodes: ReadonlyArray<NodeStanding>
}

interface Wanted {
  /** a pipeline file or the id of a run; undefined: the last run that was cut off */
  readonly what: string | undefined
  /** the store's folder */
  readonly store: string
  readonly profile: string | undefined
  readonly out: string
}

const isFile = (what: string) => /\.(ya?ml|[mc]?[jt]s)$/.test(what) || existsSync(what)

/** The run that is meant, as the store remembers it. */
const chosen = Effect.fnUntraced(function* ({ store, what }: Wanted) {
  const runs = yield* Runs.list(store)
  const meant = runs.filter(
    ({ asked, id }) => what === undefined || id === what || asked.file === path.resolve(what)
  )
  const run = meant.findLast((run) => !Runs.isAlive(run))
  if (run !== undefined) return run
  const alive = meant.at(-1)
  if (alive !== undefined)
    return yield* failed(
      "usage",
      `${alive.asked.pipeline} is running now, in process ${alive.process.pid}: there is nothing to go on with`
    )
  if (what === undefined)
    return yield* failed("usage", `no run of ${store} was cut off: there is nothing to go on with`)
  if (!isFile(what)) {
    const known = runs.map(({ asked, id }) => `${id} (${asked.pipeline})`)
    return yield* failed(
      "usage",
      `${what} is neither a pipeline file nor a run that was cut off. ${known.length === 0 ? "There is none" : `There are ${known.join(", ")}`}`
    )
  }
  return undefined
})

/** Nodes that were to be made anew and were not yet. */
const stillForced = Effect.fnUntraced(function* (run: Runs.Run, pipeline: Pipeline.Pipeline, store: string) {
  const { force } = run.asked
  if (force.length === 0) return []
  const records = yield* Records.list(store)
  const made = new Set(
    records
      .filter(({ startedAt, status }) => status === "done" && startedAt >= run.startedAt)
      .map(({ node }) => node)
  )
  return pipeline.nodes
    .filter(({ id, node }) => force === "all" || force.includes(id) || force.includes(node))
    .map(({ id }) => id)
    .filter((id) => !made.has(id))
})

const standingOf = Effect.fnUntraced(function* (
  node: Pipeline.PipelineNode,
  { decision, key }: Planner.PlannedNode,
  store: string
): Effect.fn.Return<NodeStanding> {
  const { id, stage } = node
  // a trial that does not go on leaves nothing to do either
  if (decision === "hit" || decision === "skip") return { id, state: "done" }
  if (decision === "may run" || key === undefined) return { id, state: "waits" }
  const from = yield* Effect.orElseSucceed(
    stage.goesOnFrom?.(node.config, Workspace.folderOf(store, key)) ?? Effect.undefined,
    () => undefined
  )
  return from === undefined ? { id, state: "starts" } : { id, state: "goes on", from }
})

/** Finds what to go on with; fails politely where there is nothing. */
export const find = Effect.fn("Unfinished.find")(function* (wanted: Wanted) {
  const { out, profile, store, what } = wanted
  const run = yield* chosen(wanted)
  const file = run?.asked.file ?? path.resolve(what ?? "")
  const size = run?.asked.profile ?? profile
  const pipeline = yield* Pipeline.load(file, { profile: size })
  const asked: Runs.Asked = run?.asked ?? {
    pipeline: pipeline.name,
    file,
    ...(profile === undefined ? {} : { profile }),
    only: [],
    force: [],
    keepGoing: false,
    out
  }
  const force = run === undefined ? [] : yield* stillForced(run, pipeline, store)
  const { only } = asked
  const { nodes } = yield* Planner.plan(pipeline, { root: store, force, only }).pipe(
    Effect.catchTag("NodeUnknown", (error) => failed("config", error.message))
  )
  const known = new Map(pipeline.nodes.map((node) => [node.id, node]))
  const standings = yield* Effect.forEach(nodes, (planned) => {
    const node = known.get(planned.id)
    return node === undefined ? Effect.die(new Error(planned.id)) : standingOf(node, planned, store)
  })
  if (standings.every(({ state }) => state === "done")) {
    if (run !== undefined) yield* Runs.end(store, run)
    return yield* failed(
      "usage",
      `everything that ${pipeline.name} makes is there: there is nothing to go on with`
    )
  }
  const begun =
    run !== undefined ||
    standings.some(({ state }) => state === "done" || state === "goes on") ||
    nodes.some(({ key }) => key !== undefined && existsSync(Workspace.folderOf(store, key)))
  if (!begun)
    return yield* failed(
      "usage",
      `${pipeline.name} was never started in ${store}: inkstone run ${what ?? file} starts it`
    )
  return { pipeline, asked: { ...asked, force }, nodes: standings } satisfies Unfinished
})

const words = ({ from, state }: NodeStanding): string => {
  if (state === "waits") return "waits for what comes before it"
  if (state === "starts") return "from its beginning"
  if (from === undefined) return state
  return `goes on from ${from.done.toLocaleString("en-US")}${from.total === undefined ? "" : ` of ${from.total.toLocaleString("en-US")}`} ${from.unit}`
}

/** For the terminal. */
export const inWords = ({ asked, nodes, pipeline }: Unfinished): string => {
  const done = nodes.filter(({ state }) => state === "done").length
  const only = Option.fromNullishOr(asked.only[0]).pipe(
    Option.match({ onNone: () => "", onSome: () => ` (only ${asked.only.join(", ")})` })
  )
  return [
    `${pipeline.name}${only}: ${done} of ${nodes.length} nodes are done`,
    table([["node", "state"], ...nodes.map((node) => [node.id, words(node)])]),
    ""
  ].join("\n")
}
