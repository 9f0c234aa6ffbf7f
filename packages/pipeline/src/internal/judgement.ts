// Reads the number that a sealed artifact gives a trial.
import { type ArtifactRef, Metrics, Store } from "@inkstone/artifact"
import { Effect } from "effect"
import type { Judge } from "../search/Search.ts"

/** What a trial is worth. `cost` is less for the better one, whatever the mode. */
export interface Judgement {
  readonly type: "value"
  readonly cost: number
  readonly value: number
  /** of the objective, where it has an interval */
  readonly low?: number
  readonly high?: number
  readonly mode: "min" | "max"
}
export type Result = Judgement | { readonly type: "failed"; readonly why: string }

/** A number that is none (diverged, or not there) is a failed trial. */
export const read = Effect.fnUntraced(function* (judge: Judge, ref: ArtifactRef) {
  const store = yield* Store
  if (judge.attribute === undefined) return yield* ofMetrics(judge, ref)
  const { attributes } = yield* store.open(judge.kind, ref.digest)
  const value = at(attributes, judge.attribute)
  const said = at(attributes, "mode")
  return judged(value, judge.mode ?? (said === "max" ? "max" : "min"), judge.attribute)
})

const ofMetrics = Effect.fnUntraced(function* (judge: Judge, ref: ArtifactRef) {
  const artifact = yield* (yield* Store).open(Metrics, ref.digest)
  const rows = yield* artifact.read("metrics")
  const name = judge.metric ?? artifact.attributes.primary
  const row = rows.metric.indexOf(name)
  if (row === -1) return failed(`there is no metric ${name}, only ${rows.metric.join(", ")}`)
  const mode = judge.mode ?? (rows.better[row] === "higher" ? "max" : "min")
  const [low, high] = [rows.low[row], rows.high[row]]
  const result = judged(rows.value[row], mode, name)
  if (result.type === "failed" || low === undefined || high === undefined) return result
  return Number.isFinite(low) && Number.isFinite(high) ? { ...result, low, high } : result
})

const judged = (value: unknown, mode: "min" | "max", name: string): Result =>
  typeof value === "number" && Number.isFinite(value)
    ? { type: "value", value, mode, cost: mode === "max" ? -value : value }
    : failed(`${name} is ${String(value)}`)

const failed = (why: string): Result => ({ type: "failed", why })

const at = (attributes: unknown, path: string): unknown => {
  let here = attributes
  for (const step of path.split("."))
    here = typeof here === "object" && here !== null ? Reflect.get(here, step) : undefined
  return here
}
