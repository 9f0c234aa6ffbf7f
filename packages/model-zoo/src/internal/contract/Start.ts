// A network's first numbers, without anything that could train it.
import { input, type Parameter, Program, type Tensor } from "@inkstone/graph"
import { Session } from "@inkstone/tensorflow"
import { Effect } from "effect"
import type { AnyNetwork } from "../../Network.ts"

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

/** First values of every parameter, by name. */
export const valuesFrom = Effect.fnUntraced(function* (
  { parameters }: AnyNetwork,
  from: readonly [number, number] = [3, 4]
) {
  const key = input("key", "int32", [2])
  const updates = parameters.map((parameter) => [parameter, first(parameter, key)] as const)
  const program = Program.lower({ start: { inputs: { key }, outputs: {}, updates } }, { clusters: false })
  const session = yield* Session.open(program.graphDef)
  session.call(program.entries.start, { key: { values: Int32Array.from(from) } })
  return valuesOf(session, program.variables)
}, Effect.scoped)
