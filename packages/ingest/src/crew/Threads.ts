// How many threads a run may use.
import { availableParallelism } from "node:os"

/** More threads than this wait for the one that reads. */
const mostThreads = 8

/** As many as the run was given, which the executor puts into the environment of a stage. */
export const threadsOf = (environment: Readonly<Record<string, string | undefined>>): number => {
  const given = Number(environment["OMP_NUM_THREADS"])
  return Math.min(mostThreads, given > 0 ? Math.floor(given) : availableParallelism())
}

/** A thread takes half a second and more to begin, in which the first one judges half of this. */
const worthThreads = 2 ** 24

/** One where there is too little to do for more. */
export const threadsFor = (bytes: number): number => (bytes < worthThreads ? 1 : threadsOf(process.env))
