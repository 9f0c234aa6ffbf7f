// Gradients added up over a window are those of one large batch, by the word of PyTorch and of our own whole step.
import { assert, describe, it } from "@effect/vitest"
import { AdamW, TrainingProgram } from "@inkstone/graph"
import { Session } from "@inkstone/tensorflow"
import { Effect, Schema } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as Gpt2 from "../src/Gpt2.ts"
import * as NamedArray from "../src/NamedArray.ts"
import * as Safetensors from "../src/Safetensors.ts"
import { causal } from "../src/objectives/Causal.ts"
import { B, checkpoint, folder, read, T } from "./golden.ts"

const tiny: Gpt2.Config = {
  vocabSize: 64,
  contextLength: 16,
  layers: 1,
  heads: 2,
  channels: 16,
  layerNormEpsilon: 1e-5
}

/** Relative distance as vectors. */
const apart = (found: ArrayLike<number>, expected: ArrayLike<number>) => {
  let [difference, norm] = [0, 0]
  for (let i = 0; i < expected.length; i++) {
    difference += ((found[i] ?? Number.NaN) - (expected[i] ?? 0)) ** 2
    norm += (expected[i] ?? 0) ** 2
  }
  return Math.sqrt(difference) / (Math.sqrt(norm) + 1e-7)
}

const opened = Effect.fnUntraced(function* (config: Gpt2.Config, clusters: boolean) {
  const network = Gpt2.build(config)
  const objective = causal(network)
  const program = TrainingProgram.build(objective, {
    optimizer: AdamW.defaults,
    precision: "float32",
    clusters,
    accumulation: true
  })
  const session = yield* Session.open(program.graphDef)
  session.call(program.entries.init, { key: { values: Int32Array.of(1, 2) } })
  return { network, objective, program, session }
})
type Opened = Effect.Success<ReturnType<typeof opened>>

type Batch = {
  readonly tokens: { readonly shape: ReadonlyArray<number>; readonly values: Int32Array }
  readonly weights: { readonly shape: ReadonlyArray<number>; readonly values: Float32Array }
}
const key = { values: Int32Array.of(0, 0) }
const moving = {
  learningRate: { values: Float32Array.of(1e-2) },
  step: { values: Float32Array.of(1) },
  maxGradientNorm: { values: Float32Array.of(0.5) }
}

/** Adds up the batches; the last answer is the loss of the window. */
const window = ({ objective, program, session }: Opened, batches: ReadonlyArray<Batch>) => {
  const totals = TrainingProgram.totals(objective)(batches)
  const losses = batches.map(
    (batch, i) =>
      session.call(program.entries.accumulate, {
        ...batch,
        ...totals,
        key,
        first: { values: Uint8Array.of(i === 0 ? 1 : 0) }
      }).loss.values[0]
  )
  return losses.at(-1) ?? Number.NaN
}

const valuesOf = ({ program, session }: Opened, wanted: (name: string) => boolean) =>
  new Map(
    program.variables
      .filter(({ name }) => wanted(name))
      .map(({ name, read }) => [name, session.call(read, {}).value.values] as const)
  )

/** What `train` moves, too. */
const kept = (name: string) => !name.endsWith("/gradient") && name !== "window/loss"

const Golden = Schema.Struct({ loss: Schema.Finite })

describe("a window of batches", () => {
  it.effect.each([false, true])(
    "has the loss and every gradient of PyTorch's whole batch, compiled %s",
    (clusters) =>
      Effect.gen(function* () {
        const { architecture, arrays } = yield* checkpoint
        const golden = (yield* Safetensors.read(join(folder, "golden.safetensors"))).arrays
        const { ids } = yield* read
        const { loss: expected } = Schema.decodeUnknownSync(Golden)(
          JSON.parse(readFileSync(join(folder, "golden.json"), "utf8"))
        )
        const all = yield* opened(Schema.decodeUnknownSync(Gpt2.Config)(architecture), clusters)
        for (const { name, write } of all.program.variables) {
          const values = NamedArray.view(arrays.get(name), "float32")
          if (values !== undefined)
            all.session.call(write, { value: { shape: arrays.get(name)?.shape ?? [], values } })
        }
        // the second row ends in three places of padding, so the rows do not weigh the same
        const rows = Array.from({ length: B }, (_, row) => ({
          tokens: { shape: [1, T], values: ids.slice(row * T, (row + 1) * T) },
          weights: {
            shape: [1, T - 1],
            values: Float32Array.from({ length: T - 1 }, (_, t) => (t + 1 < T - 3 * row ? 1 : 0))
          }
        }))
        assert.approximately(window(all, rows), expected, 1e-5)
        const found = valuesOf(all, (name) => name.endsWith("/gradient"))
        for (const { name } of all.network.parameters) {
          const gradient = NamedArray.view(golden.get(`grad.${name}`), "float32")
          assert.isDefined(gradient, name)
          assert.isBelow(apart(found.get(`${name}/gradient`) ?? [], gradient ?? []), 1e-4, name)
        }
      })
  )

  it.effect("moves every weight and slot as one batch does, however the rows are spread", () =>
    Effect.gen(function* () {
      const [rows, length] = [8, 10]
      const tokens = Int32Array.from({ length: rows * (length + 1) }, (_, i) => (i * 31 + (i >> 3)) % 64)
      // between one and ten places of a row count
      const weights = Float32Array.from({ length: rows * length }, (_, i) =>
        i % length <= (Math.floor(i / length) * 7) % length ? 1 : 0
      )
      const cut = (from: number, to: number): Batch => ({
        tokens: {
          shape: [to - from, length + 1],
          values: tokens.slice(from * (length + 1), to * (length + 1))
        },
        weights: { shape: [to - from, length], values: weights.slice(from * length, to * length) }
      })
      const whole = yield* opened(tiny, false)
      const once = whole.session.call(whole.program.entries.train, { ...cut(0, rows), ...moving, key })
      const expected = valuesOf(whole, kept)
      for (const ends of [
        [2, 4, 6, 8],
        [3, 6, 8]
      ]) {
        const parts = yield* opened(tiny, false)
        // what was left over from before must not count
        window(parts, [cut(1, 3)])
        const loss = window(
          parts,
          ends.map((to, i) => cut(ends[i - 1] ?? 0, to))
        )
        const applied = parts.session.call(parts.program.entries.apply, moving)
        const [lossOfAll = 0, norm = 0] = [once.loss.values[0], once.gradientNorm.values[0]]
        assert.approximately(loss, lossOfAll, 1e-5)
        assert.approximately(applied.loss.values[0] ?? 0, lossOfAll, 1e-5)
        assert.approximately(applied.gradientNorm.values[0] ?? 0, norm, 1e-5 * norm)
        for (const [name, values] of valuesOf(parts, kept))
          assert.isBelow(apart(values, expected.get(name) ?? []), 1e-4, `${name} of ${ends.join()}`)
      }
    })
  )
})
