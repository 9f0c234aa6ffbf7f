// The optimizers' cases of `graph` as compiled programs on TensorFlow, in float32.
import { Session } from "@inkstone/tensorflow"
import { Effect } from "effect"
import * as cases from "./optimizerCases.ts"

const given = (feed: cases.Feed) =>
  Object.fromEntries(
    Object.entries(feed).map(([name, { shape, values }]) => [
      name,
      { shape, values: Float32Array.from(values) }
    ])
  )
const zeroKey = { values: Int32Array.of(0, 0) }

type Case = (typeof cases.cases)[string]

/** 200 steps of a case; the session closes with the scope. */
export const trace = Effect.fn("CompiledOptimizer.trace")(function* (one: Case) {
  const { entries, graphDef, variables } = cases.build(one, true)
  const session = yield* Session.open(graphDef)
  session.call(entries.init, { key: zeroKey })
  for (const parameter of cases.parameters)
    for (const { name, write } of variables)
      if (name === parameter.name)
        session.call(write, {
          value: { shape: parameter.shape, values: Float32Array.from(cases.startOf(parameter)) }
        })
  return cases.trace(one, {
    train: (feed) => {
      const { x, y, learningRate, step, maxGradientNorm } = given(feed)
      if (x === undefined || y === undefined) return Number.NaN
      if (learningRate === undefined || step === undefined || maxGradientNorm === undefined) return Number.NaN
      const call = { x, y, learningRate, step, maxGradientNorm, key: zeroKey }
      return session.call(entries.train, call).loss.values[0] ?? Number.NaN
    },
    evaluateAverage: (feed) => {
      const { x, y } = given(feed)
      if (x === undefined || y === undefined) return Number.NaN
      const { values } = session.call(entries.evaluateAverage, { x, y }).distance
      return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length
    },
    read: (wanted) =>
      variables.flatMap(({ name, read }) => (name === wanted ? [...session.call(read, {}).value.values] : []))
  })
}, Effect.scoped)
