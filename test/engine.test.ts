// The engine end to end: what operations, gradients and programs mean is said by the float64 reference; TensorFlow must agree,
// kernel by kernel and compiled by XLA.
import { assert, describe, it } from "@effect/vitest"
import * as g from "@inkstone/graph"
import { Session } from "@inkstone/tensorflow"
import { setup } from "@inkstone/tensorflow/testkit"
import { Effect } from "effect"
import { beforeAll } from "vitest"

beforeAll(setup, 1_800_000) // downloads the native library if it is not there

const a = g.input("a", "float32", ["B", 4])
const b = g.input("b", "float32", ["B", 4])
const row = g.input("row", "float32", [4])
const square = g.input("square", "float32", [4, 4])
const cube = g.input("cube", "float32", ["B", 2, 4])
const ids = g.input("ids", "int32", ["B"])
const inputs = { a, b, row, square, cube, ids }

const positive = (x: g.Tensor) => g.add(g.square(x), 0.5)

/** Every operation, with a symbolic size where it can have one. */
const operations: Readonly<Record<string, g.Tensor>> = {
  add: g.add(a, row),
  sub: g.sub(a, b),
  mul: g.mul(cube, row),
  div: g.div(a, positive(b)),
  maximum: g.maximum(a, b),
  minimum: g.minimum(a, row),
  negate: g.negate(a),
  exp: g.exp(a),
  log: g.log(positive(a)),
  sqrt: g.sqrt(positive(a)),
  rsqrt: g.rsqrt(positive(a)),
  square: g.square(a),
  tanh: g.tanh(a),
  sigmoid: g.sigmoid(a),
  pow: g.pow(positive(a), 1.5),
  where: g.where(g.greater(a, b), a, row),
  equal: g.equal(g.reshape(g.range("B"), ["B", 1]), g.range(4)),
  less: g.less(a, b),
  lessEqual: g.lessEqual(a, b),
  greaterEqual: g.greaterEqual(a, b),
  logicalAnd: g.logicalAnd(g.greater(a, 0), g.less(b, 0)),
  cast: g.cast(g.mul(a, 3), "int32"),
  matmul: g.matmul(a, square),
  matmulTransposed: g.matmul(a, b, { transposeA: true }),
  matmulBatched: g.matmul(cube, cube, { transposeB: true }),
  matmulShared: g.matmul(cube, square, { transposeB: true }),
  sum: g.sum(cube, { axes: [0, 2] }),
  sumKept: g.sum(cube, { axes: [1], keep: true }),
  sumOfSquares: g.sumOfSquares(cube),
  mean: g.mean(cube, { axes: [0] }),
  max: g.max(a, { axes: [-1] }),
  argmax: g.argmax(a),
  reshape: g.reshape(cube, [2, "B", 4]),
  transpose: g.transpose(cube, [2, 0, 1]),
  broadcastTo: g.broadcastTo(row, ["B", 2, 4]),
  slice: g.slice(a, { axis: 0, from: 1, size: g.Dimension.minus("B", 1) }),
  pad: g.pad(a, { axis: 0, before: 1, after: 2 }),
  concat: g.concat([a, b, g.reshape(row, [1, 4])], 0),
  gather: g.gather(square, ids),
  scatterAdd: g.scatterAdd(square, ids, a),
  full: g.add(g.full(["B", 4], 2.5), a),
  range: g.range("B"),
  sizeOf: g.sizeOf("B"),
  vector: g.vector([1, -2, 3]),
  standalone: g.exp(g.standalone(a)),
  gelu: g.gelu(a),
  softmax: g.softmax(a, { scale: 0.3 }),
  softmaxMasked: g.softmax(square, { mask: g.causalMask(4) }),
  layerNorm: g.layerNorm(cube, { gain: row, bias: row, epsilon: 1e-5 }),
  crossEntropy: g.crossEntropy(a, ids)
}

const numbers = (seed: number, count: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(seed * 37 + i * 12.9898) * 1.5)
const B = 3
const given = {
  a: { shape: [B, 4], values: numbers(1, 12) },
  b: { shape: [B, 4], values: numbers(2, 12) },
  row: { shape: [4], values: numbers(3, 4) },
  square: { shape: [4, 4], values: numbers(4, 16) },
  cube: { shape: [B, 2, 4], values: numbers(5, 24) },
  ids: { shape: [B], values: Int32Array.of(2, 0, 2) }
}
const reference = new Map<g.Tensor, g.Values>(
  (
    [
      [a, given.a],
      [b, given.b],
      [row, given.row],
      [square, given.square],
      [cube, given.cube],
      [ids, given.ids]
    ] as const
  ).map(([tensor, { shape, values }]) => [tensor, { shape, data: Float64Array.from(values) }])
)

const isFloat = (tensor: g.Tensor) => tensor.dtype === "float32"
/** Of each float operation: the gradient of its mean square towards every float input. */
const towards: Readonly<Record<string, g.Tensor>> = Object.fromEntries(
  Object.entries(operations)
    .filter(([, tensor]) => isFloat(tensor))
    .flatMap(([name, tensor]) =>
      g
        .gradients(g.mean(g.square(tensor)), Object.values(inputs).filter(isFloat))
        .map((gradient, i) => [`${name}_${i}`, gradient] as const)
    )
)

const agree = (found: ArrayLike<number>, expected: ArrayLike<number>, name: string) => {
  assert.strictEqual(found.length, expected.length, name)
  for (let i = 0; i < expected.length; i++) {
    const value = expected[i] ?? Number.NaN
    assert.approximately(found[i] ?? Number.NaN, value, 2e-5 * Math.max(1, Math.abs(value)), name)
  }
}

describe.each([false, true])("with clusters %s", (clusters) => {
  it.effect.each([
    ["operation", operations],
    ["gradient", towards]
  ] as const)("TensorFlow agrees with the reference on every %s", ([, tensors]) =>
    Effect.gen(function* () {
      const program = g.Program.lower({ run: { inputs, outputs: tensors } }, { clusters })
      const session = yield* Session.open(program.graphDef)
      const found = session.call(program.entries.run, given)
      const expected = g.Interpreter.evaluate(Object.values(tensors), reference, { B })
      for (const [i, name] of Object.keys(tensors).entries()) {
        const { data, shape } = expected[i] ?? { shape: [], data: [] }
        assert.deepStrictEqual(found[name]?.shape, shape, name)
        agree(found[name]?.values ?? [], data, name)
      }
    })
  )
})

describe("a program", () => {
  const counter = g.variable("counter", "float32", [2], g.Initializer.constantly(5))
  const by = g.input("by", "float32", [])
  const program = g.Program.lower(
    {
      start: { inputs: {}, outputs: {}, updates: [[counter, g.full([2], 5)]] },
      count: { inputs: { by }, outputs: { before: counter }, updates: [[counter, g.add(counter, by)]] }
    },
    { clusters: false }
  )

  it.effect("keeps variables between runs, and reads them as they were before the run", () =>
    Effect.gen(function* () {
      const session = yield* Session.open(program.graphDef)
      session.call(program.entries.start, {})
      const count = () =>
        session.call(program.entries.count, { by: { values: Float32Array.of(2) } }).before.values
      assert.deepStrictEqual([...count()], [5, 5])
      assert.deepStrictEqual([...count()], [7, 7])
      const [variable] = program.variables
      assert.strictEqual(variable?.name, "counter")
      if (variable === undefined) return
      assert.deepStrictEqual([...session.call(variable.read, {}).value.values], [9, 9])
      session.call(variable.write, { value: { values: Float32Array.of(1, 2) } })
      assert.deepStrictEqual([...count()], [1, 2])
    })
  )

  it.effect("draws the same numbers from the same key and other ones from another", () =>
    Effect.gen(function* () {
      const key = g.input("key", "int32", [2])
      const drawn = (name: string) => g.randomNormal([1000], g.keyFor(key, name))
      const { entries, graphDef } = g.Program.lower(
        { draw: { inputs: { key }, outputs: { x: drawn("x"), again: drawn("x"), y: drawn("y") } } },
        { clusters: false }
      )
      const session = yield* Session.open(graphDef)
      const draw = (seed: number) => session.call(entries.draw, { key: { values: Int32Array.of(seed, 0) } })
      const { again, x, y } = draw(1)
      assert.deepStrictEqual(again.values, x.values)
      assert.deepStrictEqual(draw(1).x.values, x.values)
      assert.notDeepEqual(draw(2).x.values, x.values)
      assert.notDeepEqual(y.values, x.values)
      const mean = Array.from(x.values).reduce((sum, value) => sum + value, 0) / 1000
      const variance = Array.from(x.values).reduce((sum, value) => sum + (value - mean) ** 2, 0) / 1000
      assert.approximately(mean, 0, 0.15) // 4.7 standard errors
      assert.approximately(variance, 1, 0.21)
    })
  )
})
