// Trains a tiny network for three steps; prints the digest of all its numbers.
import { createHash } from "node:crypto"
import { AdamW, TrainingProgram } from "@inkstone/graph"
import { causal } from "@inkstone/model-zoo"
import * as Gpt2 from "@inkstone/model-zoo/Gpt2"
import { Session } from "@inkstone/tensorflow"
import { Effect } from "effect"

const [B, T, V] = [2, 8, 50]
const network = Gpt2.build({
  vocabSize: V,
  contextLength: T,
  layers: 2,
  heads: 2,
  channels: 16,
  layerNormEpsilon: 1e-5
})
const { entries, graphDef, variables } = TrainingProgram.build(causal(network), {
  optimizer: AdamW.defaults,
  precision: "float32",
  clusters: true,
  dropout: 0.1
})

const digest = Effect.gen(function* () {
  const session = yield* Session.open(graphDef)
  session.call(entries.init, { key: { values: Int32Array.of(0, 1) } })
  for (const step of [1, 2, 3])
    session.call(entries.train, {
      tokens: {
        shape: [B, T + 1],
        values: Int32Array.from({ length: B * (T + 1) }, (_, i) => (i * i + step) % V)
      },
      weights: { shape: [B, T], values: new Float32Array(B * T).fill(1) },
      key: { values: Int32Array.of(1, step) },
      learningRate: { values: Float32Array.of(1e-2) },
      maxGradientNorm: { values: Float32Array.of(1) },
      step: { values: Float32Array.of(step) }
    })
  const hash = createHash("sha256")
  // in one run: each set of fetches is planned anew, which takes longer than the run
  const numbers = session.run(
    [],
    variables.map(({ read }) => read.outputs.value.node)
  )
  for (const { values } of numbers) hash.update(Float32Array.from(values))
  return hash.digest("hex")
})

process.stdout.write(await Effect.runPromise(Effect.scoped(digest)))
