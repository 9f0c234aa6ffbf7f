// What is held natively right now; a suite that opens sessions compares before and after.
import * as Binding from "./Binding.ts"

export interface Memory {
  /** tensors between feed and fetch: 0 outside of a run */
  readonly tensors: number
  readonly sessions: number
  /** resident set of the whole process, variables of sessions included */
  readonly residentBytes: number
}

/** Cheap, and does not load the library. */
export const counters = (): Memory => {
  const binding = Binding.current()
  return {
    tensors: binding?.getNumOfTensors() ?? 0,
    sessions: binding?.getNumOfSavedModels() ?? 0,
    residentBytes: process.memoryUsage.rss()
  }
}
