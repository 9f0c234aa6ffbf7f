// What a network is like under training. Each claim fails by an assertion.
import { AdamW, TrainingProgram } from "@inkstone/graph"
import { Memory, Session } from "@inkstone/tensorflow"
import { Effect } from "effect"
import { assert } from "vitest"
import type { AnyNetwork } from "../../Network.ts"
import { taskOf } from "./Task.ts"

type Values = ReadonlyMap<string, Float32Array>

/** A session of the network's training program, started from a key. */
export const started = Effect.fnUntraced(function* (
  network: AnyNetwork,
  options: Partial<TrainingProgram.Options> & { readonly key?: readonly [number, number] } = {}
) {
  const { key = [3, 4], ...rest } = options
  const { batch, objective } = taskOf(network)
  const program = TrainingProgram.build(objective, {
    optimizer: { ...AdamW.defaults, weightDecay: 0 },
    precision: "float32",
    clusters: false,
    ...rest
  })
  const session = yield* Session.open(program.graphDef)
  session.call(program.entries.init, { key: { values: Int32Array.from(key) } })
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
    /** Numbers of the parameters, or of their slots of that name. */
    values: (slot = ""): Values =>
      new Map(
        network.parameters.map(({ name }) => {
          const variable = program.variables.find((variable) => variable.name === `${name}${slot}`)
          const values = variable === undefined ? [] : session.call(variable.read, {}).value.values
          return [name, Float32Array.from(values)]
        })
      )
  }
})

const steps = 200
/** of the first loss */
const learnt = 0.05

/** One batch is learnt by heart, so every part that must learn can. */
export const overfitsOneBatch = Effect.fnUntraced(function* (network: AnyNetwork) {
  const { step } = yield* started(network)
  const before = step(1)
  let after = before
  for (let n = 2; n <= steps; n++) after = step(n)
  assert.isBelow(
    after,
    before * learnt,
    `loss ${before} at first, ${after} after ${steps} steps on one batch`
  )
}, Effect.scoped)

/** Every parameter gets a gradient: one that gets none is not part of the network. */
export const everyParameterLearns = Effect.fnUntraced(function* (network: AnyNetwork) {
  const { step, values } = yield* started(network)
  const before = values()
  for (let n = 1; n <= 3; n++) step(n)
  const still = [...values()].filter(([name, now]) =>
    now.every((value, i) => value === before.get(name)?.[i])
  )
  assert.deepStrictEqual(
    still.map(([name]) => name),
    [],
    "parameters that three steps did not move"
  )
}, Effect.scoped)

/** Computing blocks again gives the same loss and gradients, with dropout too: the same values are dropped again. */
export const rematerializesTheSame = Effect.fnUntraced(function* (network: AnyNetwork) {
  const run = (rematerialize: boolean) =>
    Effect.scoped(
      Effect.map(started(network, { dropout: 0.2, rematerialize }), ({ step, values }) => ({
        loss: step(1),
        // the first moment after one step is the gradient times 1 - beta1
        gradients: values("/adam_m")
      }))
    )
  const [kept, again] = [yield* run(false), yield* run(true)]
  assert.approximately(again.loss, kept.loss, 1e-6 * Math.abs(kept.loss), "loss")
  for (const [name, expected] of kept.gradients) {
    const distance = apart(again.gradients.get(name) ?? new Float32Array(0), expected)
    assert.isBelow(distance, 1e-5, `gradient of ${name}`)
  }
})

/** Relative distance as vectors. */
const apart = (found: Float32Array, expected: Float32Array): number => {
  let [difference, norm] = [0, 0]
  for (const [i, value] of expected.entries()) {
    difference += ((found[i] ?? Number.NaN) - value) ** 2
    norm += value ** 2
  }
  return Math.sqrt(difference) / (Math.sqrt(norm) + 1e-7)
}

const startOf = (network: AnyNetwork, key: readonly [number, number]) =>
  Effect.scoped(Effect.map(started(network, { key }), ({ values }) => values()))

/** First values depend on the key and on the parameter's name alone. */
export const startsFromTheKeyAlone = Effect.fnUntraced(function* (network: AnyNetwork, deeper: AnyNetwork) {
  const first = yield* startOf(network, [3, 4])
  assert.deepStrictEqual(yield* startOf(network, [3, 4]), first, "the same key gives other bits")
  const other = yield* startOf(network, [3, 5])
  const random = network.parameters.filter(({ name }) => new Set(first.get(name)).size > 1)
  assert.isNotEmpty(random, "nothing starts at random")
  for (const { name } of random)
    assert.notDeepEqual(other.get(name), first.get(name), `${name} does not depend on the key`)
  assert.isAbove(deeper.parameters.length, network.parameters.length, "the deeper one is not deeper")
  const deep = yield* startOf(deeper, [3, 4])
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
  const use = Effect.scoped(Effect.map(started(network), ({ step }) => step(1)))
  yield* use
  const { sessions, tensors } = Memory.counters()
  yield* use
  assert.deepInclude(Memory.counters(), { sessions, tensors })
})
