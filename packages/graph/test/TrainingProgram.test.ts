// What a training program offers whoever runs it, seen in float64: what an evaluation gives, and which parameters move when.
import { describe, expect, it } from "vitest"
import * as g from "../src/index.ts"
import { TrainingProgram } from "../src/index.ts"

/** Two layers without bias: y = x a b, learned as a class of two. */
const a = g.parameter("a", [2, 2], g.Initializer.ones)
const b = g.parameter("b", [2, 2], g.Initializer.ones)
const inputs = {
  x: g.input("x", "float32", ["B", 2]),
  labels: g.input("labels", "int32", ["B"]),
  weights: g.input("weights", "float32", ["B"])
}
let timesRun = 0
const logits = g.sharing(() => {
  timesRun += 1
  return g.matmul(g.matmul(inputs.x, a), b)
})
const objective = {
  parameters: [a, b],
  inputs,
  terms: (run: g.Run) => ({
    nats: { values: g.crossEntropy(logits(run), inputs.labels), weights: inputs.weights }
  }),
  predictions: (run: g.Run) => ({ predicted: g.argmax(logits(run)) })
} satisfies g.Objective

const options = { optimizer: g.AdamW.defaults, precision: "float32", clusters: false } as const
const array = (shape: ReadonlyArray<number>, ...data: ReadonlyArray<number>): g.Values => ({
  shape,
  data: Float64Array.from(data)
})

/** All variables of a program, which an entry reads and changes. */
class State {
  readonly values = new Map<g.Tensor, g.Values>([
    [a, array([2, 2], 0.3, -0.2, 0.5, 0.1)],
    [b, array([2, 2], 0.2, 0.4, -0.6, 0.3)]
  ])
  constructor({ updates = [] }: g.Program.Entry) {
    for (const [variable] of updates)
      if (!this.values.has(variable))
        this.values.set(
          variable,
          array(
            variable.shape.map(Number),
            ...Array.from(
              { length: variable.shape.reduce<number>((n, size) => n * Number(size), 1) },
              () => 0
            )
          )
        )
  }
  run(entry: g.Program.Entry, step = 1): ReadonlyMap<string, g.Values> {
    const given = new Map(this.values)
    const numbers: Readonly<Record<string, g.Values>> = {
      x: array([3, 2], 1, 2, -1, 0.5, 0.3, -2),
      labels: array([3], 0, 1, 1),
      weights: array([3], 1, 1, 0),
      natsTotal: array([], 2),
      first: array([], 1),
      learningRate: array([], 0.1),
      step: array([], step),
      maxGradientNorm: array([], 0)
    }
    for (const [name, tensor] of Object.entries(entry.inputs)) {
      const values = numbers[name]
      if (values !== undefined) given.set(tensor, values)
    }
    const { outputs, updates = [] } = entry
    const found = g.Interpreter.evaluate(
      [...Object.values(outputs), ...updates.map(([, value]) => value)],
      given,
      { B: 3 }
    )
    const count = Object.keys(outputs).length
    for (const [i, [variable]] of updates.entries()) {
      const value = found[count + i]
      if (value !== undefined) this.values.set(variable, value)
    }
    return new Map(Object.keys(outputs).flatMap((name, i) => (found[i] ? [[name, found[i]]] : [])))
  }
  of(name: string): ReadonlyArray<number> {
    for (const [tensor, { data }] of this.values) if (tensor.name === name) return [...data]
    throw new RangeError(name)
  }
}

const names = (entry: g.Program.Entry) => (entry.updates ?? []).map(([{ name }]) => name)
const named = (name: string) => (parameter: g.Parameter) => parameter.name === name

describe("an evaluation", () => {
  it("gives what each prediction costs, what it weighs and what was said, from one run of the network", () => {
    timesRun = 0
    const { evaluate, init } = TrainingProgram.entriesOf(objective, options)
    const found = new State(init).run(evaluate)
    expect([...found.keys()]).toEqual(["nats", "natsWeights", "predicted"])
    expect([...(found.get("natsWeights")?.data ?? [])]).toEqual([1, 1, 0])
    expect([...(found.get("predicted")?.data ?? [])]).toHaveLength(3)
    // once for the steps, once for the evaluation
    expect(timesRun).toBe(2)
  })
  it("refuses predictions that are called as a term is", () => {
    const twice = { ...objective, predictions: () => ({ natsWeights: inputs.weights }) }
    expect(() => TrainingProgram.entriesOf(twice, options)).toThrow(/gives natsWeights twice/)
  })
  it("is held without knowing the objective", () => {
    const held: TrainingProgram.TrainingProgram = TrainingProgram.build(objective, options)
    const windowed: TrainingProgram.TrainingProgram<
      g.Objective,
      TrainingProgram.Options & { readonly accumulation: true }
    > = TrainingProgram.build(objective, { ...options, accumulation: true })
    expect(Object.keys(held.entries.evaluate.outputs)).toEqual(["nats", "natsWeights", "predicted"])
    expect(Object.keys(windowed.entries.apply.outputs)).toEqual(["loss", "gradientNorm"])
  })
})

describe("parameters that are not trained", () => {
  const head = { ...options, trained: named("b") }
  it("stay as they are, without gradient, slots or average, and are variables that init sets", () => {
    const entries = TrainingProgram.entriesOf(objective, {
      ...head,
      averaging: { decay: 0.9 },
      accumulation: true
    })
    expect(names(entries.train).toSorted()).toEqual(["b", "b/adam_m", "b/adam_v", "b/ema"])
    expect(names(entries.accumulate).toSorted()).toEqual(["b/gradient", "window/loss"])
    expect(names(entries.init).toSorted()).toEqual([
      "a",
      "b",
      "b/adam_m",
      "b/adam_v",
      "b/ema",
      "b/gradient",
      "window/loss"
    ])
    const state = new State(entries.init)
    const before = state.of("b")
    state.run(entries.train)
    expect(state.of("a")).toEqual([0.3, -0.2, 0.5, 0.1])
    expect(state.of("b")).not.toEqual(before)
    // averages of what moves, itself of what does not
    const [own, averaged] = [state.run(entries.evaluate), state.run(entries.evaluateAverage)]
    expect(averaged.get("nats")?.data).toEqual(own.get("nats")?.data)
  })
  it("are written by restore, as all of the model are", () => {
    const { variables } = TrainingProgram.build(objective, head)
    expect(variables.flatMap(({ name, trainable }) => (trainable ? [name] : [])).toSorted()).toEqual([
      "a",
      "b"
    ])
  })
  it("move whatever else is trained as if they had none to share the norm with", () => {
    const alone = TrainingProgram.entriesOf(objective, head)
    const found = new State(alone.init).run(alone.train)
    const both = TrainingProgram.entriesOf(objective, options)
    const whole = new State(both.init).run(both.train)
    expect(found.get("loss")?.data).toEqual(whole.get("loss")?.data)
    expect(found.get("gradientNorm")?.data[0]).toBeLessThan(whole.get("gradientNorm")?.data[0] ?? 0)
  })
  it("cannot be all of them", () => {
    expect(() => TrainingProgram.build(objective, { ...options, trained: () => false })).toThrow(
      /no parameter moves/
    )
  })
})

const optimizers = {
  adamw: g.AdamW.make(),
  adafactor: g.Adafactor.make(),
  lion: g.Lion.make(),
  sgd: g.Sgd.make()
}
describe.each(Object.entries(optimizers))("phases with %s", (_, optimizer) => {
  const phases = [{ until: 2, trained: named("b") }]
  const phased = TrainingProgram.entriesOf(objective, { ...options, optimizer, phases, accumulation: true })
  const frozen = TrainingProgram.entriesOf(objective, { ...options, optimizer, trained: phases[0]!.trained })

  const train = (state: State, entries: typeof phased, step: number) => {
    const name = `train${TrainingProgram.suffixAt(phases, step)}` as const
    const entry = name === "train" ? entries.train : entries[name]
    if (entry === undefined) throw new RangeError(name)
    state.run(entry, step)
  }

  it("move what they name and no more, as a program does that trains only this", () => {
    const [one, other] = [new State(phased.init), new State(frozen.init)]
    for (const step of [1, 2]) {
      train(one, phased, step)
      other.run(frozen.train, step)
    }
    expect(one.of("a")).toEqual([0.3, -0.2, 0.5, 0.1])
    expect(one.of("b")).toEqual(other.of("b"))
  })
  it("let a parameter take its first step when it begins, as step 1 of its own", () => {
    const state = new State(phased.init)
    for (const step of [1, 2]) train(state, phased, step)
    // a program that starts here: b's slots are not its own, but a's are
    const fresh = TrainingProgram.entriesOf(objective, { ...options, optimizer })
    const begun = new State(fresh.init)
    const b2 = [...state.values].find(([{ name }]) => name === "b")?.[1]
    if (b2 !== undefined) begun.values.set(b, b2)
    train(state, phased, 3)
    begun.run(fresh.train, 1)
    for (const [i, value] of begun.of("a").entries()) expect(state.of("a")[i]).toBeCloseTo(value, 12)
  })
  it("add up gradients of what moves, to the same step", () => {
    const [whole, parts] = [new State(phased.init), new State(phased.init)]
    for (const step of [1, 2, 3]) {
      train(whole, phased, step)
      const suffix = TrainingProgram.suffixAt(phases, step)
      const [accumulate, apply] =
        suffix === ""
          ? [phased.accumulate, phased.apply]
          : [phased[`accumulate${suffix}`], phased[`apply${suffix}`]]
      if (accumulate === undefined || apply === undefined) throw new RangeError(suffix)
      parts.run(accumulate, step)
      parts.run(apply, step)
    }
    for (const name of ["a", "b"])
      for (const [i, value] of whole.of(name).entries()) expect(parts.of(name)[i]).toBeCloseTo(value, 12)
  })
})

const build = (phases: ReadonlyArray<TrainingProgram.Phase>) => () =>
  TrainingProgram.build(objective, { ...options, phases })

describe.each(Object.entries(optimizers))("the norm of an update by %s", (_, optimizer) => {
  const asked = { ...options, optimizer, updateNorm: true }
  const assignments = (updateNorm: boolean) => {
    const { graphDef } = TrainingProgram.build(objective, { ...asked, updateNorm, clusters: true })
    return Buffer.from(graphDef).toString("latin1").split("train/assign/").length
  }
  it("is how far all weights moved", () => {
    const { init, train } = TrainingProgram.entriesOf(objective, asked)
    const state = new State(init)
    const weights = () => ["a", "b"].flatMap((name) => state.of(name))
    const before = weights()
    const found = state.run(train).get("updateNorm")?.data[0]
    const ways = weights().map((value, i) => value - (before[i] ?? 0))
    expect(found).toBeCloseTo(Math.hypot(...ways), 12)
    expect(found).toBeGreaterThan(0)
  })
  it("leaves weights to be written where they are", () => {
    expect(assignments(true)).toBe(assignments(false))
  })
})

describe("the rate that adafactor makes of the step", () => {
  it.each([true, false])("is what one weight moves by, warmed up %s", (warmupInit) => {
    const optimizer = g.Adafactor.make({ ...g.Adafactor.defaults, scaleParameter: false, warmupInit })
    const w = g.parameter("w", [1], g.Initializer.zeros)
    const inputs = {
      learningRate: g.input("learningRate", "float32", []),
      step: g.input("step", "float32", []),
      maxGradientNorm: g.input("maxGradientNorm", "float32", [])
    }
    const { update, variables } = optimizer.bind([w])
    const moved = update([g.vector([0.3])], inputs).updates.find(([variable]) => variable === w)?.[1] ?? w
    for (const step of [1, 5, 9000, 1e6, 1e8]) {
      const given = new Map<g.Tensor, g.Values>(variables.map((variable) => [variable, array([1], 0)]))
      given.set(inputs.learningRate, array([], 7)).set(inputs.step, array([], step))
      given.set(inputs.maxGradientNorm, array([], 0))
      const [found] = g.Interpreter.evaluate([moved], given)
      const rate = g.Adafactor.relativeRate({ warmupInit }, step)
      expect(-(found?.data[0] ?? 0) / rate).toBeCloseTo(1, 12)
    }
  })
})

describe("phases that do not follow each other", () => {
  it("are refused", () => {
    expect(build([{ until: 0, trained: named("b") }])).toThrow(/phase 0 ends with step 0/)
    expect(build([{ until: 5, trained: named("c") }])).toThrow(/no parameter moves in phase 0/)
    expect(
      build([
        { until: 5, trained: named("b") },
        { until: 9, trained: named("a") }
      ])
    ).toThrow(/b moves in phase 0, but not in phase 1/)
  })
})
