// Values of a search space: drawn from a number between 0 and 1, or laid out on a grid.
import type { Schema } from "effect"
import type { Dimension, Distribution } from "./SearchDefinition.ts"

/** A config that paths are set in and read from. */
export type Fields = Readonly<Record<string, Schema.Json>>
/** What one trial sets, by path. */
export type Values = Readonly<Record<string, Schema.Json>>

/** Drawn numbers have this many digits: a config that a person can paste, and no search is finer. */
const digits = 4

/** The value at `unit`, from 0 up to but not 1. Always within the bounds. */
export const draw = (distribution: Distribution, unit: number): Schema.Json => {
  if (distribution.type === "choices") {
    const { values } = distribution
    return values[Math.min(values.length - 1, Math.floor(unit * values.length))] ?? null
  }
  const { high, low, scale, whole } = distribution
  const steps = stepsOf(distribution)
  if (steps !== undefined) return at(distribution, Math.floor(unit * steps))
  if (scale === "linear") return within(distribution, low + unit * (high - low))
  // each whole number has the room up to the next one
  const top = whole ? high + 1 : high
  const value = low * (top / low) ** unit
  return within(distribution, whole ? Math.floor(value) : value)
}

/** All its values for a grid; undefined for a range that does not say how many. */
export const points = (distribution: Distribution): ReadonlyArray<Schema.Json> | undefined => {
  if (distribution.type === "choices") return distribution.values
  const { high, low, points: count, scale } = distribution
  if (count === undefined) {
    const steps = stepsOf(distribution)
    return steps === undefined
      ? undefined
      : Array.from({ length: steps }, (_, index) => at(distribution, index))
  }
  const values = Array.from({ length: count }, (_, index) => {
    const part = count === 1 ? 0 : index / (count - 1)
    const value = scale === "log" ? low * (high / low) ** part : low + part * (high - low)
    return within(distribution, distribution.whole ? Math.round(value) : value)
  })
  return [...new Set(values)]
}

/** The least and the greatest value, to be held against the stage's own bounds. */
export const ends = (distribution: Distribution): ReadonlyArray<Schema.Json> =>
  distribution.type === "choices" ? distribution.values : [distribution.low, distribution.high]

type Range = Extract<Distribution, { type: "range" }>

const stepsOf = ({ high, low, scale, step, whole }: Range): number | undefined => {
  const size = step ?? (whole && scale === "linear" ? 1 : undefined)
  // 0.3 / 0.1 is a little less than 3
  return size === undefined ? undefined : Math.floor((high - low) / size + 1e-9) + 1
}

const at = ({ low, step = 1 }: Range, index: number): number => Number((low + index * step).toPrecision(12))

const within = ({ high, low, whole }: Range, value: number): number =>
  Math.min(high, Math.max(low, whole ? value : Number(value.toPrecision(digits))))

/** What stands at a path such as `optimizer.beta1`; undefined where nothing does. */
export const get = (fields: Fields, path: string): Schema.Json | undefined => {
  let here: Schema.Json | undefined = fields
  for (const step of path.split(".")) here = isFields(here) ? here[step] : undefined
  return here
}

/** With `value` at `path`; undefined where something on the way is no mapping. */
export const set = (fields: Fields, path: string, value: Schema.Json): Fields | undefined => {
  const [first = "", ...rest] = path.split(".")
  if (rest.length === 0) return { ...fields, [first]: value }
  const below = fields[first] ?? {}
  const changed = isFields(below) ? set(below, rest.join("."), value) : undefined
  return changed === undefined ? undefined : { ...fields, [first]: changed }
}

/** A config with all values of a trial, or the path that cannot be set since something above it is no mapping. */
export type Applied =
  | { readonly type: "config"; readonly config: Fields }
  | { readonly type: "blocked"; readonly path: string }

export const apply = (fields: Fields, values: Values): Applied => {
  let config = fields
  for (const [path, value] of Object.entries(values)) {
    const changed = set(config, path, value)
    if (changed === undefined) return { type: "blocked", path }
    config = changed
  }
  return { type: "config", config }
}

/** Whether a dimension is part of a trial that has `values` so far. */
export const isActive = ({ when }: Dimension, base: Fields, values: Values): boolean =>
  Object.entries(when).every(([path, allowed]) => {
    const value = path in values ? values[path] : get(withValues(base, values), path)
    return allowed.some((each) => JSON.stringify(each) === JSON.stringify(value))
  })

// a condition may look below a path that was set as a whole
const withValues = (base: Fields, values: Values): Fields => {
  const applied = apply(base, values)
  return applied.type === "blocked" ? base : applied.config
}

const isFields = (value: Schema.Json | undefined): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)
