// Every combination of a search space.
import type { Dimension } from "./SearchDefinition.ts"
import * as Space from "./Space.ts"

/** more than anyone waits for; a slip of the pen reaches it at once */
export const most = 10_000

/**
 * In the order of the file, the last dimension fastest. A dimension whose condition does not hold multiplies nothing. Ends early
 * after `most + 1`.
 */
export const trials = (space: ReadonlyArray<Dimension>, base: Space.Fields): ReadonlyArray<Space.Values> => {
  let combinations: ReadonlyArray<Space.Values> = [{}]
  for (const dimension of space) {
    const values = Space.points(dimension.distribution) ?? []
    combinations = combinations.flatMap((so) =>
      Space.isActive(dimension, base, so) ? values.map((value) => ({ ...so, [dimension.path]: value })) : [so]
    )
    if (combinations.length > most) return combinations.slice(0, most + 1)
  }
  return combinations
}
