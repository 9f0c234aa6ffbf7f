// From a node with a search to its trials: each is a node of its own, for each rung, and one more stands for the best of them.
import { Config } from "@inkstone/stage"
import { Effect, type Schema } from "effect"
import type { PipelineNode } from "../Pipeline.ts"
import type { Axes, Path } from "../PipelineDefinition.ts"
import * as Grid from "../search/Grid.ts"
import * as Halving from "../search/Halving.ts"
import * as Random from "../search/Random.ts"
import type { Judge, Search, Trial } from "../search/Search.ts"
import type { SearchDefinition } from "../search/SearchDefinition.ts"
import * as Space from "../search/Space.ts"
import {
  configOf,
  decodeConfig,
  type Instancing,
  none,
  outline,
  resourcesOf,
  type Source,
  withConfig
} from "./instance.ts"
import * as Matrix from "./Matrix.ts"

export interface Searched {
  readonly search: Search
  /** by trial, each with its rungs in order */
  readonly nodes: ReadonlyArray<PipelineNode>
  readonly best: PipelineNode
}

/** what says how long a trial lasts where nobody says what does */
const usually = "steps"

/** Nothing where something was reported. */
export const searchNodes = Effect.fnUntraced(function* (
  from: Instancing,
  definition: SearchDefinition,
  judge: Judge
): Effect.fn.Return<Searched | undefined> {
  const base = configOf(from)
  const drawn = trialsOf(from, definition, isFields(base) ? base : {})
  const first = drawn[0]
  if (first === undefined || !isFields(base)) return undefined
  yield* checkEnds(from, { definition, base, drawn })

  const id = Matrix.label(from.id, from.shape.axes)
  const { halving } = definition
  const over = halving?.over ?? usually
  const lengths = halving === undefined ? undefined : Halving.lengths(halving)
  const trials: Array<Trial> = []
  const nodes: Array<PipelineNode> = []
  for (const [trial, values] of drawn.entries()) {
    const made = yield* trialNodes(from, { id, definition, base, values, trial, lengths })
    nodes.push(...made)
    const labels = made.map((node) => node.id)
    trials.push({ values, nodes: labels, judges: labels })
  }
  const length = Space.get(fieldsOf(nodes[0]?.encodedConfig), over)
  const search: Search = {
    id,
    node: from.id,
    method: definition.method,
    ...(lengths === undefined && typeof length !== "number" ? {} : { over }),
    ladder: {
      trials: trials.length,
      lengths: lengths ?? [typeof length === "number" ? length : 0],
      factor: halving?.factor ?? 1,
      early: definition.method === "asha"
    },
    judge,
    trials,
    best: Matrix.label(from.id, from.shape.axes, "best")
  }
  const best = {
    ...outline(from, "best"),
    inputs: {},
    config: undefined,
    encodedConfig: null,
    resources: none,
    bestOf: id
  }
  return { search, nodes, best }
})

const trialsOf = (
  { definition: pipeline, id, problems }: Instancing,
  { halving, method, seed = pipeline.seed, space, trials = 0 }: SearchDefinition,
  base: Space.Fields
): ReadonlyArray<Space.Values> => {
  const at: Path = ["nodes", id, "search"]
  if (halving !== undefined && space.some(({ path }) => path === halving.over))
    problems.addKey(
      [...at, "space", halving.over],
      `${halving.over} is what halving decides`,
      "take it out of the space"
    )
  const set = new Set(space.map(({ path }) => path))
  for (const { path, when } of space) {
    for (const condition of Object.keys(when)) {
      if (set.has(condition) || Space.get(base, condition) !== undefined) continue
      if ([...set].some((other) => condition.startsWith(`${other}.`))) continue
      problems.addKey(
        [...at, "space", path, "when", condition],
        `nothing says what ${condition} is`,
        "set it in with, or put it further up in the space"
      )
    }
  }
  if (method === "grid") {
    const all = Grid.trials(space, base)
    if (all.length <= Grid.most) return all
    problems.addKey(
      [...at, "space"],
      `the grid has more than ${Grid.most} points`,
      "take fewer, or say method: random"
    )
    return []
  }
  const drawn = Random.trials(space, base, { count: trials, seed })
  if (drawn.length < trials)
    problems.add(
      [...at, "trials"],
      `the space has only ${drawn.length} different trials, not ${trials}`,
      "say method: grid, or widen the space"
    )
  return drawn
}

interface OneTrial {
  readonly id: string
  readonly definition: SearchDefinition
  readonly base: Space.Fields
  readonly values: Space.Values
  readonly trial: number
  readonly lengths: ReadonlyArray<number> | undefined
}

const trialNodes = Effect.fnUntraced(function* (from: Instancing, one: OneTrial) {
  const { base, definition, id, lengths, trial, values } = one
  const applied = Space.apply(base, values)
  const at = ["nodes", from.id, "search", "space"]
  if (applied.type === "blocked") {
    from.problems.addKey(
      [...at, applied.path],
      `${applied.path} cannot be set: what stands above it is no mapping`,
      "write what is above it as a mapping in with"
    )
    return []
  }
  const { halving } = definition
  const source = sourceOf(from.id, definition, values)
  const named: Axes = { ...from.shape.axes, [`${from.id}.trial`]: trial + 1 }
  const rungs = lengths ?? [undefined]
  const decoded: Array<Config.Decoded | undefined> = []
  for (const length of rungs) {
    const config =
      length === undefined || halving === undefined
        ? applied.config
        : Space.set(applied.config, halving.over, length)
    if (config === undefined) {
      from.problems.add(
        ["nodes", from.id, "search", "halving", "over"],
        `${halving?.over} cannot be set: what stands above it is no mapping`
      )
    }
    decoded.push(config === undefined ? undefined : yield* decodeConfig(from, config, source))
  }
  // what a trial holds does not grow with its rungs, and working it out takes a while
  const resources = resourcesOf(from, decoded.at(-1))
  return rungs.map((length, rung): PipelineNode => {
    const axes = length === undefined ? named : { ...named, [`${from.id}.${halving?.over}`]: length }
    const shape = { ...from.shape, axes, within: [...from.shape.within, id] }
    return { ...withConfig({ ...from, shape }, decoded[rung], resources), trial: { search: id, trial, rung } }
  })
})

/** A mistake in what the space sets is shown there, with the value that was set. */
const sourceOf = (id: string, { halving, space }: SearchDefinition, values: Space.Values): Source => {
  const setting = (path: ReadonlyArray<string | number>) => {
    const text = path.join(".")
    return space.filter(
      ({ path: set }) =>
        set in values && (set === text || set.startsWith(`${text}.`) || text.startsWith(`${set}.`))
    )
  }
  return {
    at: (path) => {
      const [dimension] = path.length === 0 ? [] : setting(path)
      if (dimension !== undefined) return ["nodes", id, "search", "space", dimension.path]
      if (path.join(".") === halving?.over) return ["nodes", id, "search", "halving"]
      return ["nodes", id, "with", ...path]
    },
    note: (path) => {
      const set = path.length === 0 ? space.filter(({ path }) => path in values) : setting(path)
      return noteOf(Object.fromEntries(set.map(({ path }) => [path, values[path] ?? null])))
    }
  }
}

const noteOf = (values: Space.Values): string => {
  const parts = Object.entries(values).map(([path, value]) => `${path} = ${JSON.stringify(value)}`)
  return parts.length === 0 ? "" : ` (with ${parts.join(", ")})`
}

/** Both ends of every range, and every choice, are held against the stage's own bounds, drawn or not. */
const checkEnds = Effect.fnUntraced(function* (
  { id, loaded, problems }: Instancing,
  given: { definition: SearchDefinition; base: Space.Fields; drawn: ReadonlyArray<Space.Values> }
) {
  const { base, definition, drawn } = given
  for (const { distribution, path } of definition.space) {
    const values = drawn.find((trial) => path in trial)
    if (values === undefined) continue
    for (const end of Space.ends(distribution)) {
      const applied = Space.apply(base, { ...values, [path]: end })
      if (applied.type === "blocked") continue
      const found = yield* Effect.result(Config.decode(loaded.stage, applied.config))
      if (found._tag === "Success") continue
      for (const wrong of found.failure.problems) {
        // what else is wrong is said of the trials themselves
        if (wrong.path !== path || wrong.suggestion !== "") continue
        problems.add(
          ["nodes", id, "search", "space", path],
          `${loaded.stage.name}: ${path}: ${wrong.problem}${noteOf({ [path]: end })}`
        )
      }
    }
  }
})

const fieldsOf = (value: Schema.Json | undefined): Space.Fields =>
  value !== undefined && isFields(value) ? value : {}

const isFields = (value: Schema.Json): value is Space.Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)
