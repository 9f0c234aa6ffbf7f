// Whether a failed attempt is followed by another: as often as the pipeline or the run says, or, where neither says anything and the
// stage goes on from what it left, until it gets no further.
import { StageFailure } from "@inkstone/stage"

export interface Rules {
  /** label of the node */
  readonly node: string
  /** further attempts that were asked for; undefined where nobody said anything */
  readonly asked: number | undefined
  /** whether the stage goes on from what an earlier attempt left */
  readonly goesOn: boolean
  /** of the second attempt; doubles with each further one that gets no further */
  readonly delayMillis: number
}

/** What is known after some failed attempts. */
export interface Tried {
  readonly attempts: number
  /** of them, the last ones that got no further than those before */
  readonly stalled: number
  /** how far they got; 0 where that is not known */
  readonly done: number
}

/** Another attempt may help only where the cause may be gone by then. */
const worthRetrying: ReadonlySet<string> = new Set(["crashed", "resource"])
/** How a process dies that did nothing wrong: by a signal, by the out-of-memory killer, or to make room for a new one. */
const deaths: ReadonlySet<string> = new Set([
  "ProcessKilled",
  "ProcessExited",
  "ProcessTerminated",
  "OutOfMemory",
  "MemoryLimit"
])
/** Twice may be bad luck. */
const mostStalled = 3
/** With progress each time: a node that dies this often is not worth the time. */
const mostAttempts = 100

/** The next attempt, after a pause, or the failure that the node ends with. */
export const judge = (
  before: Tried,
  { done, failure }: { readonly failure: StageFailure; readonly done: number },
  rules: Rules
): { readonly tried: Tried; readonly delayMillis: number } | StageFailure => {
  const attempts = before.attempts + 1
  const stalled = done > before.done ? 1 : before.stalled + 1
  const tried = { attempts, stalled, done: Math.max(done, before.done) }
  const { asked, delayMillis, goesOn, node } = rules
  if (asked !== undefined || !goesOn) {
    const again = attempts <= (asked ?? 0) && worthRetrying.has(failure.category)
    return again ? { tried, delayMillis: delayMillis * 2 ** (attempts - 1) } : failure
  }
  if (!deaths.has(failure.fact)) return failure
  if (stalled < mostStalled && attempts < mostAttempts)
    return { tried, delayMillis: delayMillis * 2 ** (stalled - 1) }
  const { advice, category, fact, problem } = failure
  const where = done === 0 ? "without a checkpoint" : `and never got past ${done}`
  return new StageFailure({
    category,
    fact: "NoProgress",
    problem:
      stalled < mostStalled
        ? `${node} died ${attempts} times: ${problem}`
        : `${node} died ${stalled} times in a row ${where} (${fact}): ${problem}`,
    advice
  })
}
