// Why a node has to run.
import type { ArtifactRef } from "@inkstone/artifact"
import type { Schema } from "effect"

/** A part of the key that differs: `config.vocabSize`, `code.@inkstone/ingest`, `input.documents`, `file.x.txt`. */
export interface Difference {
  readonly leaf: string
  readonly before: Schema.Json | undefined
  readonly after: Schema.Json | undefined
}

export type Reason =
  | { readonly type: "first-time" }
  | { readonly type: "changed"; readonly differences: ReadonlyArray<Difference> }
  | { readonly type: "unfinished"; readonly category: string }
  | { readonly type: "forced" }
  /** its source files could not be read: it has no key and will fail */
  | { readonly type: "unreadable"; readonly problem: string }
  | {
      readonly type: "artifact"
      readonly state: "missing" | "corrupt"
      readonly output: string
      readonly ref: ArtifactRef
    }

const short = (value: Schema.Json | undefined): string => {
  if (value === undefined) return "absent"
  const text = typeof value === "string" ? value : JSON.stringify(value)
  return text.length > 40 ? `${text.slice(0, 39)}…` : text
}

// digests say nothing to a person, so for these the name is enough
const opaque: Readonly<Record<string, string>> = { code: "code of", input: "input", file: "source file" }

const describeDifference = ({ leaf, before, after }: Difference): string => {
  const dot = leaf.indexOf(".")
  const words = opaque[dot === -1 ? leaf : leaf.slice(0, dot)]
  if (words === undefined) return `${leaf} ${short(before)} -> ${short(after)}`
  const added = before === undefined ? " (new)" : after === undefined ? " (gone)" : ""
  return `${words} ${leaf.slice(dot + 1)}${added}`
}

/** In words, the first three differences: `config.learningRate 0.0003 -> 0.001, code of @inkstone/trainer`. */
export const describe = (reason: Reason): string => {
  if (reason.type === "first-time") return "first time"
  if (reason.type === "forced") return "forced"
  if (reason.type === "unfinished") return `the last attempt did not finish (${reason.category})`
  if (reason.type === "unreadable") return reason.problem
  if (reason.type === "artifact") {
    return `artifact ${reason.state}: ${reason.output} (${reason.ref.kind} ${reason.ref.digest.slice(0, 12)})`
  }
  const shown = reason.differences.slice(0, 3).map(describeDifference).join(", ")
  const more = reason.differences.length - 3
  return more > 0 ? `${shown} and ${more} more` : shown
}
