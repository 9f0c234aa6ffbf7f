// The trainings of a pipeline, and what each of them can be given for a probe: artifacts of the store, or data that is made up.
import type { Pipeline, Planner } from "@inkstone/pipeline"
import { Seed } from "@inkstone/stage"
import { Option, Schema } from "effect"
import * as MadeUp from "./MadeUp.ts"
import type { ProbeJob } from "./ProbeJob.ts"

/** What every training stage of @inkstone/trainer has in its config. */
const Config = Schema.Struct({
  batchSize: Schema.Int,
  microBatchSize: Schema.optionalKey(Schema.Int),
  steps: Schema.Int,
  contextLength: Schema.optionalKey(Schema.Int)
})
const isConfig = Schema.is(Config)

export interface Training {
  readonly node: Pipeline.PipelineNode
  readonly batchSize: number
  readonly microBatchSize: number
  /** where its data comes from, in words */
  readonly data: string
  /** undefined where it cannot be probed yet; `data` says why */
  readonly job: Omit<ProbeJob, "scratch" | "steps" | "memoryBytes"> | undefined
  /** the job's config with other rows at once */
  readonly withMicroBatch: (size: number) => Schema.Json
}

/** Rows of made-up data: enough for a few steps. */
const stepsOfData = 4
/** of a vocabulary that nobody has said anything of */
const usualVocabulary = 16_384
/** of rows that nobody has said anything of: a run of tokens is cut into rows only by the training */
const usualLength = 2048

const decodeRecord = Schema.decodeUnknownOption(Schema.Record(Schema.String, Schema.Json))
const record = (json: Schema.Json): Readonly<Record<string, Schema.Json>> =>
  Option.getOrElse(decodeRecord(json), () => ({}))

/** The nearest node above that has a number of this name in its config. */
const above = (
  node: Pipeline.PipelineNode,
  nodes: ReadonlyMap<string, Pipeline.PipelineNode>,
  field: string
): number | undefined => {
  let level = [node]
  while (level.length > 0) {
    level = level.flatMap(({ inputs }) =>
      Object.values(inputs)
        .flat()
        .flatMap(({ from }) => nodes.get(from) ?? [])
    )
    for (const { encodedConfig } of level) {
      const value = record(encodedConfig)[field]
      if (typeof value === "number") return value
    }
  }
  return undefined
}

const taskOf = ({ stage }: Pipeline.PipelineNode): string => {
  const tasks = {
    classification: "classification",
    regression: "regression",
    tagging: "token-classification",
    answers: "question-answering"
  }
  const found = Object.entries(tasks).find(([name]) => stage.name.endsWith(`-${name}`))
  return found?.[1] ?? "text-to-text"
}

interface Given {
  readonly pipeline: Pipeline.Pipeline
  readonly plan: Planner.Plan
  readonly root: string
}

interface Missing {
  readonly port: string
  readonly kind: string
  readonly from: string
}

/** What is there for each port, and what is not. */
const portsOf = ({ inputs, stage }: Pipeline.PipelineNode, outputs: Outputs) => {
  const there: Record<string, ProbeJob["inputs"][string]> = {}
  const missing: Array<Missing> = []
  for (const [port, { kind }] of Object.entries(stage.inputs)) {
    const wires = inputs[port] ?? []
    there[port] = wires.flatMap(({ from, output }) => {
      const ref = outputs.get(from)?.[output]
      if (ref === undefined) missing.push({ port, kind: kind.name, from })
      return ref === undefined ? [] : [{ label: from, ref }]
    })
  }
  return { there, missing }
}

type Outputs = ReadonlyMap<string, Planner.PlannedNode["outputs"]>

/** Ports to make up: of two splits one that is there and one that is made up would not be of one tokenizer, so it is both. */
const madeUpPorts = ({ stage }: Pipeline.PipelineNode, missing: ReadonlyArray<Missing>) => {
  const absent = new Set(missing.map(({ port }) => port))
  const splits = Object.entries(stage.inputs).flatMap(([port, { kind, many }]) =>
    MadeUp.kinds.includes(kind.name) && (absent.has(port) || (!many && kind.name !== "tokenizer"))
      ? [[port, kind.name] as const]
      : []
  )
  return absent.size === 0 ? {} : Object.fromEntries(splits)
}

/** All training nodes among the planned ones. */
export const of = ({ pipeline, plan, root }: Given): ReadonlyArray<Training> => {
  const nodes = new Map(pipeline.nodes.map((node) => [node.id, node]))
  const outputs: Outputs = new Map(plan.nodes.map((node) => [node.id, node.outputs]))
  return pipeline.nodes.flatMap((node): ReadonlyArray<Training> => {
    const { encodedConfig, module, seed, stage } = node
    if (!("trace" in stage.outputs) || !outputs.has(node.id) || !isConfig(encodedConfig)) return []
    const { batchSize, contextLength, microBatchSize = batchSize } = encodedConfig
    const { missing, there } = portsOf(node, outputs)
    const known = {
      node,
      batchSize,
      microBatchSize,
      withMicroBatch: (size: number): Schema.Json => ({ ...record(encodedConfig), microBatchSize: size })
    }
    const weights = missing.find(({ kind }) => kind === "weights")
    if (weights !== undefined)
      return [
        { ...known, job: undefined, data: `run ${weights.from} first: its weights say what is trained` }
      ]
    const ports = madeUpPorts(node, missing)
    const length = (field: string) => above(node, nodes, field) ?? contextLength ?? usualLength
    const job = {
      module,
      config: encodedConfig,
      inputs: Object.fromEntries(Object.entries(there).filter(([port]) => !(port in ports))),
      madeUp: {
        ports,
        vocabSize: above(node, nodes, "vocabSize") ?? usualVocabulary,
        contextLength: length("contextLength"),
        inputLength: length("inputLength"),
        targetLength: length("targetLength"),
        rows: stepsOfData * batchSize,
        task: taskOf(node)
      },
      // as the pipeline derives it
      seed: Seed.derive(seed, stage.name),
      root
    }
    const absent = [...new Set(missing.map(({ from }) => from))]
    const data = absent.length === 0 ? "of the store" : `made up: ${absent.join(", ")} not run yet`
    return [{ ...known, job, data }]
  })
}
