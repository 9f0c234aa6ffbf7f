// Reads plain values as they come from YAML: what every part of a pipeline file is made of. Reports what is wrong and goes on.
import type { Schema } from "effect"
import type { Fields, Path } from "../PipelineDefinition.ts"
import type { Problems } from "./Problems.ts"

export class FileReader {
  readonly problems: Problems

  constructor(problems: Problems) {
    this.problems = problems
  }

  fields(value: unknown, at: Path): Fields {
    const entries = Object.entries(this.record(value, at))
    return Object.fromEntries(
      entries.flatMap(([key, field]) => this.json(field, [...at, key]).map((json) => [key, json] as const))
    )
  }

  /** A list of one, or of none where the value cannot be said in JSON. */
  json(value: unknown, at: Path): ReadonlyArray<Schema.Json> {
    if (value === null || typeof value === "string" || typeof value === "boolean") return [value]
    if (typeof value === "number" && Number.isFinite(value)) return [value]
    if (Array.isArray(value)) return [value.flatMap((item, index) => this.json(item, [...at, index]))]
    if (typeof value === "object") return [this.fields(value, at)]
    this.problems.add(at, `${kindOf(value)} cannot be part of a config`, "use a finite number or a text")
    return []
  }

  keys(value: unknown, at: Path, { what, known }: { what: string; known: ReadonlyArray<string> }) {
    const record = this.record(value, at)
    for (const key of Object.keys(record)) {
      if (known.includes(key)) continue
      this.problems.unknown([...at, key], "key", {
        problem: `${what} has no field "${key}"`,
        name: key,
        known
      })
    }
    return record
  }

  record(value: unknown, at: Path): Readonly<Record<string, unknown>> {
    if (value === undefined || value === null) return {}
    if (typeof value === "object" && !Array.isArray(value)) return { ...value }
    this.problems.add(at, `${at.at(-1) ?? "the pipeline"} should be a mapping, found ${kindOf(value)}`)
    return {}
  }

  text(value: unknown, at: Path): string {
    if (typeof value === "string") return value
    this.problems.add(at, `${at.at(-1)} should be a text, found ${kindOf(value)}`)
    return ""
  }

  whole(value: unknown, at: Path, least: number): number | undefined {
    if (value === undefined || (Number.isSafeInteger(value) && Number(value) >= least)) {
      return value === undefined ? undefined : Number(value)
    }
    this.problems.add(
      at,
      `${at.at(-1)} should be a whole number of at least ${least}, found ${kindOf(value)}`
    )
    return undefined
  }

  positive(value: unknown, at: Path): number | undefined {
    if (value === undefined) return undefined
    if (typeof value === "number" && Number.isFinite(value) && value > 0) return value
    this.problems.add(at, `${at.at(-1)} should be a number above 0, found ${kindOf(value)}`)
    return undefined
  }
}

export const kindOf = (value: unknown): string => {
  if (value === null || value === undefined) return "nothing"
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list"
  if (typeof value === "object") return "a mapping"
  if (typeof value === "string") return `the text "${value}"`
  return typeof value === "number" || typeof value === "boolean" ? `${value}` : `a ${typeof value}`
}
