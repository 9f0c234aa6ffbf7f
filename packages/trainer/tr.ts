import { createRequire } from "node:module"; const require=createRequire(import.meta.url);
import { Store, StoreLocal, Trace, Tokens } from "@inkstone/artifact"
import { Effect } from "effect"
import { readdirSync } from "node:fs"
import { TrainingProgram, AdamW } from "@inkstone/graph"
import * as Gpt2 from "@inkstone/model-zoo/Gpt2"
import * as GraphLearner from "./src/GraphLearner.ts"
const root = process.argv[2]!
const clusters = process.argv[3] !== "off"
await Effect.runPromise(
  Effect.scoped(
    Effect.gen(function* () {
      const s = yield* Store
      const t = yield* s.open(Trace, readdirSync(root + "/objects/trace")[0]!)
      const w = yield* t.read("windows")
      const st = yield* t.read("steps")
      let ids: any
      for (const d of readdirSync(root + "/objects/tokens")) {
        const a = yield* s.open(Tokens, d)
        if (a.attributes.split === "train") ids = (yield* a.read("ids")).id
      }
      const model = Gpt2.build({ ...Gpt2.presets.nano, vocabSize: 1024, contextLength: 64 } as any)
      const program = TrainingProgram.build(model, {
        optimizer: { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1 },
        precision: "float32",
        clusters
      })
      const L = yield* GraphLearner.open(program, {
        batchSize: 8,
        contextLength: 64,
        gradientClip: 1,
        seed: 5
      })
      for (let step = 1; step <= 40; step++) {
        const tokens = new Int32Array(8 * 65)
        for (let i = 0; i < w.step.length; i++)
          if (w.step[i] === step)
            for (let j = 0; j < 65; j++) tokens[w.row[i]! * 65 + j] = ids[w.start[i]! + j]
        const ev: any = []
        const before: any = step === 30 ? yield* L.state : undefined
        const arr = Array.from(ev as Float32Array)
        const mean = arr.reduce((a, b) => a + b, 0) / arr.length
        const r = yield* L.train(tokens, { learningRate: st.learning_rate[step - 1]!, step })
        const rows = Array.from({ length: 8 }, (_, r) =>
          (arr.slice(r * 64, r * 64 + 64).reduce((a, b) => a + b, 0) / 64).toFixed(2)
        ).join(" ")
        if (step === 30) {
          const after: any = yield* L.state
          for (const [n, a] of after) {
            if (!n.endsWith("adam_m")) continue
            const f = (x: any) => new Float32Array(new Uint8Array(x.bytes ?? x.data).slice().buffer)
            const av = f(a),
              bv = f(before.get(n))
            let q = 0
            let mx = 0,
              mi = 0
            for (let i = 0; i < av.length; i++) {
              const g = ((av[i] - 0.9 * bv[i]) / 0.1) * r.gradientNorm
              q += g * g
              if (Math.abs(g) > mx) {
                mx = Math.abs(g)
                mi = i
              }
            }
            console.log(n, Math.sqrt(q).toFixed(4), mx.toFixed(3), mi, Math.floor(mi / 96))
          }
        }
        if (step > 28 && step < 32)
          console.log(
            step,
            r.lossNats.toFixed(4),
            mean.toFixed(4),
            r.gradientNorm.toFixed(3),
            step >= 29 && step <= 31 ? rows : ""
          )
      }
    }).pipe(Effect.provide(StoreLocal.layer(root)))
  )
)
