// What a profile of a pipeline file changes: its entries are laid over the nodes before anything else is read.
import type { Origin, Path } from "../PipelineDefinition.ts"

type Fields = Readonly<Record<string, unknown>>

export interface Laid {
  readonly value: unknown
  /** of the nodes as they are now: what came from the profile is found there */
  readonly locate: Origin["locate"]
}

/**
 * `value` is the whole file; its profile `name` exists. A mapping is laid over a mapping field by field, anything else replaces
 * what stood there, and null takes it out.
 */
export const lay = (value: Fields, name: string, locate: Origin["locate"]): Laid => {
  const entries = fieldsOf(fieldsOf(value["profiles"])?.[name]) ?? {}
  const nodes = fieldsOf(value["nodes"]) ?? {}
  return {
    value: { ...value, nodes: over(nodes, entries, []) },
    locate: (path, at) => {
      const [top, ...below] = path
      return top === "nodes" && covers(entries, below)
        ? locate(["profiles", name, ...below], at)
        : locate(path, at)
    }
  }
}

const over = (below: Fields, above: Fields, path: Path): Fields => {
  const merged: Record<string, unknown> = { ...below }
  for (const [key, value] of Object.entries(above)) {
    const before = fieldsOf(merged[key])
    const now = fieldsOf(value)
    if (value === null) delete merged[key]
    else if (before === undefined || now === undefined || isDimension(path)) merged[key] = value
    else merged[key] = over(before, now, [...path, key])
  }
  return merged
}

// one range of a search space makes no sense laid over another
const isDimension = (path: Path) => path.length === 3 && path[1] === "search" && path[2] === "space"

/** Whether what stands at `path` came from the profile. */
const covers = (entries: Fields, path: Path): boolean => {
  let here: unknown = entries
  for (const [depth, step] of path.entries()) {
    const fields = fieldsOf(here)
    // below something that the profile replaced as a whole
    if (fields === undefined) return depth > 1
    if (!(step in fields)) return false
    here = fields[step]
  }
  return path.length > 1
}

const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined
