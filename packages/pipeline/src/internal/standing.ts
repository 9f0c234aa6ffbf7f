// How the trials of a search stand, for the person who asks: the best first, with what each set and how far it went.
import type { Schema } from "effect"
import * as Halving from "../search/Halving.ts"
import type { Role, Search } from "../search/Search.ts"
import type { Values } from "../search/Space.ts"
import type { Judgement, Result } from "./judgement.ts"
import type { Outcome, SearchState } from "./SearchState.ts"

export interface TrialStanding {
  /** from 1 */
  readonly trial: number
  /** what it sets, by path */
  readonly values: Values
  /** label of its node at the rung that it has reached */
  readonly node: string
  /** absent where that node's inputs are not known yet */
  readonly key?: string
  readonly rung: number
  /** of that rung, in the unit of `over` */
  readonly length: number
  /** `done`: the last rung. `stopped`: others went on. `open`: no result yet, or whether it goes on is not decided. */
  readonly status: "done" | "stopped" | "failed" | "open"
  /** of the furthest rung that has a result */
  readonly value?: number
  readonly low?: number
  readonly high?: number
  readonly why?: string
}

export interface Standing {
  /** `gpt`, or `gpt[family=llama]` */
  readonly id: string
  readonly node: string
  readonly method: Search["method"]
  readonly objective: {
    readonly node: string
    readonly output: string
    readonly name: string
    readonly mode?: string
  }
  /** absent: nothing says how long a trial lasts */
  readonly over?: string
  readonly rungs: ReadonlyArray<{ readonly length: number; readonly trials: number }>
  /** most that it spends, in the unit of `over`: each trial from its start; and where longer trials go on from shorter ones */
  readonly budget: { readonly fromStart: number; readonly continued: number }
  /** best first; those without a result at the end */
  readonly trials: ReadonlyArray<TrialStanding>
  /** number of the best trial, once it is decided */
  readonly best?: number
  /** numbers of trials of the same length whose interval meets that of the best: the objective does not tell them apart */
  readonly ties: ReadonlyArray<number>
  /** what is not decided yet, in words */
  readonly open: ReadonlyArray<string>
  /** why there is no best trial */
  readonly failed?: string
}

interface Standings {
  readonly state: SearchState
  readonly keyOf: (node: string) => string | undefined
}

export const standing = (search: Search, { keyOf, state }: Standings): Standing => {
  const { id, judge, ladder, method, node, over } = search
  const known = state.known(search)
  const outcome = state.outcome(id)
  const trials = search.trials.map((_, trial) => standingOf(search, trial, { keyOf, state }))
  const sorted = trials.toSorted(
    (a, b) =>
      order(a) - order(b) ||
      b.rung - a.rung ||
      costOf(state, search, a) - costOf(state, search, b) ||
      a.trial - b.trial
  )
  const lengths = { ...ladder }
  return {
    id,
    node,
    method,
    objective: {
      node: judge.node,
      output: judge.output,
      name: judge.attribute ?? judge.metric ?? "primary metric",
      ...modeOf(search, state)
    },
    ...(over === undefined ? {} : { over }),
    rungs: Halving.sizes(ladder).map((size, rung) => ({ trials: size, length: ladder.lengths[rung] ?? 0 })),
    budget: { fromStart: Halving.spent(lengths, false), continued: Halving.spent(lengths, true) },
    trials: sorted,
    ...(outcome.type === "best" ? { best: outcome.trial + 1 } : {}),
    ties: outcome.type === "best" ? tiesOf(sorted, outcome.trial + 1) : [],
    open: openOf(search, outcome, known),
    ...(outcome.type === "failed" ? { failed: outcome.why } : {})
  }
}

const order = ({ status, value }: TrialStanding) =>
  value !== undefined && status !== "failed" ? 0 : status === "failed" ? 2 : 1

const costOf = (state: SearchState, search: Search, { rung, trial }: TrialStanding): number => {
  const result = state.result({ search: search.id, trial: trial - 1, rung })
  return result?.type === "value" ? result.cost : Infinity
}

const standingOf = (search: Search, trial: number, { keyOf, state }: Standings): TrialStanding => {
  const known = state.known(search)
  const role = (rung: number): Role => ({ search: search.id, trial, rung })
  const { lengths } = search.ladder
  // results of ASHA's early starts that nobody asked for take no part
  const verdicts = lengths.map((_, rung) => Halving.verdict(search.ladder, { trial, rung }, known))
  const rungs = [...lengths.keys()].filter(
    (rung) => verdicts[rung]?.type === "go" && state.result(role(rung)) !== undefined
  )
  const rung = rungs.at(-1) ?? 0
  const result = state.result(role(rung))
  const measured = rungs.map((each) => state.result(role(each))).findLast((each) => each?.type === "value")
  const last = rung === lengths.length - 1
  const next = verdicts[rung + 1]?.type
  const status =
    result === undefined || (!last && next !== "skip" && result.type === "value")
      ? "open"
      : result.type === "failed"
        ? "failed"
        : last
          ? "done"
          : "stopped"
  const { nodes = [], values = {} } = search.trials[trial] ?? {}
  const node = nodes[rung] ?? ""
  const key = keyOf(node)
  return {
    trial: trial + 1,
    values,
    node,
    ...(key === undefined ? {} : { key }),
    rung,
    length: lengths[rung] ?? 0,
    status,
    ...(measured?.type === "value" ? numbersOf(measured) : {}),
    ...(result?.type === "failed" ? { why: result.why } : {})
  }
}

const numbersOf = ({ high, low, value }: Judgement) => ({
  value,
  ...(low === undefined ? {} : { low }),
  ...(high === undefined ? {} : { high })
})

const modeOf = (search: Search, state: SearchState): { readonly mode?: string } => {
  if (search.judge.mode !== undefined) return { mode: search.judge.mode }
  const results = search.trials.map((_, trial) => state.result({ search: search.id, trial, rung: 0 }))
  const value = results.find(
    (result): result is Extract<Result, { type: "value" }> => result?.type === "value"
  )
  return value === undefined ? {} : { mode: value.mode }
}

const tiesOf = (trials: ReadonlyArray<TrialStanding>, best: number): ReadonlyArray<number> => {
  const first = trials.find(({ trial }) => trial === best)
  const { high, low, rung } = first ?? {}
  if (low === undefined || high === undefined) return []
  return trials
    .filter(
      (other) =>
        other.trial !== best &&
        other.rung === rung &&
        other.status !== "failed" &&
        other.low !== undefined &&
        other.high !== undefined &&
        other.low <= high &&
        low <= other.high
    )
    .map(({ trial }) => trial)
}

const openOf = (search: Search, outcome: Outcome, known: Halving.Known): ReadonlyArray<string> => {
  if (outcome.type !== "open") return []
  const { ladder } = search
  const undecided = [...ladder.lengths.keys()].filter(
    (rung) => Halving.members(ladder, rung, known) === undefined
  )
  return [outcome.because, ...undecided.map((rung) => Halving.open(ladder, rung))]
}

/** `trial 7: bestValue 3.21 with learningRate=0.001, batchSize=16`, or why it is not known. */
export const describe = (search: Search, state: SearchState): string => {
  const outcome = state.outcome(search.id)
  if (outcome.type === "open") return outcome.because
  if (outcome.type === "failed") return outcome.why
  const result = state.result({ search: search.id, ...outcome })
  const { values = {} } = search.trials[outcome.trial] ?? {}
  const name = search.judge.attribute ?? search.judge.metric ?? "metric"
  const number = result?.type === "value" ? `${name} ${Number(result.value.toPrecision(5))}` : ""
  return `trial ${outcome.trial + 1} of ${search.trials.length}: ${number} with ${wordsOf(values)}`
}

const wordsOf = (values: Readonly<Record<string, Schema.Json>>): string =>
  Object.entries(values)
    .map(([path, value]) => `${path}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ")
