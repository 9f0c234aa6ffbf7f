// Axes: their products, joins, labels, and what `${axis}` in a config becomes.
import type { Schema } from "effect"
import type { Axes, NodeDefinition, Path } from "../PipelineDefinition.ts"

/** All combinations, the last axis fastest: `{ a: [1, 2], b: [3] }` gives `[{ a: 1, b: 3 }, { a: 2, b: 3 }]`. */
export const product = (matrix: NodeDefinition["matrix"]): ReadonlyArray<Axes> =>
  Object.entries(matrix).reduce<ReadonlyArray<Axes>>(
    (combinations, [axis, values]) =>
      combinations.flatMap((axes) => values.map((value) => ({ ...axes, [axis]: value }))),
    [{}]
  )

/** Both, or nothing where they give an axis different values. */
export const join = (left: Axes, right: Axes): Axes | undefined => {
  const clash = Object.keys(right).some((axis) => axis in left && !same(left[axis], right[axis]))
  return clash ? undefined : { ...left, ...right }
}

const same = (a: Schema.Json | undefined, b: Schema.Json | undefined) =>
  JSON.stringify(a) === JSON.stringify(b)

/**
 * `gpt[preset=nano]`, plain `gpt` without axes. Axes of searches are called `gpt.trial`, so that those of two searches are never
 * joined; a label says `trial` where that is enough.
 */
export const label = (node: string, axes: Axes, mark?: string): string => {
  const names = Object.keys(axes)
  const isClear = (axis: string) => names.filter((other) => short(other) === short(axis)).length === 1
  const parts = Object.entries(axes).map(
    ([axis, value]) => `${isClear(axis) ? short(axis) : axis}=${textOf(value)}`
  )
  const all = mark === undefined ? parts : [...parts, mark]
  return all.length === 0 ? node : `${node}[${all.join(",")}]`
}

const short = (axis: string) => axis.slice(axis.lastIndexOf(".") + 1)

const textOf = (value: Schema.Json): string => (typeof value === "string" ? value : JSON.stringify(value))

// $${x} stands for the text ${x}
const placeholder = /(\$?)\$\{([\p{L}\p{N}_-]+)\}/gu
const whole = /^\$\{([\p{L}\p{N}_-]+)\}$/u

/**
 * Replaces `${axis}` in every text of `value`. A text that is nothing but `${axis}` becomes the axis value itself, with its
 * type; `unknown` hears of names that are no axis.
 */
export const interpolate = (
  value: Schema.Json,
  axes: Axes,
  unknown: (axis: string, path: Path) => void
): Schema.Json => {
  const walk = (value: Schema.Json, path: Path): Schema.Json => {
    if (typeof value === "string") return text(value, path)
    if (isList(value)) return value.map((item, index) => walk(item, [...path, index]))
    if (typeof value !== "object" || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, walk(field, [...path, key])]))
  }
  const text = (value: string, path: Path): Schema.Json => {
    const only = whole.exec(value)?.[1]
    if (only !== undefined) {
      const found = axes[only]
      if (found === undefined) unknown(only, path)
      return found ?? value
    }
    return value.replaceAll(placeholder, (match, escape: string, axis: string) => {
      if (escape !== "") return match.slice(1)
      const found = axes[axis]
      if (found === undefined) unknown(axis, path)
      return found === undefined ? match : textOf(found)
    })
  }
  return walk(value, [])
}

const isList = (value: Schema.Json): value is ReadonlyArray<Schema.Json> => Array.isArray(value)
