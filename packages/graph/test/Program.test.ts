import { spawnSync } from "node:child_process"
import { describe, expect, it } from "vitest"
import * as g from "../src/index.ts"
import { digest } from "./trainingBytes.ts"

const square = () => g.input("x", "float32", [4, 4])

const lower = (outputs: Readonly<Record<string, g.Tensor>>) => () =>
  g.Program.lower({ run: { inputs: {}, outputs } }, { clusters: false })
const w = () => g.parameter("w", [2], g.Initializer.zeros)
/** Whether a program with a variable of each length, 4,096 wide, asks to be rewritten. */
const asks = (...lengths: ReadonlyArray<number>) => {
  const sums = lengths.map((length, i) => g.sum(g.parameter(`w${i}`, [length, 4096], g.Initializer.zeros)))
  return g.Program.rewrite(lower(Object.fromEntries(sums.map((sum, i) => [`s${i}`, sum])))())
}

describe("a program", () => {
  it("asks to be rewritten from 2^24 elements of variables on", () => {
    expect([asks(4095), asks(4096), asks(2048, 2047), asks(2048, 2048)]).toEqual([false, true, false, true])
  })

  it("is the same bytes every time, also in another process", () => {
    const elsewhere = spawnSync(process.execPath, [import.meta.dirname + "/trainingBytes.ts"])
    expect(elsewhere.stderr.toString()).toBe("")
    expect(elsewhere.stdout.toString()).toBe(digest())
    // tensors that were made before change nothing
    expect(digest()).toBe(digest())
  })
  it("lists its variables with their entries", () => {
    const w = g.parameter("w", [4], g.Initializer.zeros)
    const slot = g.variable("slot", "int32", [], g.Initializer.zeros)
    const { entries, variables } = g.Program.lower(
      { run: { inputs: {}, outputs: {}, updates: [[w, g.add(w, g.cast(slot, "float32"))]] } },
      { clusters: false }
    )
    expect(variables.map(({ name, trainable }) => [name, trainable])).toEqual([
      ["w", true],
      ["slot", false]
    ])
    expect(entries.run.outputs.done).toEqual({ node: "run/done:0", dtype: "int32", shape: [] })
    expect(variables[0]?.write.inputs.value).toEqual({
      node: "write/w/value:0",
      dtype: "float32",
      shape: [4]
    })
  })
  it("refuses two variables of one name, an input it does not list and a dtype that cannot cross", () => {
    expect(lower({ y: g.add(w(), w()) })).toThrow("two variables are called w")
    expect(lower({ y: g.exp(square()) })).toThrow("run: uses the input x, which it does not list")
    expect(lower({ y: g.cast(w(), "bfloat16") })).toThrow("is bfloat16: cast what crosses to float32")
  })
})
