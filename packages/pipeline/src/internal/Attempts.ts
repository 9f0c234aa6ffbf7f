// Makes what one node makes: prepares its stage, waits for room, runs attempt after attempt, and keeps a record of each.
import path from "node:path"
import type { ArtifactRef, StorageFailed } from "@inkstone/artifact"
import {
  type Progress,
  type Resources,
  Seed,
  type SourceFile,
  type Stage,
  StageFailure
} from "@inkstone/stage"
import { Cause, Clock, Deferred, Effect, Exit } from "effect"
import { Executor } from "../Executor.ts"
import type { InputsByPort, Key } from "../Key.ts"
import type { Pipeline, PipelineNode } from "../Pipeline.ts"
import type { Assessment, Planning } from "../Planner.ts"
import * as Records from "../Records.ts"
import type { RunEvent } from "../RunEvent.ts"
import type { RunOptions } from "../Runner.ts"
import * as Workspace from "../Workspace.ts"
import { isToMake } from "./foresight.ts"
import * as Host from "./Host.ts"
import type { SearchState } from "./SearchState.ts"
import * as Retries from "./Retries.ts"
import type { Tokens } from "./Tokens.ts"

export interface RunContext {
  readonly pipeline: Pipeline
  readonly options: RunOptions
  readonly planning: Planning
  readonly assessments: ReadonlyMap<string, Assessment>
  /** what the plan knows of trials; the run adds to it */
  readonly state: SearchState
  readonly tokens: Tokens
  readonly emit: (event: RunEvent) => void
}

/** What came of a node's attempts. */
export interface Outcome {
  readonly outputs: Readonly<Record<string, ArtifactRef>>
  readonly failure?: StageFailure
  readonly attempts: number
  readonly milliseconds: number
  readonly log?: string
}

export interface Work {
  readonly node: PipelineNode
  readonly key: Key
  readonly because: string
  readonly files: ReadonlyArray<SourceFile>
  readonly inputs: InputsByPort
  /** of a trial of a search */
  readonly lineage?: Workspace.Lineage
}

interface Attempt extends Work {
  readonly attempt: number
  readonly workspace: string
  readonly granted: Resources
}

export class Attempts {
  readonly #context: RunContext
  /** by stage */
  readonly #prepared: ReadonlyMap<string, Deferred.Deferred<void, StageFailure>>
  #host: Records.RunRecord["host"] | undefined

  constructor(context: RunContext) {
    this.#context = context
    this.#prepared = new Map(this.#toRun.map(({ stage }) => [stage.name, Deferred.makeUnsafe()]))
  }

  /**
   * Prepares every stage that has a node to run, one after another (several may want the same library), while nodes that need
   * no preparation are running.
   */
  get prepareAll(): Effect.Effect<void> {
    const stages = new Map(this.#toRun.map(({ stage }) => [stage.name, stage]))
    return Effect.forEach(
      stages,
      ([name, stage]) => {
        const prepared = this.#prepared.get(name)
        const settle = (exit: Exit.Exit<void, StageFailure>) =>
          prepared === undefined ? Effect.void : Deferred.done(prepared, exit)
        return this.#prepare(stage).pipe(Effect.onExit(settle), Effect.ignore)
      },
      { discard: true }
    )
  }

  #prepare(stage: Stage.AnyStage): Effect.Effect<void, StageFailure> {
    const { emit } = this.#context
    const report = (progress: Progress) =>
      Effect.sync(() => emit({ type: "prepare-progress", stage: stage.name, progress }))
    const finished = Effect.sync(() => emit({ type: "prepare-finished", stage: stage.name }))
    return Effect.andThen(stage.prepare(report), finished)
  }

  run(work: Work): Effect.Effect<Outcome> {
    return Effect.gen({ self: this }, function* () {
      const { tokens, emit } = this.#context
      const { node } = work
      const prepared = this.#prepared.get(node.stage.name)
      // not foreseen for a stage whose hit turned out to be broken
      yield* prepared === undefined ? this.#prepare(node.stage) : Deferred.await(prepared)
      const granted = tokens.granted(node.resources)
      if (!tokens.fits(node.resources)) {
        emit({ type: "warning", node: node.id, message: asksTooMuch(node.resources, granted) })
      }
      return yield* tokens.hold(granted, Effect.scoped(this.#inWorkspace(work, granted)))
    }).pipe(
      Effect.catchTags({
        StorageFailed: (error) => Effect.succeed(notStarted(StageFailure.of(error))),
        StageFailure: (failure) => Effect.succeed(notStarted(failure))
      })
    )
  }

  get #toRun(): ReadonlyArray<PipelineNode> {
    const { planning, assessments } = this.#context
    return planning.nodes.filter(({ bestOf, id }) => bestOf === undefined && isToMake(assessments.get(id)))
  }

  #inWorkspace(work: Work, granted: Resources) {
    return Effect.gen({ self: this }, function* () {
      const { options, emit } = this.#context
      const { node, key } = work
      const workspace = yield* Workspace.claim(options.root, key.key, (message) =>
        emit({ type: "warning", node: node.id, message })
      )
      if (work.lineage !== undefined) yield* Workspace.connect(workspace, work.lineage)
      const log = path.join(workspace, "log.txt")
      const delayMillis = options.retryDelayMillis ?? 2000
      const rules = {
        node: node.id,
        asked: node.retries ?? options.retries,
        goesOn: node.stage.goesOnFrom !== undefined,
        delayMillis
      }
      let tried: Retries.Tried = { attempts: 0, stalled: 0, done: yield* doneIn(node, workspace) }
      const started = yield* Clock.currentTimeMillis
      for (let attempt = 1; ; attempt++) {
        const result = yield* Effect.result(this.#attempt({ ...work, attempt, workspace, granted }))
        const milliseconds = (yield* Clock.currentTimeMillis) - started
        if (result._tag === "Success")
          return { outputs: result.success, attempts: attempt, milliseconds, log }
        const failure = result.failure
        const next = Retries.judge(tried, { failure, done: yield* doneIn(node, workspace) }, rules)
        if (next instanceof StageFailure)
          return { outputs: {}, failure: next, attempts: attempt, milliseconds, log }
        tried = next.tried
        emit({ type: "node-retrying", node: node.id, failure, delayMillis: next.delayMillis })
        yield* Effect.sleep(next.delayMillis)
      }
    })
  }

  /** Whatever happens to it, a record is written, also when it is interrupted. */
  #attempt(attempt: Attempt): Effect.Effect<Outcome["outputs"], StageFailure> {
    return Effect.uninterruptibleMask((restore) =>
      Effect.gen({ self: this }, function* () {
        const startedAt = yield* Clock.currentTimeMillis
        const exit = yield* Effect.exit(restore(this.#execute(attempt)))
        yield* this.#record(attempt, startedAt, exit).pipe(Effect.mapError(StageFailure.of))
        return yield* exit
      })
    )
  }

  #execute(given: Attempt): Effect.Effect<Outcome["outputs"], StageFailure> {
    return Effect.gen({ self: this }, function* () {
      const { node, key, because, attempt, granted, inputs, files, workspace } = given
      const { options, emit } = this.#context
      const executor = yield* Executor
      emit({
        type: "node-started",
        node: node.id,
        stage: node.stage.name,
        key: key.key,
        attempt,
        reason: because,
        granted
      })
      const job = {
        node: node.id,
        stage: node.stage.name,
        key: key.key,
        attempt,
        module: node.module,
        config: node.encodedConfig,
        inputs,
        files,
        // not from the node's name: it is no part of the key
        seed: Seed.derive(node.seed, node.stage.name),
        root: options.root,
        workspace,
        granted,
        graceMillis: options.graceMillis ?? 20_000
      }
      const running = executor.execute(job, {
        progress: (progress) => emit({ type: "progress", node: node.id, progress }),
        log: (level, message) => emit({ type: "log", node: node.id, level, message })
      })
      const limit = node.timeoutMillis
      if (limit === undefined) return yield* running
      return yield* Effect.timeoutOrElse(running, {
        duration: limit,
        orElse: () => Effect.fail(timedOut(node, limit))
      })
    })
  }

  #record(
    { node, key, attempt }: Attempt,
    startedAt: number,
    exit: Exit.Exit<Outcome["outputs"], StageFailure>
  ): Effect.Effect<string, StorageFailed> {
    return Effect.gen({ self: this }, function* () {
      const finishedAt = yield* Clock.currentTimeMillis
      this.#host ??= Host.facts()
      const failure = Exit.isFailure(exit) ? failureOf(exit.cause) : undefined
      return yield* Records.write(this.#context.options.root, {
        format: 1,
        pipeline: this.#context.pipeline.name,
        node: node.id,
        stage: node.stage.name,
        key: key.key,
        leaves: key.leaves,
        status: failure?.category ?? "done",
        outputs: Exit.isSuccess(exit) ? exit.value : {},
        seed: node.seed,
        attempt,
        startedAt: new Date(startedAt).toISOString(),
        finishedAt: new Date(finishedAt).toISOString(),
        milliseconds: finishedAt - startedAt,
        host: this.#host,
        ...(failure === undefined ? {} : { failure })
      })
    })
  }
}

/** How far earlier attempts got, as far as the stage can tell. */
const doneIn = (node: PipelineNode, workspace: string): Effect.Effect<number> =>
  (node.stage.goesOnFrom?.(node.config, workspace) ?? Effect.undefined).pipe(
    Effect.map((progress) => progress?.done ?? 0),
    Effect.orElseSucceed(() => 0)
  )

const failureOf = (cause: Cause.Cause<StageFailure>): NonNullable<Records.RunRecord["failure"]> => {
  const failure = cause.reasons.find(Cause.isFailReason)?.error
  if (failure !== undefined) {
    const { category, fact, problem, advice } = failure
    return { category, fact, problem, advice }
  }
  if (Cause.hasInterruptsOnly(cause)) {
    return { category: "cancelled", fact: "Interrupted", problem: "the run was stopped", advice: "" }
  }
  return { category: "crashed", fact: "Defect", problem: Cause.pretty(cause), advice: "" }
}

const notStarted = (failure: StageFailure): Outcome => ({
  outputs: {},
  failure,
  attempts: 0,
  milliseconds: 0
})

const timedOut = (node: PipelineNode, millis: number) =>
  new StageFailure({
    category: "timed-out",
    fact: "TimedOut",
    problem: `${node.id} took longer than ${millis / 60_000} min`,
    advice: "Raise timeoutMinutes: the next attempt goes on from what this one left in its workspace"
  })

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`

const asksTooMuch = (asked: Resources, granted: Resources): string =>
  `asks for ${asked.cpus} cpus and ${gigabytes(asked.memoryBytes)}, more than the ` +
  `${granted.cpus} cpus and ${gigabytes(granted.memoryBytes)} there are: it runs alone`
