// Trials of a run that wait for each other: a trial for its turn, what stands for the best one until that is decided.
import { Store } from "@inkstone/artifact"
import { Deferred, Effect } from "effect"
import type { Pipeline, PipelineNode } from "../Pipeline.ts"
import type { NodeResult } from "../RunEvent.ts"
import type * as Halving from "../search/Halving.ts"
import * as Judgement from "./judgement.ts"
import type { Outcome, SearchState } from "./SearchState.ts"
import { describe } from "./standing.ts"

export class SearchWaits {
  readonly #pipeline: Pipeline
  readonly #state: SearchState
  /** by search; done and replaced whenever something is known that was not */
  readonly #changed: Map<string, Deferred.Deferred<void>>
  /** searches of which some trials will not be known in this run, since what they need failed */
  readonly #stuck = new Set<string>()
  /** by label of what stands for the best trial: that trial */
  readonly #makers = new Map<string, string>()

  constructor(pipeline: Pipeline, state: SearchState) {
    this.#pipeline = pipeline
    this.#state = state
    this.#changed = new Map(pipeline.searches.map(({ id }) => [id, Deferred.makeUnsafe<void>()]))
  }

  /** `wait` only where it will never be decided in this run. */
  verdict(node: PipelineNode): Effect.Effect<Halving.Verdict> {
    const decide = (): Halving.Verdict | undefined => {
      const verdict = this.#state.verdict(node)
      return verdict.type === "wait" ? undefined : verdict
    }
    return this.#until<Halving.Verdict>(node.trial?.search ?? "", decide, { type: "wait", because: "" })
  }

  /** `open` only where it will never be decided in this run. */
  outcome(search: string): Effect.Effect<Outcome> {
    const decide = (): Outcome | undefined => {
      const outcome = this.#state.outcome(search)
      return outcome.type === "open" ? undefined : outcome
    }
    return this.#until<Outcome>(search, decide, { type: "open", because: "" })
  }

  #until<A>(search: string, decide: () => A | undefined, never: A): Effect.Effect<A> {
    return Effect.gen({ self: this }, function* () {
      for (;;) {
        const changed = this.#changed.get(search)
        const decided = decide()
        if (decided !== undefined) return decided
        if (changed === undefined || this.#stuck.has(search)) return never
        yield* Deferred.await(changed)
      }
    })
  }

  /** What came of a node, which may decide about others. */
  hear(node: PipelineNode, result: NodeResult): Effect.Effect<void, never, Store> {
    return Effect.gen({ self: this }, function* () {
      const concerned = this.#state.concerned(node)
      if (concerned === undefined) return
      const judged = this.#state.judgedBy(node)
      if (result.failure !== undefined && result.tolerated === true) {
        this.#state.note(node, { type: "failed", why: result.failure.problem })
      } else if (result.status === "blocked" || result.status === "cancelled") {
        this.#stuck.add(concerned.id)
      } else if (result.status === "skipped") {
        if (this.#state.isMissing(node)) this.#stuck.add(concerned.id)
      } else if (judged !== undefined) {
        const ref = result.outputs[judged.judge.output]
        if (ref !== undefined) this.#state.note(node, yield* this.#read(judged.judge, ref))
      }
      const changed = this.#changed.get(concerned.id)
      this.#changed.set(concerned.id, Deferred.makeUnsafe<void>())
      if (changed !== undefined) yield* Deferred.succeed(changed, undefined)
    })
  }

  #read(...of: Parameters<typeof Judgement.read>): Effect.Effect<Judgement.Result, never, Store> {
    return Judgement.read(...of).pipe(
      // sealed a moment ago
      Effect.catch((error) => Effect.succeed({ type: "failed" as const, why: error.message }))
    )
  }

  /** Labels of the nodes of its trial, the shortest first. */
  rungsOf({ trial }: PipelineNode): ReadonlyArray<string> {
    const search = this.#pipeline.searches.find(({ id }) => id === trial?.search)
    return search?.trials[trial?.trial ?? -1]?.nodes ?? []
  }

  describe(id: string): string {
    const search = this.#pipeline.searches.find((other) => other.id === id)
    return search === undefined ? "" : describe(search, this.#state)
  }

  /** `maker` is the trial that `best` stands for. */
  found(best: string, maker: string): void {
    this.#makers.set(best, maker)
  }

  /** The node that made what goes by a label. */
  makerOf(label: string): string {
    return this.#makers.get(label) ?? label
  }
}
