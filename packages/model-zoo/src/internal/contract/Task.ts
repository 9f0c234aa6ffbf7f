// One batch of a network's natural objective, to be learnt by heart.
import { Dimension, type Input, type Objective } from "@inkstone/graph"
import type { Entry } from "@inkstone/tensorflow"
import type { AnyNetwork } from "../../Network.ts"
import { natural } from "../../objectives/Natural.ts"

export interface Task {
  readonly objective: Objective
  readonly batch: Readonly<Record<string, Entry.Given>>
}

const sizes: Dimension.Bindings = { B: 2, T: 8, S: 6, P: 3 }

/** Numbers of an input that are not tokens, by its name, from the place in the batch. */
const others: Readonly<Record<string, (i: number) => number>> = {
  places: (i) => 1 + 2 * (i % 3),
  segments: () => 0,
  labels: (i) => i % 2,
  follows: (i) => i % 2,
  begins: (i) => 1 + i,
  ends: (i) => 3 + 2 * i
}

const valuesOf = ({ dtype, name, shape }: Input, { vocabSize }: AnyNetwork): Entry.Given => {
  const bound = shape.map((size) => Dimension.evaluate(size, sizes))
  const length = bound.reduce((n, size) => n * size, 1)
  if (dtype === "float32") return { shape: bound, values: new Float32Array(length).fill(1) }
  if (dtype === "bool") return { shape: bound, values: new Uint8Array(length).fill(1) }
  const salt = name.length
  // ordinary tokens: low ids mean padding, beginning, end
  const token = (i: number) => 5 + ((i * i * 7 + 3 * i + salt) % (vocabSize - 5))
  return { shape: bound, values: Int32Array.from({ length }, (_, i) => (others[name] ?? token)(i)) }
}

/** @throws GraphInvalid for a network that has nothing to foretell */
export const taskOf = (network: AnyNetwork): Task => {
  const { objective } = natural(network)
  const batch = Object.entries(objective.inputs).map(
    ([name, input]) => [name, valuesOf(input, network)] as const
  )
  return { objective, batch: Object.fromEntries(batch) }
}
