// One block of attention over an embedding, with a tied head: small enough to count by hand.
import * as g from "../src/index.ts"

export const [V, C, heads] = [11, 8, 2]
export const D = C / heads
export const numbers = V * C + C * 3 * C + 3 * C

const objective = () => {
  const table = g.parameter("table", [V, C], g.Initializer.normal(1))
  const mix = g.parameter("mix", [C, 3 * C], g.Initializer.normal(1))
  const bias = g.parameter("bias", [3 * C], g.Initializer.zeros)
  const inputs = {
    tokens: g.input("tokens", "int32", ["B", "T"]),
    targets: g.input("targets", "int32", ["B", "T"])
  }
  const terms = () => {
    const x = g.gather(table, inputs.tokens) // [B, T, C]
    const mixed = g.add(g.matmul(g.reshape(x, ["B*T", C]), mix), bias) // [B*T, 3C]
    const [q = x, k = x, v = x] = g
      .split(g.reshape(mixed, ["B", "T", 3 * C]), 3, 2)
      .map((part) => g.transpose(g.reshape(part, ["B", "T", heads, D]), [0, 2, 1, 3]))
    const weights = g.softmax(g.matmul(q, k, { transposeB: true }), { mask: g.causalMask("T") })
    const seen = g.reshape(g.transpose(g.matmul(weights, v), [0, 2, 1, 3]), ["B*T", C])
    const logits = g.matmul(seen, table, { transposeB: true }) // [B*T, V]
    const nats = g.crossEntropy(logits, g.reshape(inputs.targets, ["B*T"]))
    return { nats: { values: nats, weights: g.full(["B*T"], 1) } }
  }
  return { parameters: [table, mix, bias], inputs, terms }
}
const options = { optimizer: g.AdamW.defaults, precision: "float32", clusters: true } as const
export const entries = () => g.TrainingProgram.entriesOf(objective(), { ...options, accumulation: true })
export const sizes = { B: 3, T: 5 }
