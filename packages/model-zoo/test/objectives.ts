// Objectives against losses and gradients that PyTorch gives.
import { add, div, gradients, mul, type Objective, Program, sum, type Tensor } from "@inkstone/graph"
import { type Entry, Session } from "@inkstone/tensorflow"
import { Effect } from "effect"
import type { NamedArrays } from "../src/NamedArray.ts"
import { assertGradient, assertNear, floats } from "./encoders.ts"

type Outputs = Readonly<Record<string, Tensor | undefined>>

/** The loss of an objective, the means it is made of, and the gradient of each of its parameters. */
const everything = (objective: Objective, outputs: Outputs) => {
  const means = Object.entries(objective.terms({ precision: "float32" })).map(
    ([name, { factor = 1, values, weights }]) => {
      const mean = div(sum(mul(values, weights)), sum(weights))
      return { name, mean, part: mul(mean, factor) }
    }
  )
  const loss = means.map(({ part }) => part).reduce((total, part) => add(total, part))
  const found = gradients(loss, objective.parameters)
  return {
    inputs: objective.inputs,
    outputs: {
      ...Object.fromEntries(
        Object.entries(outputs).flatMap(([name, output]) => (output === undefined ? [] : [[name, output]]))
      ),
      ...Object.fromEntries(means.map(({ mean, name }) => [name, mean])),
      ...Object.fromEntries(found.map((gradient, i) => [`gradient_${i}`, gradient])),
      loss
    }
  }
}

interface Trial {
  readonly objective: Objective
  /** what heads say, by name */
  readonly outputs?: Outputs
  readonly batch: Readonly<Record<string, Entry.Given>>
  /** numbers of each variable */
  readonly valueOf: (variable: string) => Float32Array
  readonly golden: NamedArrays
}

/** Holds loss and all gradients against the golden ones; gives whatever else was computed. */
export const assertLearns = Effect.fnUntraced(function* ({
  batch,
  golden,
  objective,
  outputs = {},
  valueOf
}: Trial) {
  const program = Program.lower({ everything: everything(objective, outputs) }, { clusters: false })
  const session = yield* Session.open(program.graphDef)
  session.callAll(
    program.variables.map(({ name, write: entry }) => ({
      entry,
      given: { value: { values: valueOf(name) } }
    }))
  )
  const found: Readonly<Record<string, { readonly values: ArrayLike<number> } | undefined>> = session.call(
    program.entries.everything,
    batch
  )
  assertNear(found["loss"]?.values, floats(golden.get("loss")), 1e-5, "loss")
  for (const [i, { name }] of objective.parameters.entries())
    assertGradient(found[`gradient_${i}`]?.values ?? [], floats(golden.get(`grad.${name}`)), name)
  return (name: string) => found[name]?.values ?? []
})
