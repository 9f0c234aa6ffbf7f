import { assert, describe, it } from "vitest"
import {
  frozen,
  gradients,
  Initializer,
  input,
  Interpreter,
  layerNorm,
  matmul,
  mul,
  parameter,
  sub,
  sum,
  type Tensor,
  type Values,
  variable
} from "../src/index.ts"
import { filled } from "./reference.ts"

const x = input("x", "float32", [3, 4])
const weight = parameter("weight", [4, 4], Initializer.ones)
const gain = parameter("gain", [4], Initializer.ones)
const bias = parameter("bias", [4], Initializer.zeros)
const network = layerNorm(matmul(x, weight), { gain, bias, epsilon: 1e-5 })
const other = variable("other/weight", "float32", [4, 4], Initializer.zeros)

const numbers = (offset: number) => (i: number) => Math.sin(i * 1.7 + offset)
const base: ReadonlyArray<readonly [Tensor, Values]> = [
  [x, filled([3, 4])],
  [gain, filled([4])],
  [bias, filled([4], numbers(5))]
]
const [first, second] = [filled([4, 4], numbers(1)), filled([4, 4], numbers(2))]

describe("frozen", () => {
  it("computes the same from other variables, beside the first", () => {
    const [copy = x] = frozen([network], new Map([[weight, other]]))
    const [found] = Interpreter.evaluate([copy], new Map([...base, [other, second]]))
    const [expected] = Interpreter.evaluate([network], new Map([...base, [weight, second]]))
    assert.deepStrictEqual(found, expected)
    const both = new Map([...base, [weight, first], [other, second]] as const)
    const [plain, frost] = Interpreter.evaluate([network, copy], both)
    assert.deepStrictEqual(frost, expected)
    assert.notDeepEqual(plain, frost)
  })

  it("lets no gradient pass, not to what was replaced and not to what both use", () => {
    const [copy = x] = frozen([network], new Map([[weight, other]]))
    const own = gradients(sum(mul(network, 2)), [weight, gain])
    const beside = gradients(sum(sub(mul(network, 2), mul(copy, 3))), [weight, gain])
    const only = gradients(sum(copy), [weight, gain, other])
    const given = new Map([...base, [weight, first], [other, second]] as const)
    assert.deepStrictEqual(Interpreter.evaluate(beside, given), Interpreter.evaluate(own, given))
    for (const { data } of Interpreter.evaluate(only, given))
      assert.isTrue(data.every((value) => value === 0))
  })
})
