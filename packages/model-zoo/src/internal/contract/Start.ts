// A network's first numbers, without anything that could train it.
import { digest, input, type Parameter, Program, type Tensor } from "@inkstone/graph"
import { Entry, Session } from "@inkstone/tensorflow"
import { Effect } from "effect"
import type { AnyNetwork } from "../../Network.ts"
import * as Philox from "../../Philox.ts"

export type Values = ReadonlyMap<string, Float32Array>

/** First values of a parameter, as a program computes them. */
export const first = ({ dtype, initializer, name, shape }: Parameter, key: Tensor): Tensor =>
  initializer({ dtype, name, shape, key })

/** Values of variables, in one run: each set of fetches is planned anew, which takes longer than the run. */
export const valuesOf = (session: Session, variables: ReadonlyArray<Program.LoweredVariable>): Values => {
  const found = session.run(
    [],
    variables.map(({ read }) => read.outputs.value.node)
  )
  return new Map(variables.map((variable, i) => [variable.name, Float32Array.from(found[i]?.values ?? [])]))
}

/** Values of variables, all in one run. */
export const write = (
  session: Session,
  variables: ReadonlyArray<Program.LoweredVariable>,
  valuesFor: (variable: Program.LoweredVariable) => Float32Array
): void => {
  session.run(
    variables.flatMap((variable) => Entry.feeds(variable.write, { value: { values: valuesFor(variable) } })),
    variables.map(({ write }) => write.outputs.done.node)
  )
}

/** Numbers for a parameter of which none is 0 and none is 1, around 1 for gains: then each of them shows. */
export const stirred = ({ name, shape }: Pick<Program.LoweredVariable, "name" | "shape">): Float32Array => {
  const length = shape.reduce<number>((n, size) => n * Number(size), 1)
  const middle = shape.length === 1 && name.endsWith("weight") ? 1 : 0
  const [row] = digest(name)
  return Float32Array.from(
    { length },
    (_, position) => middle + 0.4 * (Philox.uniform(7, { row, position }) - 0.5)
  )
}

/** First values of every parameter, by name, from each of some keys. */
export const valuesFrom = Effect.fnUntraced(function* (
  { parameters }: AnyNetwork,
  keys: ReadonlyArray<readonly [number, number]>
) {
  const key = input("key", "int32", [2])
  const updates = parameters.map((parameter) => [parameter, first(parameter, key)] as const)
  const program = Program.lower({ start: { inputs: { key }, outputs: {}, updates } }, { clusters: false })
  const session = yield* Session.open(program.graphDef)
  return keys.map((from) => {
    session.call(program.entries.start, { key: { values: Int32Array.from(from) } })
    return valuesOf(session, program.variables)
  })
}, Effect.scoped)
