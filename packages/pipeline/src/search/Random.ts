// Trials drawn at random, each from the seed and its own number: more trials never change those before.
import { createHash } from "node:crypto"
import type { Schema } from "effect"
import type { Dimension } from "./SearchDefinition.ts"
import * as Space from "./Space.ts"

/** A space of which so many draws in a row are known already has no more to give. */
const patience = 200

/**
 * `count` different trials, or fewer where the space has no more. The value of a path depends on seed, path and trial alone, so that
 * a further dimension leaves the others as they are.
 */
export const trials = (
  space: ReadonlyArray<Dimension>,
  base: Space.Fields,
  { count, seed }: { readonly count: number; readonly seed: number }
): ReadonlyArray<Space.Values> => {
  const drawn: Array<Space.Values> = []
  const known = new Set<string>()
  for (let trial = 0; trial < count; trial++) {
    const found = fresh(trial)
    if (found === undefined) return drawn
    drawn.push(found)
  }
  return drawn

  function fresh(trial: number): Space.Values | undefined {
    for (let attempt = 0; attempt < patience; attempt++) {
      const values = one(space, base, (path) => unit([seed, path, trial, attempt]))
      const text = JSON.stringify(values)
      if (known.has(text)) continue
      known.add(text)
      return values
    }
    return undefined
  }
}

const one = (
  space: ReadonlyArray<Dimension>,
  base: Space.Fields,
  unitOf: (path: string) => number
): Space.Values => {
  const values: Record<string, Schema.Json> = {}
  for (const dimension of space) {
    if (!Space.isActive(dimension, base, values)) continue
    values[dimension.path] = Space.draw(dimension.distribution, unitOf(dimension.path))
  }
  return values
}

/** From 0 up to but not 1, in steps of 2^-48, by hash. */
const unit = (from: ReadonlyArray<string | number>): number =>
  createHash("sha256").update(JSON.stringify(from)).digest().readUIntBE(0, 6) / 2 ** 48
