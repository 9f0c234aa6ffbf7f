// What follows for a node from the searches around it: whether it goes on, is left out, or stands for a trial that is known.
import { StageFailure } from "@inkstone/stage"
import { Effect } from "effect"
import type { PipelineNode } from "../Pipeline.ts"
import type { Assessment } from "../Planner.ts"
import type { RunRecord } from "../Records.ts"
import * as Judgement from "./judgement.ts"
import type { SearchState } from "./SearchState.ts"

interface Foreseeing {
  readonly assessments: ReadonlyMap<string, Assessment>
  readonly state: SearchState
}

/** What follows from other nodes alone: what it waits for, in words, or an assessment. Undefined: it has to be assessed itself. */
export const foreseen = (
  node: PipelineNode,
  { assessments, state }: Foreseeing
): string | Assessment | undefined => {
  if (node.bestOf !== undefined) return bestOf(node.bestOf, { assessments, state })
  const verdict = state.verdict(node)
  if (verdict.type === "skip") return verdict
  const left = leftOut(node, (from) => isAbsent(assessments.get(from)))
  if (left !== undefined) return { type: "skip", because: `left out with ${left}` }
  if (verdict.type === "wait") return verdict.because
  const waits = Object.values(node.inputs)
    .flat()
    .map(({ from }) => from)
    .filter((from) => isToMake(assessments.get(from)))
  return waits.length === 0 ? undefined : `waits for ${[...new Set(waits)].join(", ")}`
}

/** What a node cannot do without and will not get, since it is a trial that is left out or has failed. */
export const leftOut = (node: PipelineNode, isGone: (from: string) => boolean): string | undefined => {
  for (const [port, wires] of Object.entries(node.inputs)) {
    const gone = wires.filter(({ from }) => isGone(from))
    const { many = false, optional = false } = node.stage.inputs[port] ?? {}
    // of many trials some may fail
    const spared = optional || (many && gone.length < wires.length)
    if (gone[0] !== undefined && !spared) return gone[0].from
  }
  return undefined
}

const isAbsent = (assessment: Assessment | undefined): boolean =>
  assessment?.type === "skip" || assessment?.type === "lost"

const bestOf = (search: string, { assessments, state }: Foreseeing): string | Assessment => {
  const outcome = state.outcome(search)
  if (outcome.type === "open") {
    const gone = state.beginnings(search).every((node) => assessments.get(node)?.type === "skip")
    return gone ? { type: "skip", because: "left out with all its trials" } : outcome.because
  }
  if (outcome.type === "failed") return { type: "unreadable", failure: searchFailed(outcome.why) }
  // it has a result, so it is a hit
  return assessments.get(outcome.node) ?? `waits for ${outcome.node}`
}

/** No trial gave a result. */
export const searchFailed = (problem: string): StageFailure =>
  new StageFailure({
    category: "data",
    fact: "SearchFailed",
    problem,
    advice: "Change the space; --force tries the same trials again"
  })

/** Keeps what a node says of a trial. */
export const judge = Effect.fnUntraced(function* (
  node: PipelineNode,
  assessment: Assessment,
  state: SearchState
) {
  if (assessment.type === "lost" && state.concerned(node) !== undefined)
    state.note(node, { type: "failed", why: assessment.failure.problem })
  const search = state.judgedBy(node)
  const ref = assessment.type === "hit" ? assessment.outputs[search?.judge.output ?? ""] : undefined
  if (search === undefined || ref === undefined) return
  state.note(
    node,
    yield* Judgement.read(search.judge, ref).pipe(
      // it was intact a moment ago
      Effect.catchTag(["ArtifactMissing", "ArtifactCorrupt", "ArtifactInvalid"], (error) =>
        Effect.succeed({ type: "failed" as const, why: error.message })
      )
    )
  )
})

/** A process that died says nothing of its trial: the machine may have been at fault. */
const deaths: ReadonlySet<string> = new Set(["ProcessKilled", "ProcessExited"])

/** A failure that another attempt would only repeat; the others are tried again by the next run. */
export const lossOf = (record: RunRecord | undefined): StageFailure | undefined => {
  const { failure } = record ?? {}
  if (failure === undefined || deaths.has(failure.fact)) return undefined
  return failure.category === "cancelled" || failure.category === "resource"
    ? undefined
    : new StageFailure(failure)
}

/** Whether a run has anything to make, as far as a plan can tell. */
export const isToMake = (assessment: Assessment | undefined): boolean =>
  assessment?.type !== "hit" && !isAbsent(assessment)
