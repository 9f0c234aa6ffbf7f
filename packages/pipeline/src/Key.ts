// The key of a node: everything its result depends on, and nothing else. Equal keys, equal results.
import { createHash } from "node:crypto"
import { canonicalJson, type ArtifactRef } from "@inkstone/artifact"
import type { SourceFile } from "@inkstone/stage"
import type { Schema } from "effect"
import type { PipelineNode } from "./Pipeline.ts"
import type { Difference } from "./Reason.ts"

/** An artifact that goes into a port, with the label of the node that made it. */
export interface Input {
  readonly label: string
  readonly ref: ArtifactRef
}
export type InputsByPort = Readonly<Record<string, ReadonlyArray<Input>>>

/** Path -> value of every part of a key, as records keep it to say later what differs. */
export type Leaves = Readonly<Record<string, Schema.Json>>

export interface Key {
  /** sha-256 in hex */
  readonly key: string
  readonly leaves: Leaves
}

/** above this many files a record keeps one digest over all of them */
const manyFiles = 200

/**
 * Stage and version, code, config, inputs, source files, seed. Not the node's name; but the labels of a many port are
 * part of it, because the stage is given them as data.
 */
export const of = (node: PipelineNode, inputs: InputsByPort, files: ReadonlyArray<SourceFile>): Key => {
  const ports = Object.entries(node.stage.inputs).map(([port, { many }]) => {
    const given = inputs[port] ?? []
    return [port, given.map(({ label, ref }) => (many ? [label, ref.digest] : [ref.digest]))] as const
  })
  const sources = Object.fromEntries(files.map(({ name, sha256 }) => [name, sha256]))
  const parts = {
    stage: node.stage.name,
    version: node.stage.version,
    code: node.code,
    config: node.encodedConfig,
    inputs: Object.fromEntries(ports),
    files: sources,
    seed: node.seed
  }
  const leaves = {
    version: node.stage.version,
    ...node.code,
    ...flatten("config", node.encodedConfig),
    ...Object.fromEntries(
      ports.flatMap(([port, given]) =>
        given.map(([first = "", digest]) =>
          digest === undefined ? [`input.${port}`, first] : [`input.${port}.${first}`, digest]
        )
      )
    ),
    ...(files.length > manyFiles
      ? { files: `${files.length} files, ${sha256(canonicalJson(sources))}` }
      : Object.fromEntries(files.map(({ name, sha256 }) => [`file.${name}`, sha256]))),
    seed: node.seed
  }
  return { key: sha256(canonicalJson(parts)), leaves }
}

/** What differs, sorted by leaf. */
export const difference = (before: Leaves, after: Leaves): ReadonlyArray<Difference> =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((leaf) => JSON.stringify(before[leaf]) !== JSON.stringify(after[leaf]))
    .toSorted()
    .map((leaf) => ({ leaf, before: before[leaf], after: after[leaf] }))

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex")

// lists are leaves: which of their items changed says less than the two lists
const flatten = (path: string, value: Schema.Json): Leaves => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return { [path]: value }
  const fields = Object.entries(value)
  if (fields.length === 0) return { [path]: {} }
  return Object.assign({}, ...fields.map(([key, field]) => flatten(`${path}.${key}`, field)))
}
