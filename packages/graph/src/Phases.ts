// Which parameters move in which step: some never, some only after a while (gradual unfreezing, Howard and Ruder 2018).
import { GraphInvalid } from "./errors.ts"
import { decays, type GroupOf } from "./Optimizer.ts"
import type { Parameter } from "./Parameter.ts"

export type Trained = (parameter: Parameter) => boolean

/** The first steps of a training, in which fewer parameters move than later. */
export interface Phase {
  /** its last step */
  readonly until: number
  /** which of those that are trained at all move; those of the phases before among them */
  readonly trained: Trained
}

/** What entries of a phase have at the end of their names; nothing for those that move all. */
export type Suffix = "" | `/${number}`

/** A set of parameters and the first step that moves it. */
export interface Stretch {
  readonly suffix: Suffix
  readonly from: number
  readonly moves: ReadonlySet<Parameter>
}

const invalid = (problem: string): never => {
  throw new GraphInvalid("phases", problem)
}

/**
 * The phases of a training in their order, the last one moving all of `trained`.
 *
 * @throws GraphInvalid if no parameter would move, or phases do not end one after another, or one moves less than the one before
 */
export const stretches = (
  trained: ReadonlyArray<Parameter>,
  phases: ReadonlyArray<Phase> = []
): ReadonlyArray<Stretch> => {
  let from = 1
  const found = phases.map(({ trained: moves, until }, i): Stretch => {
    if (!(until >= from)) invalid(`phase ${i} ends with step ${until}, before it begins with step ${from}`)
    const stretch = { suffix: `/${i}`, from, moves: new Set(trained.filter(moves)) } as const
    from = until + 1
    return stretch
  })
  const all: ReadonlyArray<Stretch> = [...found, { suffix: "", from, moves: new Set(trained) }]
  for (const [i, { moves }] of all.entries()) {
    if (moves.size === 0) invalid(`no parameter moves in phase ${i}`)
    for (const parameter of all[i - 1]?.moves ?? [])
      if (!moves.has(parameter)) invalid(`${parameter.name} moves in phase ${i - 1}, but not in phase ${i}`)
  }
  return all
}

/** The groups of an optimizer, with the step at which each parameter begins. */
export const grouped =
  (all: ReadonlyArray<Stretch>, groupOf: GroupOf = (parameter) => ({ decays: decays(parameter) })): GroupOf =>
  (parameter) => {
    const start = all.find(({ moves }) => moves.has(parameter))?.from ?? 1
    return start === 1 ? groupOf(parameter) : { start, ...groupOf(parameter) }
  }

/**
 * Which entries take a step: `entries[`train${suffixAt(phases, step)}`]`.
 *
 * @param step from 1
 */
export const suffixAt = (phases: ReadonlyArray<Phase> = [], step: number): Suffix => {
  const at = phases.findIndex(({ until }) => step <= until)
  return at < 0 ? "" : `/${at}`
}
