// The problem of golden/make_optimizers.py and the optimizers it was given to, for whoever can run a program.
import { readFileSync } from "node:fs"
import * as g from "@inkstone/graph"

const [steps, rows] = [200, 5]

/** What the peers found: see golden/make_optimizers.py. */
export interface Trace {
  readonly losses: ReadonlyArray<number>
  readonly parameters: ReadonlyArray<number>
  /** with averaged weights, every tenth step */
  readonly averageLosses?: ReadonlyArray<number>
  readonly averages?: ReadonlyArray<number>
}
interface Golden extends Trace {
  /** how far the peer itself is from this in float32 */
  readonly float32: number
}

export const golden: Readonly<Record<string, Golden>> = JSON.parse(
  readFileSync(new URL("../golden/optimizers.json", import.meta.url), "utf8")
)

interface Case {
  readonly optimizer: g.Optimizer.Optimizer
  /** at its height, after 20 steps */
  readonly rate: number
  readonly clip?: number
  readonly ema?: number
  readonly groupOf?: g.Optimizer.GroupOf
}

const { Adafactor, AdamW, Lion, Sgd } = g
const shares: Readonly<Record<string, number>> = { w: 0.25, bias: 0.5, deep: 1 }
const fixed = { ...Adafactor.defaults, scaleParameter: false, relativeStep: false }
const scaled = { ...Adafactor.defaults, relativeStep: false, beta1: 0.9, weightDecay: 0.1 }

/** By their names in the golden file, what they ask of us. */
export const cases: Readonly<Record<string, Case>> = {
  adamw: { optimizer: AdamW.make(), rate: 0.02 },
  "adamw, clipped": { optimizer: AdamW.make(), rate: 0.02, clip: 0.5 },
  "adamw, a rate for each layer": {
    optimizer: AdamW.make(),
    rate: 0.02,
    groupOf: ({ name }) => ({ decays: false, rate: shares[name] ?? 1 })
  },
  "adamw, averaged": { optimizer: AdamW.make(), rate: 0.02, ema: 0.9 },
  "adafactor, relative": { optimizer: Adafactor.make(), rate: 1 },
  "adafactor, relative, warmed up": {
    optimizer: Adafactor.make({ ...Adafactor.defaults, warmupInit: true }),
    rate: 1
  },
  "adafactor, fixed rate": { optimizer: Adafactor.make(fixed), rate: 0.02 },
  "adafactor, momentum, decay, scaled": { optimizer: Adafactor.make(scaled), rate: 0.05 },
  "adafactor, low threshold": {
    optimizer: Adafactor.make({ ...fixed, clipThreshold: 0.5 }),
    rate: 0.02,
    clip: 0.5
  },
  lion: { optimizer: Lion.make({ ...Lion.defaults, weightDecay: 0.3 }), rate: 0.004 },
  "lion, clipped": {
    optimizer: Lion.make({ beta1: 0.95, beta2: 0.98, weightDecay: 0 }),
    rate: 0.004,
    clip: 0.5
  },
  sgd: { optimizer: Sgd.make({ momentum: 0, nesterov: false, weightDecay: 0 }), rate: 0.1 },
  "sgd, momentum, decay": { optimizer: Sgd.make({ ...Sgd.defaults, weightDecay: 0.01 }), rate: 0.02 },
  "sgd, Nesterov, clipped": {
    optimizer: Sgd.make({ momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
    rate: 0.05,
    clip: 0.5
  },
  "sgd, averaged": { optimizer: Sgd.make({ ...Sgd.defaults, momentum: 0.8 }), rate: 0.05, ema: 0.3 }
}

export const parameters = [
  g.parameter("w", [4, 3], g.Initializer.zeros),
  g.parameter("bias", [3], g.Initializer.zeros),
  g.parameter("deep", [2, 3, 2], g.Initializer.zeros)
] as const
const inputs = { x: g.input("x", "float32", ["B", 4]), y: g.input("y", "float32", ["B", 2]) }

/** tanh(x w + bias), squared too, each through its half of `deep`; the squared distance from y. */
const objective: g.Objective<typeof inputs, { readonly distance: g.Term }> = {
  parameters,
  inputs,
  terms: () => {
    const [w, bias, deep] = parameters
    const h = g.tanh(g.add(g.matmul(inputs.x, w), bias)) // [B, 3]
    const [plain = deep, squared = deep] = g.split(deep, 2, 0).map((half) => g.reshape(half, [3, 2]))
    const found = g.add(g.matmul(h, plain), g.matmul(g.square(h), squared)) // [B, 2]
    return {
      distance: {
        values: g.sum(g.square(g.sub(found, inputs.y)), { axes: [-1] }),
        weights: g.full(["B"], 1)
      }
    }
  }
}

const count = ({ shape }: g.Parameter) => shape.reduce((n, dim) => n * dim, 1)

/** Values of a parameter before the first step. */
export const startOf = (parameter: g.Parameter): Float64Array =>
  Float64Array.from({ length: count(parameter) }, (_, i) => 0.6 * Math.sin(1.7 * i + 0.4))

export const optionsOf = ({ ema, groupOf, optimizer }: Case, clusters: boolean) => ({
  optimizer,
  precision: "float32" as const,
  clusters,
  averaging: { decay: ema ?? 0 },
  ...(groupOf === undefined ? {} : { groupOf })
})
export const build = (one: Case, clusters: boolean) =>
  g.TrainingProgram.build(objective, optionsOf(one, clusters))
export const entriesOf = (one: Case) => g.TrainingProgram.entriesOf(objective, optionsOf(one, false))

/** What an entry is given at a step, by the names of its inputs. */
export type Feed = Readonly<
  Record<string, { readonly shape: ReadonlyArray<number>; readonly values: ReadonlyArray<number> }>
>

const batchAt = (step: number): Feed => ({
  x: {
    shape: [rows, 4],
    values: Array.from({ length: rows * 4 }, (_, n) => {
      const [b, i] = [Math.floor(n / 4), n % 4]
      return Math.sin(1.3 * step + 2.1 * b + 0.7 * i * i)
    })
  },
  y: {
    shape: [rows, 2],
    values: Array.from({ length: rows * 2 }, (_, n) => Math.cos(0.9 * step + Math.floor(n / 2) + 2 * (n % 2)))
  }
})
const scalar = (value: number) => ({ shape: [], values: [value] })

/** Whoever runs a program: entries change its variables, and give a number. */
export interface Runner {
  readonly train: (feed: Feed) => number
  readonly evaluateAverage: (feed: Feed) => number
  readonly read: (name: string) => ReadonlyArray<number>
}

/** 200 steps. */
export const trace = ({ clip = 0, ema, rate }: Case, runner: Runner): Trace => {
  const averageLosses: Array<number> = []
  const losses = Array.from({ length: steps }, (_, i) => {
    const step = i + 1
    const batch = batchAt(step)
    const loss = runner.train({
      ...batch,
      learningRate: scalar(rate * Math.min(1, step / 20)),
      step: scalar(step),
      maxGradientNorm: scalar(clip)
    })
    if (ema !== undefined && step % 10 === 0) averageLosses.push(runner.evaluateAverage(batch))
    return loss
  })
  const all = (ending: string) => parameters.flatMap(({ name }) => runner.read(`${name}${ending}`))
  const found = { losses, parameters: all("") }
  return ema === undefined ? found : { ...found, averageLosses, averages: all("/ema") }
}

const relative = (a: ReadonlyArray<number> = [], b: ReadonlyArray<number> = []) => {
  if (a.length !== b.length) return Number.NaN
  const size = Math.max(...b.map(Math.abs))
  return Math.max(...b.map((value, i) => Math.abs(value - (a[i] ?? Number.NaN)) / size))
}

/** The largest difference of two traces; of parameters, which may cross 0, as a share of the largest of them. */
export const difference = (found: Trace, expected: Trace): number => {
  return Math.max(
    ...found.losses.map((loss, i) => Math.abs(loss / (expected.losses[i] ?? Number.NaN) - 1)),
    relative(found.parameters, expected.parameters),
    ...(expected.averages === undefined
      ? []
      : [relative(found.averages, expected.averages), relative(found.averageLosses, expected.averageLosses)])
  )
}

const zeros = (shape: g.Tensor["shape"]) => {
  const numbers = shape.map(Number)
  return { shape: numbers, data: new Float64Array(numbers.reduce((n, dim) => n * dim, 1)) }
}

/** The program's reference evaluation, in float64. */
export const reference = (one: Case): Runner => {
  const { evaluateAverage, init, train } = entriesOf(one)
  const state = new Map<g.Tensor, g.Values>(
    (init.updates ?? []).map(([variable]) => [variable, zeros(variable.shape)])
  )
  for (const parameter of parameters)
    state.set(parameter, { shape: parameter.shape, data: startOf(parameter) })
  const run = (entry: g.Program.Entry, feed: Feed, outputs: ReadonlyArray<g.Tensor>) => {
    const given = new Map(state)
    for (const [name, input] of Object.entries(entry.inputs)) {
      const { shape, values } = feed[name] ?? { shape: [2], values: [0, 0] }
      given.set(input, { shape, data: Float64Array.from(values) })
    }
    return g.Interpreter.evaluate(outputs, given, { B: rows })
  }
  return {
    train: (feed) => {
      const [loss, ...values] = run(train, feed, [
        train.outputs.loss,
        ...train.updates.map(([, value]) => value)
      ])
      for (const [i, [variable]] of train.updates.entries()) {
        const value = values[i]
        if (value !== undefined) state.set(variable, value)
      }
      return loss?.data[0] ?? Number.NaN
    },
    evaluateAverage: (feed) => {
      const [values] = run(evaluateAverage, feed, [evaluateAverage.outputs.distance])
      return (values?.data.reduce((sum, value) => sum + value, 0) ?? Number.NaN) / rows
    },
    read: (name) => [...([...state].find(([variable]) => variable.name === name)?.[1].data ?? [])]
  }
}
