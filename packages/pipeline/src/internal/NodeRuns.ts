// Walks the DAG of one run: a node goes as soon as all it needs is there; what failed blocks what stands below it.
import { type ArtifactRef, Store, type StorageFailed } from "@inkstone/artifact"
import { StageFailure } from "@inkstone/stage"
import { Deferred, Effect } from "effect"
import type { InputsByPort } from "../Key.ts"
import type { PipelineNode } from "../Pipeline.ts"
import { type Assessment, gather } from "../Planner.ts"
import { describe } from "../Reason.ts"
import type { NodeResult } from "../RunEvent.ts"
import { orIfMissing } from "./storage.ts"
import { leftOut, searchFailed } from "./foresight.ts"
import { SearchWaits } from "./SearchWaits.ts"
import type { Lineage } from "../Workspace.ts"
import { Attempts, type Outcome, type RunContext } from "./Attempts.ts"

type ToRun = Extract<Assessment, { type: "run" }>

/** An artifact that a worker could not open, as the stage runner names it. */
const brokenInput: ReadonlySet<string> = new Set(["ArtifactCorrupt", "ArtifactMissing"])

export class NodeRuns {
  readonly #context: RunContext
  readonly #attempts: Attempts
  readonly #results = new Map<string, NodeResult>()
  readonly #settled: ReadonlyMap<string, Deferred.Deferred<void>>
  readonly #firstFailure = Deferred.makeUnsafe<void>()
  /** by key: nodes with the same key are one piece of work */
  readonly #shared = new Map<string, Deferred.Deferred<Outcome>>()
  /** by id of the producer; whether its artifacts are there again */
  readonly #repairs = new Map<string, Deferred.Deferred<boolean, StorageFailed>>()
  readonly #searches: SearchWaits

  constructor(context: RunContext) {
    this.#context = context
    this.#attempts = new Attempts(context)
    this.#settled = new Map(context.planning.nodes.map(({ id }) => [id, Deferred.makeUnsafe<void>()]))
    this.#searches = new SearchWaits(context.pipeline, context.state)
  }

  /** Ends when every node has a result. */
  get all(): Effect.Effect<void, never, Store> {
    const nodes = Effect.forEach(this.#context.planning.nodes, (node) => this.#node(node), {
      concurrency: "unbounded",
      discard: true
    })
    return Effect.scoped(Effect.andThen(Effect.forkScoped(this.#attempts.prepareAll), nodes))
  }

  /** Of every node, in the pipeline's order. */
  results(): ReadonlyArray<NodeResult> {
    return this.#context.planning.nodes.map((node) => this.#results.get(node.id) ?? idle(node, "cancelled"))
  }

  #node(node: PipelineNode): Effect.Effect<void, never, Store> {
    const stopped = Deferred.await(this.#firstFailure).pipe(
      Effect.map(() => idle(node, this.#needsFailed(node) ? "blocked" : "cancelled"))
    )
    return Effect.raceFirst(this.#whenReady(node), stopped).pipe(
      Effect.onInterrupt(() => this.#settle(node, idle(node, "cancelled"))),
      Effect.flatMap((result) => this.#settle(node, result))
    )
  }

  #settle(node: PipelineNode, told: NodeResult): Effect.Effect<void, never, Store> {
    return Effect.gen({ self: this }, function* () {
      const isTrials = told.status === "failed" && node.within.length > 0
      const result: NodeResult = isTrials ? { ...told, tolerated: true } : told
      yield* this.#searches.hear(node, result)
      this.#results.set(node.id, result)
      this.#context.emit({ type: "node-finished", result })
      const settled = this.#settled.get(node.id)
      if (settled !== undefined) yield* Deferred.succeed(settled, undefined)
      const failed = result.failure !== undefined && result.tolerated !== true
      if (failed && this.#context.options.keepGoing !== true)
        yield* Deferred.succeed(this.#firstFailure, undefined)
    })
  }

  #needsFailed(node: PipelineNode): boolean {
    const above = new Set(sourcesOf(node))
    return this.#context.planning.nodes
      .filter(({ id }) => above.has(id))
      .some((source) => hasFailed(this.#results.get(source.id)) || this.#needsFailed(source))
  }

  #whenReady(node: PipelineNode): Effect.Effect<NodeResult, never, Store> {
    return Effect.gen({ self: this }, function* () {
      for (const id of sourcesOf(node)) {
        const settled = this.#settled.get(id)
        if (settled !== undefined) yield* Deferred.await(settled)
      }
      if (node.bestOf !== undefined) return yield* this.#best(node, node.bestOf)
      const isGone = (id: string) => isLeft(this.#results.get(id))
      const left = leftOut(node, isGone)
      if (left !== undefined) return { ...idle(node, "skipped"), note: `left out with ${left}` }
      const usable = sourcesOf(node).every((id) => isThere(this.#results.get(id)) || isGone(id))
      if (!usable) return idle(node, this.#needsFailed(node) ? "blocked" : "cancelled")
      const verdict = yield* this.#searches.verdict(node)
      if (verdict.type === "wait") return idle(node, "blocked")
      if (verdict.type === "skip") return { ...idle(node, "skipped"), note: verdict.because }
      return yield* this.#produce(node).pipe(
        Effect.catchTag("StorageFailed", (error) => Effect.succeed(failed(node, StageFailure.of(error))))
      )
    })
  }

  /** It makes nothing: it is the best trial by another name. */
  #best(node: PipelineNode, search: string): Effect.Effect<NodeResult> {
    return Effect.gen({ self: this }, function* () {
      const outcome = yield* this.#searches.outcome(search)
      // below a trial of another search that does not go on there is none
      if (outcome.type === "open") return idle(node, node.within.length > 0 ? "skipped" : "blocked")
      if (outcome.type === "failed") return failed(node, searchFailed(outcome.why))
      const settled = this.#settled.get(outcome.node)
      if (settled !== undefined) yield* Deferred.await(settled)
      const result = this.#results.get(outcome.node)
      if (result?.key === undefined || !isThere(result)) return idle(node, "cancelled")
      const { key, outputs } = result
      this.#searches.found(node.id, outcome.node)
      return { ...idle(node, "hit"), key, outputs, note: this.#searches.describe(search) }
    })
  }

  /** `mended`: its inputs were made again, so what the plan says about it is void. */
  #produce(node: PipelineNode, mended = false): Effect.Effect<NodeResult, StorageFailed, Store> {
    return Effect.gen({ self: this }, function* () {
      const inputs = this.#inputs(node)
      const planned = mended ? undefined : this.#context.assessments.get(node.id)
      const assessment = planned ?? (yield* this.#context.planning.assess(node, inputs))
      if (assessment.type === "unreadable") return failed(node, assessment.failure)
      if (assessment.type === "lost") return { ...failed(node, assessment.failure), key: assessment.key.key }
      if (assessment.type === "skip") return { ...idle(node, "skipped"), note: assessment.because }
      if (assessment.type === "hit") {
        return { ...idle(node, "hit"), key: assessment.key.key, outputs: assessment.outputs }
      }
      const outcome = yield* this.#make(node, assessment, inputs)
      const broken = outcome.failure !== undefined && brokenInput.has(outcome.failure.fact)
      if (broken && !mended && (yield* this.#mend(inputs))) {
        this.#shared.delete(assessment.key.key)
        return yield* this.#produce(node, true)
      }
      return ran(node, assessment, outcome)
    })
  }

  #make(
    node: PipelineNode,
    assessment: ToRun,
    inputs: InputsByPort
  ): Effect.Effect<Outcome, StorageFailed, Store> {
    return Effect.gen({ self: this }, function* () {
      const { key, reason, files } = assessment
      const other = this.#shared.get(key.key)
      if (other !== undefined) return { ...(yield* Deferred.await(other)), attempts: 0, milliseconds: 0 }
      const mine = Deferred.makeUnsafe<Outcome>()
      this.#shared.set(key.key, mine)
      // sealing the same digest again would keep the corrupt one
      if (reason.type === "artifact" && reason.state === "corrupt") yield* quarantine(reason.ref)
      return yield* this.#attempts
        .run({ node, key, because: describe(reason), files, inputs, ...this.#lineage(node) })
        .pipe(Effect.onExit((exit) => Deferred.done(mine, exit)))
    })
  }

  #lineage(node: PipelineNode): { readonly lineage?: Lineage } {
    const rungs = this.#searches.rungsOf(node)
    if (node.trial === undefined || rungs.length < 2) return {}
    const before = this.#results.get(rungs[node.trial.rung - 1] ?? "")
    const isContinued = node.trial.rung < rungs.length - 1
    return { lineage: { isContinued, ...(before?.key === undefined ? {} : { earlier: before.key }) } }
  }

  #inputs(node: PipelineNode): InputsByPort {
    return gather(node, (from, output) => this.#results.get(from)?.outputs[output])
  }

  /** Has every artifact among `inputs` that is broken made again; whether all of them are there now. */
  #mend(inputs: InputsByPort): Effect.Effect<boolean, StorageFailed, Store> {
    return Effect.gen({ self: this }, function* () {
      const store = yield* Store
      for (const input of Object.values(inputs).flat()) {
        const label = this.#searches.makerOf(input.label)
        const { ref } = input
        const state = yield* store.check(ref, { deep: true })
        if (state === "intact") continue
        const what = `${ref.kind} ${ref.digest.slice(0, 12)} of ${label} is ${state}: it is made again`
        this.#context.emit({ type: "warning", node: label, message: what })
        if (state === "corrupt") yield* quarantine(ref)
        if (!(yield* this.#remake(label))) return false
      }
      return true
    })
  }

  /** Once a run and producer: what breaks twice is not mended by a third time. */
  #remake(id: string): Effect.Effect<boolean, StorageFailed, Store> {
    return Effect.gen({ self: this }, function* () {
      const before = this.#repairs.get(id)
      if (before !== undefined) return yield* Deferred.await(before)
      const repair = Deferred.makeUnsafe<boolean, StorageFailed>()
      this.#repairs.set(id, repair)
      const node = this.#context.planning.nodes.find((other) => other.id === id)
      if (node === undefined) return false
      const key = this.#results.get(id)?.key
      if (key !== undefined) this.#shared.delete(key)
      const again = Effect.gen({ self: this }, function* () {
        const result = yield* this.#produce(node, true)
        if (!isThere(result)) return false
        this.#results.set(id, result)
        this.#context.emit({ type: "node-finished", result })
        return true
      })
      return yield* again.pipe(Effect.onExit((exit) => Deferred.done(repair, exit)))
    })
  }
}

const quarantine = Effect.fnUntraced(function* (ref: ArtifactRef) {
  const store = yield* Store
  // another run may have been quicker
  return yield* store.quarantine(ref).pipe(orIfMissing(undefined))
})

const sourcesOf = (node: PipelineNode): ReadonlyArray<string> =>
  Object.values(node.inputs)
    .flat()
    .map(({ from }) => from)

const hasFailed = (result: NodeResult | undefined): boolean =>
  result?.failure !== undefined && result.tolerated !== true

/** A trial that does not go on, or failed, and what stands below one. */
const isLeft = (result: NodeResult | undefined): boolean =>
  result?.status === "skipped" || result?.tolerated === true

const isThere = (result: NodeResult | undefined): boolean =>
  result?.status === "hit" || result?.status === "ran"

const idle = (node: PipelineNode, status: NodeResult["status"]): NodeResult => ({
  id: node.id,
  stage: node.stage.name,
  status,
  outputs: {},
  attempts: 0,
  milliseconds: 0
})

const failed = (node: PipelineNode, failure: StageFailure): NodeResult => ({
  ...idle(node, "failed"),
  failure
})

const ran = (node: PipelineNode, { key, reason }: ToRun, outcome: Outcome): NodeResult => {
  const { failure, ...made } = outcome
  const about = { ...idle(node, "ran"), ...made, key: key.key, reason: describe(reason) }
  if (failure === undefined) return about
  return { ...about, status: failure.category === "cancelled" ? "cancelled" : "failed", failure }
}
