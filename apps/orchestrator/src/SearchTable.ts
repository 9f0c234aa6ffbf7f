// How the trials of a search stand, as a page of text: the best first, what differs, what it cost, what is still open.
import type { Records, Standing, TrialStanding } from "@inkstone/pipeline"
import type { Schema } from "effect"
import { table } from "./Table.ts"
import * as Words from "./view/Words.ts"

/** A trial, and how long the node that it has reached took; 0 where it is not made yet. */
export type Timed = TrialStanding & { readonly milliseconds: number }

/** With times from the finished ones among `records`. */
export const timed = (
  standing: Standing,
  records: ReadonlyArray<Records.RunRecord>
): ReadonlyArray<Timed> => {
  // by key: an older record of the same node is of another config or another code
  const took = new Map(records.map(({ key, milliseconds }) => [key, milliseconds]))
  return standing.trials.map((trial) => ({ ...trial, milliseconds: took.get(trial.key ?? "") ?? 0 }))
}

const text = (value: Schema.Json | undefined): string =>
  value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value)

const number = (value: number | undefined): string =>
  value === undefined ? "" : String(Number(value.toPrecision(5)))

const valueOf = ({ high, low, value }: TrialStanding): string =>
  low === undefined || high === undefined
    ? number(value)
    : `${number(value)} (${number(low)} to ${number(high)})`

const statusOf = (trial: TrialStanding, { best, ties }: Standing): string => {
  if (trial.trial === best) return "best"
  if (ties.includes(trial.trial)) return "tie"
  return trial.why === undefined ? trial.status : `${trial.status}: ${trial.why.split("\n")[0]}`
}

/** A config to paste below `with:`, nested where the paths are. */
export const asYaml = (values: TrialStanding["values"]): string => {
  const lines = (fields: Tree, indent: string): ReadonlyArray<string> =>
    [...fields].flatMap(([key, value]) =>
      value instanceof Map
        ? [`${indent}${key}:`, ...lines(value, `${indent}  `)]
        : [`${indent}${key}: ${JSON.stringify(value)}`]
    )
  const tree: Tree = new Map()
  for (const [path, value] of Object.entries(values)) {
    const steps = path.split(".")
    let here = tree
    for (const step of steps.slice(0, -1)) {
      const found = here.get(step)
      const below: Tree = found instanceof Map ? found : new Map()
      here.set(step, below)
      here = below
    }
    here.set(steps.at(-1) ?? path, value)
  }
  return lines(tree, "  ").join("\n")
}
type Tree = Map<string, Tree | Schema.Json>

/** A page on one search; `top` rows of its table. */
export const inWords = (standing: Standing, trials: ReadonlyArray<Timed>, top: number): string => {
  const { best, budget, id, method, objective, open, over, rungs, ties } = standing
  const paths = [...new Set(trials.flatMap(({ values }) => Object.keys(values)))]
  const differing = paths.filter((path) => new Set(trials.map(({ values }) => text(values[path]))).size > 1)
  const unit = over === undefined ? "length" : (over.split(".").at(-1) ?? over)
  const head = ["", "trial", objective.name, ...differing, unit, "time", ""]
  const rows = trials
    .slice(0, top)
    .map((trial, place) => [
      trial.value === undefined ? "" : String(place + 1),
      String(trial.trial),
      valueOf(trial),
      ...differing.map((path) => text(trial.values[path])),
      over === undefined ? "" : String(trial.length),
      trial.milliseconds === 0 ? "" : Words.took(trial.milliseconds),
      statusOf(trial, standing)
    ])
  const ladder = rungs.map(({ length, trials }) =>
    over === undefined ? `${trials}` : `${trials} at ${length}`
  )
  const way =
    objective.mode === "max" ? ", more is better" : objective.mode === "min" ? ", less is better" : ""
  const found = trials.find(({ trial }) => trial === best)
  const more = trials.length - rows.length
  return [
    `${id}: ${method}, ${ladder.join(", then ")}${over === undefined ? " trials" : ` ${unit}`}, by ${objective.name} of ${objective.node}.${objective.output}${way}`,
    ...(over === undefined ? [] : [budgetOf(budget, unit)]),
    "",
    table([head, ...rows]),
    ...(more > 0 ? [`and ${more} more; --top ${trials.length} shows them`] : []),
    "",
    ...open.map((line) => `open: ${line}`),
    ...(standing.failed === undefined ? [] : [standing.failed]),
    ...(ties.length === 0
      ? []
      : [`not decided by this objective: the intervals of trials ${[best, ...ties].join(", ")} meet`]),
    ...(found === undefined ? [] : [`best, to paste below with:`, asYaml(found.values)]),
    ""
  ].join("\n")
}

const budgetOf = ({ continued, fromStart }: Standing["budget"], unit: string): string => {
  const from = `at most ${fromStart.toLocaleString("en-US")} ${unit}`
  return continued === fromStart
    ? from
    : `${from}, or ${continued.toLocaleString("en-US")} where longer trials go on from shorter ones`
}
