// Building a program of thousands of tensors leaves JavaScript's heap three times as large as what is still in use, and V8 keeps
// the rest for later. Beside a training step that will never need it again it is part of the peak.
import { getHeapStatistics, setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

/** Of a heap, what is used or not: a smaller one is not worth a full collection, which takes about 50 ms. */
const worthwhileBytes = 96 * 2 ** 20

const collector = (): unknown => {
  // as --expose-gc on the command line would: there is no other way to ask for a full collection
  setFlagsFromString("--expose-gc")
  return runInNewContext("globalThis.gc")
}

/** Hands the part of the heap that nothing uses back to the system, if it is large. */
export const giveBack = (): void => {
  if (getHeapStatistics().total_heap_size < worthwhileBytes) return
  const collect = collector()
  // the kind that hands pages back instead of keeping them for what may come
  if (typeof collect === "function") collect({ type: "major", flavor: "last-resort" })
}
