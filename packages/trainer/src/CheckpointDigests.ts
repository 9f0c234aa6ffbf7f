// What a training stands at, as one digest a part: equal parts, equal digests. Measured times are left out.
import { Trace } from "@inkstone/artifact"
import { Averaging } from "@inkstone/graph"
import type { NamedArray, NamedArrays } from "@inkstone/model-zoo/NamedArray"
import type { StageFailure } from "@inkstone/stage"
import { Effect } from "effect"
import { createHash } from "node:crypto"
import type { Checkpoint } from "./Checkpoint.ts"
import * as Checkpoints from "./Checkpoints.ts"
import { stepColumns } from "./History.ts"

export interface CheckpointDigests {
  readonly weights: string
  /** slots of the optimizer */
  readonly optimizer: string
  /** averages of the weights; of nothing where there are none */
  readonly averages: string
  /** every row of the trace so far */
  readonly steps: string
  readonly evaluations: string
  /** early stopping, the ranking of the best, rollbacks, what was written on the way */
  readonly standing: string
}

/** Over names, shapes and bytes, in the order of the names. */
export const ofArrays = (arrays: Iterable<NamedArray>): string => {
  const hash = createHash("sha256")
  for (const { bytes, dtype, name, shape } of [...arrays].toSorted((a, b) => (a.name < b.name ? -1 : 1)))
    hash.update(JSON.stringify([name, dtype, shape])).update(bytes)
  return hash.digest("hex")
}

/** `adam_m` of `wte` is called `wte/adam_m`: what stands below a parameter is a slot or an average of it. */
const partOf = (name: string, arrays: NamedArrays): "weights" | "averages" | "optimizer" => {
  if (name.endsWith(Averaging.suffix)) return "averages"
  return arrays.has(name.slice(0, name.lastIndexOf("/"))) ? "optimizer" : "weights"
}

const ofJson = (value: unknown): string => createHash("sha256").update(JSON.stringify(value)).digest("hex")

/** Of a checkpoint. */
export const of = (checkpoint: Checkpoint): CheckpointDigests => {
  const { bests, detours, evaluations, learner, samples, standing, step, steps } = checkpoint
  const part = (which: ReturnType<typeof partOf>) =>
    ofArrays([...learner.values()].filter(({ name }) => partOf(name, learner) === which))
  const { steps: columns } = Trace.tables
  const hash = createHash("sha256")
  for (const name of stepColumns) if (!columns[name].volatile) hash.update(name).update(steps.column(name))
  return {
    weights: part("weights"),
    optimizer: part("optimizer"),
    averages: part("averages"),
    steps: hash.digest("hex"),
    evaluations: ofArrays([evaluations.toArray(JSON.stringify(evaluations.columns))]),
    standing: ofJson([step, standing ?? null, bests, detours, samples])
  }
}

/** Of the newest checkpoint below the workspace of a node, checked against its own digest; undefined if there is none. */
export const ofWorkspace: (
  workspace: string
) => Effect.Effect<CheckpointDigests | undefined, StageFailure> = (workspace) =>
  Effect.map(Checkpoints.newestIn(workspace), (checkpoint) =>
    checkpoint === undefined ? undefined : of(checkpoint)
  )
