// How fast a training goes: what its steps and evaluations take, apart from those that also compile.
import { Clock, Effect } from "effect"
import type { Batch } from "./Feed.ts"
import type { Learner } from "./Learner.ts"

/** Steps that a whole training is foretold from. */
export const probeSteps = 20

export interface Call {
  readonly ms: number
  /** met a batch of a new shape: the program is compiled for it */
  readonly compiles: boolean
}

export interface Watched {
  readonly learner: Learner
  /** steps of this process that met a batch of a new shape */
  readonly compiling: ReadonlySet<number>
  /** batches that were evaluated */
  readonly evaluated: ReadonlyArray<Call>
  /** tokens of the longest rows that were trained on */
  readonly longest: () => number
}

const shapesOf = ({ inputs }: Batch): string =>
  Object.values(inputs)
    .map(({ shape }) => shape.join("x"))
    .join()

/** Notes the shapes; whether they were not there yet. */
const isNew = (seen: Set<string>, shapes: string): boolean => {
  const before = seen.size
  return seen.add(shapes).size > before
}

/** The same learner; what it is given is noted. */
export const watch = (learner: Learner): Watched => {
  const [trained, looked] = [new Set<string>(), new Set<string>()]
  const compiling = new Set<number>()
  const evaluated: Array<Call> = []
  let longest = 1
  return {
    compiling,
    evaluated,
    longest: () => longest,
    learner: {
      ...learner,
      train: (window, options) => {
        // in parts it is another program than at once
        const how = window.length > 1 ? "parts " : ""
        for (const batch of window) {
          if (!isNew(trained, how + shapesOf(batch))) continue
          compiling.add(options.step)
          longest = Object.values(batch.inputs).reduce(
            (most, { shape }) => Math.max(most, shape[1] ?? 1),
            longest
          )
        }
        return learner.train(window, options)
      },
      evaluate: Effect.fnUntraced(function* (batch) {
        const compiles = isNew(looked, shapesOf(batch))
        const began = yield* Clock.monotonicTimeNanos
        const found = yield* learner.evaluate(batch)
        evaluated.push({ ms: Number((yield* Clock.monotonicTimeNanos) - began) / 1e6, compiles })
        return found
      })
    }
  }
}

export interface Pace {
  /** of a call that does not compile: the mean without the tenth that was slowest and the tenth that was fastest */
  readonly ms: number
  /** the fastest and the slowest of them */
  readonly leastMs: number
  readonly mostMs: number
  /** what the others took beyond that */
  readonly compileMs: number
}

/** Of some calls; where all of them compiled, the fastest is taken for one that did not. */
export const of = (calls: ReadonlyArray<Call>): Pace => {
  const steady = calls.filter(({ compiles }) => !compiles).map(({ ms }) => ms)
  const all = steady.length > 0 ? steady : [calls.reduce((least, { ms }) => Math.min(least, ms), Infinity)]
  const times = all.toSorted((a, b) => a - b)
  // rows of different lengths take different times, so a median would not add up to the whole
  const cut = Math.ceil((times.length - 2) / 10)
  const kept = times.slice(Math.max(0, cut), times.length - Math.max(0, cut))
  const mean = kept.reduce((sum, ms) => sum + ms, 0) / kept.length
  return {
    ms: mean,
    leastMs: times[0] ?? mean,
    mostMs: times.at(-1) ?? mean,
    compileMs: calls.reduce((sum, { compiles, ms }) => sum + (compiles ? Math.max(0, ms - mean) : 0), 0)
  }
}

/** The first steps as calls. A training that went on in another process compiled at its first step, too. */
export const firstSteps = (stepMs: Float64Array, compiling: ReadonlySet<number>): ReadonlyArray<Call> =>
  Array.from(stepMs.subarray(0, probeSteps), (ms, i) => ({ ms, compiles: i === 0 || compiling.has(i + 1) }))

/** What so many calls take, by the pace of the first. */
export const foretold = ({ compileMs, ms }: Pace, calls: number): number => compileMs + calls * ms
