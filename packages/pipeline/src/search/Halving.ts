// Successive halving (Jamieson and Talwalkar 2016) and its asynchronous form (ASHA, Li et al. 2020): who goes on, as pure functions
// of the results known so far.
import type { Halving } from "./SearchDefinition.ts"

/** What came of a trial at one rung. `cost` is less for the better one. */
export type Result = { readonly type: "value"; readonly cost: number } | { readonly type: "failed" }
/** Undefined while it is not known. */
export type Known = (trial: number, rung: number) => Result | undefined

export interface Ladder {
  /** of rung 0 */
  readonly trials: number
  /** how long each rung lasts, such as steps; one rung of unknown length for searches without any */
  readonly lengths: ReadonlyArray<number>
  readonly factor: number
  /** whether a trial goes on as soon as it is among the best of those that are there (ASHA) */
  readonly early: boolean
}

export type Verdict =
  | { readonly type: "go" }
  | { readonly type: "wait"; readonly because: string }
  | { readonly type: "skip"; readonly because: string }

/** `min`, `min * factor`, ... and `max` at the end; a last step of less than the root of `factor` is left out. */
export const lengths = ({ factor, max, min }: Omit<Halving, "over">): ReadonlyArray<number> => {
  const rungs: Array<number> = []
  for (let length = min; length * Math.sqrt(factor) <= max; length *= factor) rungs.push(Math.round(length))
  return [...rungs, max]
}

/** Trials of each rung: 1 in `factor`, rounded down, at least one. */
export const sizes = ({ factor, lengths, trials }: Omit<Ladder, "early">): ReadonlyArray<number> => {
  let size = trials
  return lengths.map((_, rung) => {
    if (rung > 0) size = Math.max(1, Math.floor(size / factor))
    return size
  })
}

/** The best first; those that failed or are unknown are left out. Of equals the one that was drawn first. */
export const ranked = (trials: ReadonlyArray<number>, rung: number, known: Known): ReadonlyArray<number> => {
  const costs = trials.flatMap((trial) => {
    const result = known(trial, rung)
    return result?.type === "value" ? [{ trial, cost: result.cost }] : []
  })
  return costs.toSorted((a, b) => a.cost - b.cost || a.trial - b.trial).map(({ trial }) => trial)
}

/**
 * The trials of a rung, best first, once every result of the rung before is known. The same for both methods: what ASHA starts
 * early beside these takes no part in the ranking, so timing decides nothing.
 */
export const members = (ladder: Ladder, rung: number, known: Known): ReadonlyArray<number> | undefined => {
  if (rung === 0) return Array.from({ length: ladder.trials }, (_, trial) => trial)
  const before = members(ladder, rung - 1, known)
  if (before === undefined || before.some((trial) => known(trial, rung - 1) === undefined)) return undefined
  return ranked(before, rung - 1, known).slice(0, sizes(ladder)[rung])
}

/** Whether a trial goes on to a rung. */
export const verdict = (
  ladder: Ladder,
  { rung, trial }: { readonly trial: number; readonly rung: number },
  known: Known
): Verdict => {
  if (rung === 0) return { type: "go" }
  const own = known(trial, rung - 1)
  if (own?.type === "failed") return { type: "skip", because: `failed at rung ${rung - 1}` }
  const decided = members(ladder, rung, known)
  if (decided?.includes(trial) === true) return { type: "go" }
  if (decided !== undefined) return { type: "skip", because: notPromoted(ladder, rung) }
  const before = members(ladder, rung - 1, known)
  if (before?.includes(trial) === false) return { type: "skip", because: notPromoted(ladder, rung - 1) }
  if (ladder.early && own !== undefined) {
    const there = (before ?? everyone(ladder)).filter((other) => known(other, rung - 1) !== undefined)
    const best = ranked(there, rung - 1, known).slice(0, Math.floor(there.length / ladder.factor))
    if (best.includes(trial)) return { type: "go" }
  }
  return { type: "wait", because: open(ladder, rung) }
}

const everyone = ({ trials }: Ladder) => Array.from({ length: trials }, (_, trial) => trial)

const notPromoted = (ladder: Ladder, rung: number) =>
  `not among the best ${sizes(ladder)[rung]} at rung ${rung - 1}`

/** `rung 1: 9 of 27 trials at 300, decided after rung 0` */
export const open = (ladder: Ladder, rung: number): string => {
  const all = sizes(ladder)
  const when = ladder.early ? "decided while rung" : "decided after rung"
  return `rung ${rung}: ${all[rung]} of ${all[rung - 1]} trials at ${ladder.lengths[rung]}, ${when} ${rung - 1}${ladder.early ? " goes on" : ""}`
}

/** What a ladder spends at most, in the unit of its lengths: with each trial from its start, or from where it was. */
export const spent = (ladder: Omit<Ladder, "early">, continued: boolean): number =>
  sizes(ladder).reduce((sum, size, rung) => {
    const before = continued && rung > 0 ? (ladder.lengths[rung - 1] ?? 0) : 0
    return sum + size * ((ladder.lengths[rung] ?? 0) - before)
  }, 0)
