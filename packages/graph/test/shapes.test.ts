import { describe, expect, it } from "vitest"
import * as g from "../src/index.ts"

const x = g.input("x", "float32", ["B", 3])
const y = g.input("y", "float32", ["B", 4])
const ids = g.input("ids", "int32", ["B"])

const raised = (build: () => unknown): unknown => {
  try {
    build()
  } catch (error) {
    return error
  }
  return undefined
}

describe("a shape that does not fit is refused while building, with names and both shapes", () => {
  it.each<readonly [string, () => unknown, string]>([
    ["add", () => g.add(x, y), "add: x [B, 3], y [B, 4]: sizes must be equal or 1"],
    ["matmul", () => g.matmul(x, y), "matmul: x [B, 3], y [B, 4]: inner sizes 3 and B must be equal"],
    [
      "matmul, transposed",
      () => g.matmul(x, y, { transposeB: true }),
      "matmul: x [B, 3], y [B, 4] transposed: inner sizes 3 and 4 must be equal"
    ],
    ["reshape", () => g.reshape(x, [3, 3]), "reshape: x [B, 3], to [3, 3]: 3*B elements are not 9"],
    ["broadcastTo", () => g.broadcastTo(x, [3]), "broadcastTo: x [B, 3], to [3]"],
    ["concat", () => g.concat([x, y], 0), "concat: x [B, 3], y [B, 4]: sizes must be equal but for axis 0"],
    [
      "scatterAdd",
      () => g.scatterAdd(x, ids, y),
      "scatterAdd: x [B, 3], ids [B], y [B, 4]: rows must be [B, 3]"
    ],
    ["crossEntropy", () => g.crossEntropy(x, g.range(5)), "targets must be [B]"],
    [
      "gatherRows",
      () => g.gatherRows(x, g.input("places", "int32", ["N", 2])),
      "gatherRows: x [B, 3], places [N, 2]: all axes of places but its last must be the first ones of x"
    ],
    [
      "rmsNorm",
      () => g.rmsNorm(x, { gain: y, epsilon: 1e-5 }),
      "rmsNorm: x [B, 3], y [B, 4]: gain must be [3]"
    ],
    [
      "softmax, bias",
      () => g.softmax(x, { bias: g.full([2, "B", 3], 0) }),
      "the bias must broadcast to the scores"
    ],
    [
      "klDivergence",
      () => g.klDivergence(x, y),
      "klDivergence: x [B, 3], y [B, 4]: the shapes must be equal"
    ],
    ["cosineDistance", () => g.cosineDistance(x, y), "x [B, 3], y [B, 4]: the shapes must be equal"],
    [
      "rotate",
      () => g.rotate(g.full([1, 1, 5, 8], 0), g.rotation(g.range(5), { headChannels: 6, base: 10 })),
      "the turns must have half as many channels"
    ],
    ["layerNorm", () => g.layerNorm(x, { gain: y, bias: y, epsilon: 1e-5 }), "gain and bias must be [3]"]
  ])("%s", (_, build, message) => {
    const error = raised(build)
    expect(error).toBeInstanceOf(g.ShapeMismatch)
    expect(error).toMatchObject({ _tag: "ShapeMismatch", message: expect.stringContaining(message) })
  })

  it("names tensors as they were named", () => {
    expect(() => g.add(g.named("hidden", g.exp(x)), y)).toThrow("add: hidden [B, 3], y [B, 4]")
  })
})

describe("also refused while building", () => {
  it.each<readonly [string, () => unknown, string, string]>([
    ["mixed dtypes", () => g.add(x, ids), "DtypeMismatch", "x is float32, ids is int32: cast one"],
    ["float indices", () => g.gather(x, y), "DtypeMismatch", "y is float32, not int32"],
    ["float bits", () => g.bitAnd(x, 1), "DtypeMismatch", "bitAnd: x is float32, not int32"],
    ["float places", () => g.gatherRows(x, y), "DtypeMismatch", "gatherRows: y is float32, not int32"],
    ["float classes", () => g.oneHot(x, 3), "DtypeMismatch", "oneHot: x is float32, not int32"],
    [
      "float rows to add to",
      () => g.scatterAdd(x, g.named("f", g.full(["B"], 1)), x),
      "DtypeMismatch",
      "f is float32, not int32"
    ],
    ["a choice by numbers", () => g.logicalNot(x), "DtypeMismatch", "where: x is float32, not bool"],
    ["a shift too far", () => g.shiftRight(ids, 32), "GraphInvalid", "ids by 32 places: 1 to 31 can be"],
    [
      "a key that is none",
      () => g.keyFor(ids, "w"),
      "DtypeMismatch",
      "keyFor: the key ids is int32 [B], not int32 [2]"
    ],
    [
      "float positions",
      () => g.rotation(x, { headChannels: 4, base: 10 }),
      "DtypeMismatch",
      "x is float32 [B, 3]"
    ],
    [
      "heads without halves",
      () => g.rotation(ids, { headChannels: 5, base: 10 }),
      "GraphInvalid",
      "5 channels of a head have no two halves"
    ],
    [
      "more than there are",
      () => g.topK(x, 4),
      "GraphInvalid",
      "topK: x [B, 3] has no 4 along its last axis"
    ],
    [
      "all labels smoothed away",
      () => g.crossEntropy(x, ids, { labelSmoothing: 1 }),
      "GraphInvalid",
      "the label smoothing 1 is not in [0, 1)"
    ],
    ["an axis that is not there", () => g.sum(x, { axes: [2] }), "GraphInvalid", "x [B, 3] has no axis 2"],
    [
      "a slice beyond the end",
      () => g.slice(x, { axis: 1, from: 2, size: 2 }),
      "GraphInvalid",
      "x [B, 3] has no places 2 to 4 along axis 1"
    ],
    ["unequal parts", () => g.split(x, 2, 1), "GraphInvalid", "x [B, 3] has no 2 equal parts along axis 1"],
    [
      "half an order",
      () => g.transpose(x, [0, 0]),
      "GraphInvalid",
      "[0,0] is no order of the axes of x [B, 3]"
    ]
  ])("%s", (_, build, tag, message) => {
    expect(raised(build)).toMatchObject({ _tag: tag, message: expect.stringContaining(message) })
  })
})

describe("symbolic shapes", () => {
  it("follow through a program", () => {
    const tokens = g.input("tokens", "int32", ["B", "T+1"])
    const read = g.slice(tokens, { axis: 1, from: 0, size: "T" })
    const flat = g.reshape(g.gather(g.input("table", "float32", [7, 5]), read), ["B*T", 5])
    expect(g.matmul(flat, flat, { transposeB: true }).shape).toEqual(["B*T", "B*T"])
    expect(g.concat([read, tokens], 1).shape).toEqual(["B", "2*T+1"])
  })
})
