// Blocks computed again in the backward pass, on TensorFlow: kernel by kernel and compiled, the same numbers come out.
import { assert, describe, it } from "@effect/vitest"
import * as g from "@inkstone/graph"
import { Session } from "@inkstone/tensorflow"
import { setup } from "@inkstone/tensorflow/testkit"
import { Effect } from "effect"
import { beforeAll } from "vitest"

beforeAll(setup, 1_800_000) // downloads the native library if it is not there

const C = 16
const tokens = g.input("tokens", "int32", ["B", "T"])
const key = g.input("key", "int32", [2])
const table = g.parameter("table", [7, C], g.Initializer.normal(1))
const blocks = [0, 1].map((i) => ({
  name: `block${i}`,
  gain: g.parameter(`gain${i}`, [C], g.Initializer.ones),
  mixed: g.parameter(`mixed${i}`, [C, 3 * C], g.Initializer.normal(0.3)),
  out: g.parameter(`out${i}`, [C, C], g.Initializer.normal(0.3))
}))
type Block = (typeof blocks)[number]
const parameters = [table, ...blocks.flatMap(({ gain, mixed, out }) => [gain, mixed, out])]

/** Attention over one head, with dropout on weights and result. */
const attend =
  ({ gain, mixed, name, out }: Block) =>
  (x: g.Tensor, k: g.Tensor): g.Tensor => {
    const drop = (y: g.Tensor, at: string) => g.dropout(y, { rate: 0.2, key: k, name: `${name}.${at}` })
    const h = g.rmsNorm(x, { gain, epsilon: 1e-6 })
    const [q = h, keys = h, v = h] = g.split(g.matmul(h, mixed), 3, -1) // [B, T, C] each
    const scores = g.matmul(q, keys, { transposeB: true }) // [B, T, T]
    const weights = drop(g.softmax(scores, { scale: 0.25, mask: g.causalMask("T") }), "weights")
    return g.add(x, drop(g.matmul(g.silu(g.matmul(weights, v)), out), "result"))
  }

const loss = (again: boolean) => {
  const x = blocks.reduce<g.Tensor>(
    (h, block) => (again ? g.rematerialize(attend(block), [h, key]) : attend(block)(h, key)),
    g.gather(table, tokens)
  )
  return g.mean(g.crossEntropy(g.matmul(x, table, { transposeB: true }), tokens))
}
const outputs = (again: boolean) => {
  const value = loss(again)
  return Object.fromEntries([
    ["loss", value],
    ...g.gradients(value, parameters).map((gradient, i) => [`gradient${i}`, gradient] as const)
  ])
}

describe.each([false, true])("with clusters %s, a rematerialised network", (clusters) => {
  it.effect("has the loss and every gradient of the plain one, with dropout", () =>
    Effect.gen(function* () {
      const seed = g.input("seed", "int32", [2])
      const { entries, graphDef } = g.Program.lower(
        {
          start: {
            inputs: { seed },
            outputs: {},
            updates: parameters.map((p) => [p, p.initializer({ ...p, key: seed })] as const)
          },
          plain: { inputs: { tokens, key }, outputs: outputs(false) },
          again: { inputs: { tokens, key }, outputs: outputs(true) }
        },
        { clusters }
      )
      const session = yield* Session.open(graphDef)
      session.call(entries.start, { seed: { values: Int32Array.of(1, 2) } })
      const given = {
        tokens: { shape: [3, 5], values: Int32Array.from({ length: 15 }, (_, i) => (i * i) % 7) },
        key: { values: Int32Array.of(8, 9) }
      }
      const [plain, again] = [session.call(entries.plain, given), session.call(entries.again, given)]
      // other operations may share a loop or a kernel, which rounds otherwise in the last place
      for (const [name, { values }] of Object.entries(plain))
        for (const [i, value] of [...values].entries())
          assert.approximately(again[name]?.values[i] ?? Number.NaN, value, 3e-6, name)
      assert.isAbove(Math.abs(Number(plain["gradient1"]?.values[0])), 0)
    })
  )
})
