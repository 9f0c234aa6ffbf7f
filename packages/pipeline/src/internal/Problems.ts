// Collects what is wrong with a pipeline while it is read, so that a person sees everything at once.
import { Effect } from "effect"
import type { Origin, Path } from "../PipelineDefinition.ts"
import { PipelineInvalid, type Problem } from "../PipelineInvalid.ts"
import { nearest } from "@inkstone/stage"

export class Problems {
  readonly #found: Array<Problem> = []
  readonly #origin: Origin

  constructor(origin: Origin) {
    this.#origin = origin
  }

  /** Something is wrong with the value at `path`. */
  add(path: Path, problem: string, suggestion = ""): void {
    this.#note(path, "value", problem, suggestion)
  }

  /** Something is wrong with the last key of `path` itself. */
  addKey(path: Path, problem: string, suggestion = ""): void {
    this.#note(path, "key", problem, suggestion)
  }

  /** A name that is none of `known`: the nearest one is suggested, else all of them are listed. */
  unknown(
    path: Path,
    at: "key" | "value",
    what: { problem: string; name: string; known: ReadonlyArray<string> }
  ) {
    this.#note(path, at, what.problem, suggest(what.name, what.known))
  }

  get any(): boolean {
    return this.#found.length > 0
  }

  /** So far; to see whether something was found in between. */
  get count(): number {
    return this.#found.length
  }

  /** Fails with all that was found, in the order of the file. */
  get failure(): Effect.Effect<never, PipelineInvalid> {
    const problems = this.#found.toSorted((a, b) => a.line - b.line || a.column - b.column)
    return Effect.fail(new PipelineInvalid({ file: this.#origin.file, problems }))
  }

  #note(path: Path, at: "key" | "value", problem: string, suggestion: string): void {
    const place = this.#origin.locate(path, at)
    const found = { ...place, problem, suggestion }
    // the instances of a matrix node all find the same thing
    const twice = this.#found.some(
      (other) => other.line === found.line && other.column === found.column && other.problem === problem
    )
    if (!twice || place.line === 0) this.#found.push(found)
  }
}

/** `did you mean "x"?`, else the names there are. */
export const suggest = (name: string, known: ReadonlyArray<string>): string => {
  const near = nearest(name, known)
  if (near !== undefined) return `did you mean "${near}"?`
  if (known.length === 0) return ""
  const shown = known.slice(0, 12).join(", ")
  return `there is ${shown}${known.length > 12 ? ", ..." : ""}`
}
