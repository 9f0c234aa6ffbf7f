// Every operation and layer on TensorFlow: what they mean is said by the float64 reference; kernel by kernel, and compiled by
// XLA, TensorFlow must agree, on their gradients too.
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as g from "@inkstone/graph"
import { sorted } from "@inkstone/graph/Tensor"
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
const whole = g.input("whole", "int32", ["B", 4])
const inputs = { a, b, row, square, cube, ids, whole }
const key = g.vector([3, -5], "int32")

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
  cos: g.cos(a),
  sin: g.sin(a),
  abs: g.abs(a),
  floor: g.floor(g.mul(a, 3)),
  erf: g.erf(a),
  pow: g.pow(positive(a), 1.5),
  where: g.where(g.greater(a, b), a, row),
  equal: g.equal(g.reshape(g.range("B"), ["B", 1]), g.range(4)),
  notEqual: g.notEqual(g.reshape(g.range("B"), ["B", 1]), g.range(4)),
  less: g.less(a, b),
  lessEqual: g.lessEqual(a, b),
  greaterEqual: g.greaterEqual(a, b),
  logicalAnd: g.logicalAnd(g.greater(a, 0), g.less(b, 0)),
  logicalOr: g.logicalOr(g.greater(a, 0), g.less(row, 0)),
  logicalNot: g.logicalNot(g.greater(a, 0)),
  addInts: g.add(whole, 2 ** 31 - 1),
  subInts: g.sub(-(2 ** 31), whole),
  mulInts: g.mul(whole, whole),
  floorDiv: g.floorDiv(whole, g.vector([7, -7, 1000, 3], "int32")),
  floorMod: g.floorMod(whole, g.vector([7, -7, 1000, 3], "int32")),
  bitAnd: g.bitAnd(whole, 0xff0f),
  bitXor: g.bitXor(whole, g.shiftLeft(whole, 13)),
  shiftLeft: g.shiftLeft(whole, 5),
  shiftRight: g.shiftRight(whole, 17),
  cast: g.cast(g.mul(a, 3), "int32"),
  bfloat16Bits: g.fromBfloat16Bits(g.bfloat16Bits(a)),
  matmul: g.matmul(a, square),
  matmulTransposed: g.matmul(a, b, { transposeA: true }),
  matmulBatched: g.matmul(cube, cube, { transposeB: true }),
  matmulShared: g.matmul(cube, square, { transposeB: true }),
  sum: g.sum(cube, { axes: [0, 2] }),
  sumKept: g.sum(cube, { axes: [1], keep: true }),
  sumOfSquares: g.sumOfSquares(cube, a, row),
  mean: g.mean(cube, { axes: [0] }),
  max: g.max(a, { axes: [-1] }),
  min: g.min(cube, { axes: [0, -1] }),
  cumulativeSum: g.cumulativeSum(cube, { axis: 0 }),
  cumulativeSumBefore: g.cumulativeSum(cube, { axis: -1, exclusive: true }),
  cumulativeSumAfter: g.cumulativeSum(whole, { axis: 1, exclusive: true, reverse: true }),
  topKValues: g.topK(cube, 3).values,
  topKIndices: g.topK(cube, 3).indices,
  argmax: g.argmax(a),
  reshape: g.reshape(cube, [2, "B", 4]),
  transpose: g.transpose(cube, [2, 0, 1]),
  broadcastTo: g.broadcastTo(row, ["B", 2, 4]),
  repeat: g.repeat(cube, { axis: 1, times: 3 }),
  slice: g.slice(a, { axis: 0, from: 1, size: g.Dimension.minus("B", 1) }),
  pad: g.pad(a, { axis: 0, before: 1, after: 2 }),
  concat: g.concat([a, b, g.reshape(row, [1, 4])], 0),
  gather: g.gather(square, ids),
  gatherRows: g.gatherRows(g.reshape(cube, ["B", 4, 2]), g.floorMod(whole, 4)),
  oneHot: g.oneHot(ids, 4),
  scatterAdd: g.scatterAdd(square, ids, a),
  full: g.add(g.full(["B", 4], 2.5), a),
  range: g.range("B"),
  sizeOf: g.sizeOf("B"),
  vector: g.vector([1, -2, 3]),
  standalone: g.exp(g.standalone(a)),
  gelu: g.gelu(a),
  geluErf: g.geluErf(a),
  relu: g.relu(a),
  silu: g.silu(a),
  dropout: g.dropout(cube, { rate: 0.3, key, name: "here" }),
  softmax: g.softmax(a, { scale: 0.3 }),
  softmaxMasked: g.softmax(square, { mask: g.causalMask(4) }),
  softmaxBiased: g.softmax(cube, { bias: row, mask: g.greater(cube, -1) }),
  logSoftmax: g.logSoftmax(cube),
  rotate: g.rotate(g.reshape(cube, ["B", 1, 2, 4]), g.rotation(g.range(2), { headChannels: 4, base: 100 })),
  rotateAnywhere: g.rotate(
    g.reshape(cube, ["B", 1, 2, 4]),
    g.rotation(g.reshape(g.concat([ids, ids], 0), ["B", 2]), { headChannels: 4, base: 100 })
  ),
  rmsNorm: g.rmsNorm(cube, { gain: row, epsilon: 1e-6 }),
  klDivergence: g.klDivergence(a, b, { temperature: 2 }),
  cosineDistance: g.cosineDistance(a, b),
  rematerialized: g.rematerialize((x) => g.gelu(g.matmul(g.exp(x), square)), [a]),
  layerNorm: g.layerNorm(cube, { gain: row, bias: row, epsilon: 1e-5 }),
  crossEntropy: g.crossEntropy(a, ids),
  crossEntropySmoothed: g.crossEntropy(a, ids, { labelSmoothing: 0.1 })
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
  ids: { shape: [B], values: Int32Array.of(2, 0, 2) },
  whole: {
    shape: [B, 4],
    values: Int32Array.of(
      0,
      5,
      -5,
      123_456_789,
      -987_654_321,
      2 ** 31 - 1,
      -(2 ** 31),
      -1,
      1,
      77,
      -78,
      65_536
    )
  }
}
const reference = new Map<g.Tensor, g.Values>(
  (
    [
      [a, given.a],
      [b, given.b],
      [row, given.row],
      [square, given.square],
      [cube, given.cube],
      [ids, given.ids],
      [whole, given.whole]
    ] as const
  ).map(([tensor, { shape, values }]) => [tensor, { shape, data: Float64Array.from(values) }])
)

const isFloat = (tensor: g.Tensor) => tensor.dtype === "float32"
/** Of each float operation: the gradient of its mean square towards every float input it depends on. */
const towards: Readonly<Record<string, g.Tensor>> = Object.fromEntries(
  Object.entries(operations)
    .filter(([, tensor]) => isFloat(tensor))
    .flatMap(([name, tensor]) =>
      g
        .gradients(g.mean(g.square(tensor)), Object.values(inputs).filter(isFloat))
        .flatMap((gradient, i) => (gradient.op === "full" ? [] : [[`${name}_${i}`, gradient] as const]))
    )
)

const narrow = g.cast(a, "bfloat16")
/** In bfloat16: operands of matrix products, and what may lie between two of them. */
const narrowed: Readonly<Record<string, g.Tensor>> = Object.fromEntries(
  Object.entries({
    matmul: g.matmul(narrow, narrow, { transposeB: true }),
    relu: g.relu(narrow),
    silu: g.silu(narrow),
    gelu: g.gelu(narrow),
    geluErf: g.geluErf(narrow),
    dropout: g.dropout(narrow, { rate: 0.5, key, name: "here" }),
    softmax: g.softmax(narrow),
    rotate: g.rotate(
      g.reshape(narrow, ["B", 1, 1, 4]),
      g.rotation(g.range(1), { headChannels: 4, base: 100 })
    ),
    gather: g.gather(g.cast(square, "bfloat16"), ids),
    repeat: g.repeat(narrow, { axis: 0, times: 2 })
  }).map(([name, tensor]) => [name, g.cast(tensor, "float32")])
)

interface Agreement {
  readonly clusters: boolean
  /** relative beyond 1, absolute below; whole numbers must be equal */
  readonly tolerance: number
}

const agree = (tensors: Readonly<Record<string, g.Tensor>>, { clusters, tolerance }: Agreement) =>
  Effect.gen(function* () {
    const program = g.Program.lower({ run: { inputs, outputs: tensors } }, { clusters })
    const session = yield* Session.open(program.graphDef)
    const found = session.call(program.entries.run, given)
    const expected = g.Interpreter.evaluate(Object.values(tensors), reference, { B })
    for (const [i, [name, tensor]] of Object.entries(tensors).entries()) {
      const { data, shape } = expected[i] ?? { shape: [], data: new Float64Array() }
      assert.deepStrictEqual(found[name]?.shape, shape, name)
      const numbers = found[name]?.values ?? []
      assert.strictEqual(numbers.length, data.length, name)
      if (isFloat(tensor))
        for (const [n, value] of data.entries())
          assert.approximately(
            numbers[n] ?? Number.NaN,
            value,
            tolerance * Math.max(1, Math.abs(value)),
            name
          )
      else assert.deepStrictEqual([...numbers], [...data], name)
    }
  })

it("every operation of the package is among them", () => {
  const folder = join(import.meta.dirname, "../packages/graph/src/ops")
  const source = readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"))
  const written = source.flatMap((text) =>
    Array.from(text.matchAll(/(?:\bop: |\bcompare\()"(\w+)"/g), ([, op]) => op ?? "")
  )
  const all = [operations, towards, narrowed].flatMap((one) => Object.values(one))
  const used = new Set(sorted(all, { aliases: "keep" }).map(({ op }) => op))
  assert.isAbove(written.length, 50)
  assert.deepStrictEqual(
    written.filter((op) => !used.has(op)),
    []
  )
})

describe.each([false, true])("with clusters %s, TensorFlow agrees with the reference on", (clusters) => {
  it.effect("every operation", () => agree(operations, { clusters, tolerance: 2e-5 }))
  it.effect("every gradient", () => agree(towards, { clusters, tolerance: 2e-5 }))
  it.effect("operations on bfloat16, to its three digits", () =>
    agree(narrowed, { clusters, tolerance: 2e-2 })
  )
})
