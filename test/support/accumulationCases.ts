// One step of each objective of language models by each optimizer: of all rows at once, and in parts whose gradients are added up.
// In float64, so that what remains between the two is rounding alone.
import * as g from "@inkstone/graph"
import { Bert, causal, Gpt2, maskedLanguage, T5, textToText } from "@inkstone/model-zoo"

const small = { vocabSize: 20, contextLength: 8, layers: 1, heads: 2, channels: 8 }
const gpt2 = () => Gpt2.build({ ...small, layerNormEpsilon: 1e-5 })
const bert = () =>
  Bert.build({
    ...small,
    innerChannels: 8,
    segments: 1,
    paddingId: 0,
    head: "masked-language",
    labels: 2,
    layerNormEpsilon: 1e-5
  })
const t5 = () =>
  T5.build({
    ...small,
    decoderLayers: 1,
    headChannels: 4,
    innerChannels: 8,
    feedForward: "relu",
    head: "scaled",
    buckets: 4,
    maxDistance: 8,
    normEpsilon: 1e-6,
    startId: 0
  })

export const objectives: Readonly<Record<string, () => g.Objective>> = {
  causal: () => causal(gpt2()),
  masked: () => maskedLanguage(bert()),
  "text to text": () => textToText(t5())
}
export const optimizers: Readonly<Record<string, g.Optimizer.Optimizer>> = {
  adamw: g.AdamW.make(),
  // above rounding, which is all the gradient there is of what attention adds to all keys
  adafactor: g.Adafactor.make({ ...g.Adafactor.defaults, epsilon: 1e-12, beta1: 0.9, weightDecay: 0.1 }),
  lion: g.Lion.make({ ...g.Lion.defaults, weightDecay: 0.1 }),
  sgd: g.Sgd.make({ ...g.Sgd.defaults, weightDecay: 0.1 })
}
/** Rows of each batch of a window; the last one of some is short. */
export const windows: ReadonlyArray<ReadonlyArray<number>> = [[5], [1, 1, 1, 1, 1], [2, 2, 1], [4, 1]]

const rows = 5
const sizes: g.Dimension.Bindings = { T: 4, S: 3, P: 2 }
/** Any numbers below 1 that are as good as random. */
const scattered = (i: number, salt: number) => {
  const x = Math.sin(i * 12.9898 + salt * 78.233) * 43_758.5453
  return x - Math.floor(x)
}

/** What an input is given for some of the rows, which do not all weigh the same. */
const given = ({ dtype, name, shape }: g.Input, from: number, to: number): g.Values => {
  const all = shape.map((size) => g.Dimension.evaluate(size, { ...sizes, B: rows }))
  const each = all.slice(1).reduce((n, size) => n * size, 1)
  const salt = name.length
  const numbers = Float64Array.from({ length: rows * each }, (_, i) => {
    // a sum of 8, so that a mean is exact where all else is
    if (name === "weights" && each === 1) return i === rows - 1 ? 4 : 1
    if (name === "weights") return i % each <= Math.floor(i / each) % each ? 1 : 0
    if (dtype === "bool") return 1
    return name === "places" ? i % each : 1 + Math.floor(19 * scattered(i, salt))
  })
  return { shape: [to - from, ...all.slice(1)], data: numbers.slice(from * each, to * each) }
}

type State = Map<g.Tensor, g.Values>
const sizeOf = (shape: g.Tensor["shape"]) => shape.reduce<number>((n, size) => n * Number(size), 1)
const start = ({ updates = [] }: g.Program.Entry): State =>
  new Map(
    updates.map(([variable]) => [
      variable,
      {
        shape: variable.shape.map(Number),
        data: Float64Array.from({ length: sizeOf(variable.shape) }, (_, i) =>
          "trainable" in variable ? (1 + Math.floor(8 * scattered(i, variable.name.length))) / 16 : 0
        )
      }
    ])
  )

const scalar = (value: number): g.Values => ({ shape: [], data: Float64Array.of(value) })
/** Changes the state as a run of the entry does. */
const run = (
  state: State,
  { inputs, updates = [] }: g.Program.Entry,
  { B, ...numbers }: { readonly B: number; readonly [name: string]: g.Values | number }
): void => {
  const known = new Map(state)
  for (const [name, tensor] of Object.entries(inputs)) {
    const values = numbers[name]
    known.set(tensor, typeof values === "object" ? values : scalar(values ?? 0))
  }
  const found = g.Interpreter.evaluate(
    updates.map(([, value]) => value),
    known,
    { ...sizes, B }
  )
  for (const [i, [variable]] of updates.entries()) state.set(variable, found[i] ?? scalar(Number.NaN))
}

/** A linear layer whose numbers are whole or parts of 16, so that sums in any order are the same to the last bit. */
export const whole = (): { readonly objective: g.Objective; readonly optimizer: g.Optimizer.Optimizer } => {
  const inputs = {
    x: g.input("x", "int32", ["B", 4]),
    targets: g.input("targets", "int32", ["B", 2]),
    weights: g.input("weights", "float32", ["B"])
  }
  const w = g.parameter("w", [4, 2], g.Initializer.zeros)
  const terms = () => {
    const said = g.matmul(g.cast(inputs.x, "float32"), w) // [B, 2]
    const apart = g.square(g.sub(said, g.cast(inputs.targets, "float32")))
    return { nats: { values: g.sum(apart, { axes: [1] }), weights: inputs.weights } }
  }
  const optimizer = g.Sgd.make({ momentum: 0.5, nesterov: true, weightDecay: 0 })
  return { objective: { parameters: [w], inputs, terms }, optimizer }
}

interface Moving {
  readonly learningRate: number
  readonly maxGradientNorm: number
}

/** Largest relative distance of weights and slots after two steps in parts from those after two whole ones. */
export const distance = (
  objective: g.Objective,
  optimizer: g.Optimizer.Optimizer,
  window: ReadonlyArray<number>,
  moving: Moving = { learningRate: 0.01, maxGradientNorm: 0.5 }
): number => {
  const entries = g.TrainingProgram.entriesOf(objective, {
    optimizer,
    precision: "float32",
    clusters: false,
    accumulation: true
  })
  const batch = (from: number, to: number) =>
    Object.fromEntries(
      Object.entries(objective.inputs).map(([name, input]) => [name, given(input, from, to)])
    )
  const ends = window.map((_, i) => window.slice(0, i + 1).reduce((a, b) => a + b))
  const total = Array.from(batch(0, rows)["weights"]?.data ?? []).reduce((sum, weight) => sum + weight, 0)
  const [whole, parts] = [start(entries.init), start(entries.init)]
  for (const step of [1, 2]) {
    run(whole, entries.train, { B: rows, ...batch(0, rows), ...moving, step })
    for (const [i, to] of ends.entries()) {
      const from = ends[i - 1] ?? 0
      const first = i === 0 ? 1 : 0
      run(parts, entries.accumulate, { B: to - from, ...batch(from, to), natsTotal: total, first })
    }
    run(parts, entries.apply, { B: rows, ...moving, step })
  }
  const gradientOf = new Map([...parts].map(([{ name }, { data }]) => [name, data]))
  let largest = 0
  for (const [variable, { data }] of whole) {
    if ("scratch" in variable) continue
    const gradient = gradientOf.get(`${variable.name}/gradient`) ?? []
    // what attention adds to all keys has no gradient but rounding, whose sign is enough for Lion to take a step
    const counts = (_: number, i: number) => Math.abs(gradient[i] ?? 1) > 1e-12
    const expected = Array.from(data).filter(counts)
    const found = Array.from(parts.get(variable)?.data ?? []).filter(counts)
    const norm = Math.hypot(...expected)
    const apart = Math.hypot(...expected.map((value, i) => value - (found[i] ?? Number.NaN)))
    // a slot that is 0 but for rounding is not held against itself
    if (!(norm <= 1e-12 && apart <= 1e-12)) largest = Math.max(largest, apart / norm)
  }
  return largest
}
