// Events of a run, as short as a test wants to say them.
import type { NodeResult, RunEvent } from "@inkstone/pipeline"
import { type FailureCategory, type Progress, StageFailure } from "@inkstone/stage"

export const started = (node: string): RunEvent => ({
  type: "node-started",
  node,
  stage: "test#stage",
  key: "0",
  attempt: 1,
  reason: "first time",
  granted: { cpus: 1, memoryBytes: 0, gpus: 0 }
})

export const progressed = (node: string, progress: Progress): RunEvent => ({
  type: "progress",
  node,
  progress
})

const result = (id: string, more: Pick<NodeResult, "status"> & Partial<NodeResult>): NodeResult => ({
  id,
  stage: "test#stage",
  outputs: {},
  attempts: 1,
  milliseconds: 0,
  ...more
})

export const finished = (id: string, status: NodeResult["status"], milliseconds = 0): RunEvent => ({
  type: "node-finished",
  result: result(id, { status, milliseconds })
})

export const failed = (id: string, category: FailureCategory, problem: string): RunEvent => ({
  type: "node-finished",
  result: result(id, {
    status: "failed",
    failure: new StageFailure({ category, fact: "Test", problem, advice: "" })
  })
})
