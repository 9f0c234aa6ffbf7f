// What a network is like under training. Each claim fails by an assertion.
import { add, AdamW, div, gradients, input, mul, Program, sum, TrainingProgram } from "@inkstone/graph"
import { Memory, Session, type Tensor } from "@inkstone/tensorflow"
import { Effect } from "effect"
import { assert } from "vitest"
import type { AnyNetwork } from "../../Network.ts"
import * as Start from "./Start.ts"
import { taskOf } from "./Task.ts"

/** A session of the network's training program, started from a key. */
const started = Effect.fnUntraced(function* (network: AnyNetwork) {
  const { batch, objective } = taskOf(network)
  const program = TrainingProgram.build(objective, {
    optimizer: { ...AdamW.defaults, weightDecay: 0 },
    precision: "float32",
    clusters: false
  })
  const session = yield* Session.open(program.graphDef)
  session.call(program.entries.init, { key: { values: Int32Array.of(3, 4) } })
  return {
    /** One step on the batch; gives the loss before it. */
    step: (n: number): number => {
      const { loss } = session.call(program.entries.train, {
        ...batch,
        key: { values: Int32Array.of(7, n) },
        learningRate: { values: Float32Array.of(1e-2) },
        step: { values: Float32Array.of(n) },
        maxGradientNorm: { values: Float32Array.of(0) }
      })
      return loss.values[0] ?? Number.NaN
    },
    /** of the parameters */
    values: (): Start.Values =>
      Start.valuesOf(
        session,
        program.variables.filter(({ trainable }) => trainable)
      )
  }
})

const steps = 200
/** of the first loss */
const learnt = 0.05

/** One batch is learnt by heart, and every parameter has a part in it: one that never moves is none of the network's. */
export const overfitsOneBatch = Effect.fnUntraced(function* (network: AnyNetwork) {
  const { step, values } = yield* started(network)
  const start = values()
  const before = step(1)
  let after = before
  for (let n = 2; n <= steps; n++) after = step(n)
  assert.isBelow(
    after,
    before * learnt,
    `loss ${before} at first, ${after} after ${steps} steps on one batch`
  )
  const still = [...values()].filter(([name, now]) => now.every((value, i) => value === start.get(name)?.[i]))
  assert.deepStrictEqual(
    still.map(([name]) => name),
    [],
    `parameters that ${steps} steps did not move`
  )
}, Effect.scoped)

/** Computing blocks again gives the same loss and gradients, with dropout too: the same values are dropped again. */
export const rematerializesTheSame = Effect.fnUntraced(function* (network: AnyNetwork) {
  const { batch, objective } = taskOf(network)
  const key = input("key", "int32", [2])
  const entry = (rematerialize: boolean) => {
    const terms = objective.terms({ precision: "float32", dropout: { rate: 0.2, key }, rematerialize })
    const loss = Object.values(terms)
      .map(({ values, weights }) => div(sum(mul(values, weights)), sum(weights)))
      .reduce((total, term) => add(total, term))
    const named = gradients(loss, network.parameters).map(
      (gradient, i) => [`gradient_${i}`, gradient] as const
    )
    return { inputs: { ...objective.inputs, key }, outputs: { loss, ...Object.fromEntries(named) } }
  }
  const program = Program.lower({ kept: entry(false), again: entry(true) }, { clusters: false })
  const session = yield* Session.open(program.graphDef)
  const given = { key: { values: Int32Array.of(3, 4) } }
  Start.write(session, program.variables, Start.stirred)
  const [kept, again] = (["kept", "again"] as const).map((name): Readonly<Record<string, Tensor>> =>
    session.call(program.entries[name], { ...batch, ...given })
  )
  const names = new Map(network.parameters.map(({ name }, i) => [`gradient_${i}`, `gradient of ${name}`]))
  for (const [output, { values }] of Object.entries(kept ?? {})) {
    const distance = apart(again?.[output]?.values ?? [], Float32Array.from(values))
    assert.isBelow(distance, 1e-5, names.get(output) ?? output)
  }
}, Effect.scoped)

/** Relative distance as vectors. */
const apart = (found: ArrayLike<number>, expected: Float32Array): number => {
  let [difference, norm] = [0, 0]
  for (const [i, value] of expected.entries()) {
    difference += ((found[i] ?? Number.NaN) - value) ** 2
    norm += value ** 2
  }
  return Math.sqrt(difference) / (Math.sqrt(norm) + 1e-7)
}

/** First values depend on the key and on the parameter's name alone. */
export const startsFromTheKeyAlone = Effect.fnUntraced(function* (network: AnyNetwork, deeper: AnyNetwork) {
  const none: Start.Values = new Map()
  const [first = none, other = none, again] = yield* Start.valuesFrom(network, [
    [3, 4],
    [3, 5],
    [3, 4]
  ])
  assert.deepStrictEqual(again, first, "the same key gives other bits")
  const random = network.parameters.filter(({ name }) => new Set(first.get(name)).size > 1)
  assert.isNotEmpty(random, "nothing starts at random")
  for (const { name } of random)
    assert.notDeepEqual(other.get(name), first.get(name), `${name} does not depend on the key`)
  assert.isAbove(deeper.parameters.length, network.parameters.length, "the deeper one is not deeper")
  const [deep = none] = yield* Start.valuesFrom(deeper, [[3, 4]])
  for (const [name, values] of first)
    assert.isTrue(
      equalButForScale(values, deep.get(name) ?? new Float32Array(0)),
      `${name} starts otherwise in a deeper network`
    )
})

/** GPT-2 divides first values by the root of the depth: the same draws by another scale are the same start. */
const equalButForScale = (a: Float32Array, b: Float32Array): boolean => {
  const at = a.findIndex((value) => value !== 0)
  const scale = at < 0 ? 1 : (b[at] ?? Number.NaN) / (a[at] ?? Number.NaN)
  const near = (value: number, i: number) =>
    Math.abs(value * scale - (b[i] ?? Number.NaN)) <= (scale === 1 ? 0 : 1e-6 * Math.abs(value))
  return a.length === b.length && scale > 0.5 && scale <= 1 && a.every(near)
}

/** As many sessions and tensors after as before. */
export const givesItsMemoryBack = Effect.fnUntraced(function* (network: AnyNetwork) {
  const { sessions, tensors } = Memory.counters()
  yield* Start.valuesFrom(network, [[3, 4]])
  assert.deepInclude(Memory.counters(), { sessions, tensors })
})
