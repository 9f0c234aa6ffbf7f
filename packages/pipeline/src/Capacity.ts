// What the machine has, and how much of it a run may take.
import { availableParallelism, totalmem } from "node:os"

export interface Capacity {
  readonly jobs: number
  readonly cpus: number
  readonly memoryBytes: number
  readonly gpus: number
}

/** Of this machine or its container; where nothing is asked for, one job a cpu. */
export const capacity = (asked: Partial<Capacity>): Capacity => {
  const cpus = asked.cpus ?? availableParallelism()
  const constrained = process.constrainedMemory()
  const memoryBytes = asked.memoryBytes ?? (constrained > 0 ? Math.min(constrained, totalmem()) : totalmem())
  return { jobs: asked.jobs ?? cpus, cpus, memoryBytes, gpus: asked.gpus ?? 0 }
}
