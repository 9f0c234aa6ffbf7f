// Decides for each node whether the store already holds what it would make. `plan` and `run` both come here.
import { type ArtifactRef, Store, StoreLocal, type StorageFailed } from "@inkstone/artifact"
import { type SourceFile, SourceFiles, StageFailure } from "@inkstone/stage"
import { Effect, Schema } from "effect"
import { foreseen, judge, lossOf } from "./internal/foresight.ts"
import { suggest } from "./internal/Problems.ts"
import { SearchState } from "./internal/SearchState.ts"
import { before } from "./internal/sortNodes.ts"
import { describe, type Standing, standing } from "./internal/standing.ts"
import * as Key from "./Key.ts"
import type { Pipeline, PipelineNode } from "./Pipeline.ts"
import { type Reason, describe as inWords } from "./Reason.ts"
import * as Records from "./Records.ts"

export interface PlannedNode {
  /** label of the instance, such as `gpt[preset=nano]` */
  readonly id: string
  readonly stage: string
  /**
   * `may run`: something it needs will run first, and only then its key is known. `skip`: a trial that does not go on, or has failed
   * before, and what stands below it.
   */
  readonly decision: "hit" | "run" | "may run" | "skip"
  /** why, in words: `config.learningRate 0.0003 -> 0.001`; for `may run` what it waits for; of the best trial which one it is */
  readonly because: string
  /** the same for programs; only for `run` */
  readonly reason?: Reason
  readonly key?: string
  /** of a hit */
  readonly outputs?: Readonly<Record<string, ArtifactRef>>
}

export interface Plan {
  readonly pipeline: string
  /** in topological order */
  readonly nodes: ReadonlyArray<PlannedNode>
  readonly searches: ReadonlyArray<Standing>
}

export interface PlanOptions {
  /** the store's folder */
  readonly root: string
  /** Nodes to run although the store has their results: names (`gpt`, all instances) or labels (`gpt[preset=nano]`). */
  readonly force?: "all" | ReadonlyArray<string>
  /** Only these nodes and what they need. */
  readonly only?: ReadonlyArray<string>
}

/** `force` or `only` names a node that the pipeline does not have. */
export class NodeUnknown extends Schema.TaggedError<NodeUnknown>()("NodeUnknown", {
  node: Schema.String,
  suggestion: Schema.String
}) {
  override get message() {
    return `the pipeline has no node "${this.node}"; ${this.suggestion}`
  }
}

/** What is known about a node whose inputs are known. */
export type Assessment =
  | { readonly type: "hit"; readonly key: Key.Key; readonly outputs: Readonly<Record<string, ArtifactRef>> }
  | {
      readonly type: "run"
      readonly key: Key.Key
      readonly reason: Reason
      readonly files: ReadonlyArray<SourceFile>
    }
  | { readonly type: "unreadable"; readonly failure: StageFailure }
  /** a trial that failed at an earlier run, in a way that another attempt would not change */
  | { readonly type: "lost"; readonly key: Key.Key; readonly failure: StageFailure }
  | { readonly type: "skip"; readonly because: string }

/** Planning of one pipeline over one store; earlier records are read at most once, and only when something is no hit. */
export interface Planning {
  readonly nodes: ReadonlyArray<PipelineNode>
  readonly assess: (
    node: PipelineNode,
    inputs: Key.InputsByPort
  ) => Effect.Effect<Assessment, StorageFailed, Store>
}

export const planning = Effect.fnUntraced(function* (
  pipeline: Pipeline,
  options: PlanOptions
): Effect.fn.Return<Planning, NodeUnknown> {
  const nodes = yield* selected(pipeline, options.only)
  const forced = options.force === "all" ? nodes : yield* named(pipeline, options.force ?? [])
  const earlier = yield* Effect.cached(Records.list(options.root))

  const assess: Planning["assess"] = Effect.fnUntraced(function* (node, inputs) {
    const files = yield* SourceFiles.resolve(node.stage.files(node.config), pipeline.directory).pipe(
      Effect.catchTag(["SourceFilesMissing", "SourceUnfetched"], (missing) =>
        Effect.succeed(StageFailure.of(missing))
      )
    )
    if (files instanceof StageFailure) return { type: "unreadable", failure: files }
    const key = Key.of(node, inputs, files)
    const run = (reason: Reason): Assessment => ({ type: "run", key, reason, files })
    if (forced.includes(node)) return run({ type: "forced" })
    const records = yield* Records.ofKey(options.root, key.key)
    const found = yield* usable(node, records)
    if (found?.type === "outputs") return { type: "hit", key, outputs: found.outputs }
    if (found !== undefined) return run(found)
    const last = records.at(-1)
    const lost = node.within.length === 0 ? undefined : lossOf(last)
    if (lost !== undefined) return { type: "lost", key, failure: lost }
    if (last !== undefined) return run({ type: "unfinished", category: last.status })
    return run(nearest(node, key.leaves, yield* earlier))
  })
  return { nodes, assess }
})

/**
 * What `run` would do, without doing it. Opens nothing but compares the bytes of every artifact it would take from the store
 * with their digests.
 */
export const plan = Effect.fn("Planner.plan")(
  function* (pipeline: Pipeline, options: PlanOptions) {
    const { nodes, state } = yield* assessAll(pipeline, yield* planning(pipeline, options))
    const keys = new Map(nodes.map(({ id, key }) => [id, key]))
    const searches = pipeline.searches.map((search) =>
      standing(search, { state, keyOf: (node) => keys.get(node) })
    )
    return { pipeline: pipeline.name, nodes, searches } satisfies Plan
  },
  (effect, _, options) => Effect.provide(effect, StoreLocal.layer(options.root))
)

/** The plan, and the assessments that stand behind it for `run` to go on with. */
export const assessAll = Effect.fnUntraced(function* (pipeline: Pipeline, { nodes, assess }: Planning) {
  const assessments = new Map<string, Assessment>()
  const state = new SearchState(pipeline)
  const planned: Array<PlannedNode> = []
  for (const node of nodes) {
    const known = foreseen(node, { assessments, state })
    if (typeof known === "string") {
      planned.push({ ...about(node), decision: "may run", because: known })
      continue
    }
    const assessment = known ?? (yield* assess(node, inputsOf(node, assessments)))
    assessments.set(node.id, assessment)
    yield* judge(node, assessment, state)
    const planning = { ...about(node), ...decisionOf(assessment) }
    const search = pipeline.searches.find(({ id }) => id === node.bestOf)
    planned.push(search === undefined ? planning : { ...planning, because: describe(search, state) })
  }
  return { pipeline, nodes: planned, assessments, state }
})

const about = ({ id, stage }: PipelineNode) => ({ id, stage: stage.name })

const decisionOf = (assessment: Assessment): Omit<PlannedNode, "id" | "stage"> => {
  if (assessment.type === "skip") return { decision: "skip", because: assessment.because }
  if (assessment.type === "lost") {
    const { key, failure } = assessment
    const because = `failed before (${failure.category}): ${failure.problem}`
    return { decision: "skip", because, key: key.key }
  }
  if (assessment.type === "unreadable") {
    const reason: Reason = { type: "unreadable", problem: assessment.failure.problem }
    return { decision: "run", because: inWords(reason), reason }
  }
  const { key } = assessment.key
  if (assessment.type === "hit") return { decision: "hit", because: "", key, outputs: assessment.outputs }
  return { decision: "run", because: inWords(assessment.reason), reason: assessment.reason, key }
}

const inputsOf = (node: PipelineNode, assessments: ReadonlyMap<string, Assessment>): Key.InputsByPort =>
  gather(node, (from, output) => {
    const source = assessments.get(from)
    return source?.type === "hit" ? source.outputs[output] : undefined
  })

/** The artifacts that go into a node's ports, where `find` knows them all. */
export const gather = (
  node: PipelineNode,
  find: (from: string, output: string) => ArtifactRef | undefined
): Key.InputsByPort =>
  Object.fromEntries(
    Object.entries(node.inputs).map(([port, wires]) => [
      port,
      wires.flatMap(({ from, output }) => {
        const ref = find(from, output)
        return ref === undefined ? [] : [{ label: from, ref }]
      })
    ])
  )

type Usable = { readonly type: "outputs"; readonly outputs: Readonly<Record<string, ArtifactRef>> }
type Broken = Extract<Reason, { type: "artifact" }>

/** The newest finished record whose artifacts are all intact; else what is wrong with the newest. */
const usable = Effect.fnUntraced(function* (node: PipelineNode, records: ReadonlyArray<Records.RunRecord>) {
  let broken: Broken | undefined
  for (const { status, outputs } of records.toReversed()) {
    if (status !== "done") continue
    const wrong = yield* firstBroken(node, outputs)
    if (wrong === undefined) return { type: "outputs", outputs } satisfies Usable
    broken ??= wrong
  }
  return broken
})

const firstBroken = Effect.fnUntraced(function* (
  node: PipelineNode,
  outputs: Readonly<Record<string, ArtifactRef>>
) {
  const store = yield* Store
  for (const output of Object.keys(node.stage.outputs)) {
    const ref = outputs[output]
    // a record of a stage that had fewer outputs under the same version
    if (ref === undefined) return broken("missing", output, { kind: output, digest: "" })
    const state = yield* store.check(ref, { deep: true })
    if (state !== "intact") return broken(state, output, ref)
  }
  return undefined
})

const broken = (state: "missing" | "corrupt", output: string, ref: ArtifactRef): Broken => ({
  type: "artifact",
  state,
  output,
  ref
})

/** Against the record of the same stage that differs least; among equals the same node's, then the newest. */
const nearest = (
  node: PipelineNode,
  leaves: Key.Leaves,
  records: ReadonlyArray<Records.RunRecord>
): Reason => {
  let least: { readonly cost: number; readonly differences: ReturnType<typeof Key.difference> } | undefined
  for (const record of records) {
    if (record.stage !== node.stage.name) continue
    const differences = Key.difference(record.leaves, leaves)
    const cost = differences.length + (record.node === node.id ? 0 : 0.5)
    if (least === undefined || cost <= least.cost) least = { cost, differences }
  }
  return least === undefined ? { type: "first-time" } : { type: "changed", differences: least.differences }
}

const matches = (node: PipelineNode, name: string) => node.node === name || node.id === name

const named = Effect.fnUntraced(function* (pipeline: Pipeline, names: ReadonlyArray<string>) {
  for (const name of names) {
    if (pipeline.nodes.some((node) => matches(node, name))) continue
    const known = [...new Set(pipeline.nodes.flatMap(({ node, id }) => [node, id]))]
    return yield* new NodeUnknown({ node: name, suggestion: suggest(name, known) })
  }
  return pipeline.nodes.filter((node) => names.some((name) => matches(node, name)))
})

/** The named nodes and everything above them, in the pipeline's order. */
const selected = Effect.fnUntraced(function* (pipeline: Pipeline, only: ReadonlyArray<string> | undefined) {
  if (only === undefined || only.length === 0) return pipeline.nodes
  const wanted = new Set((yield* named(pipeline, only)).map(({ id }) => id))
  for (const node of pipeline.nodes.toReversed()) {
    if (!wanted.has(node.id)) continue
    for (const id of before(node, pipeline.searches)) wanted.add(id)
  }
  return pipeline.nodes.filter(({ id }) => wanted.has(id))
})
