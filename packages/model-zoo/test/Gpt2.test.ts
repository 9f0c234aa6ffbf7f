import { assert, describe, it } from "@effect/vitest"
import {
  AdamW,
  crossEntropy,
  div,
  gradients,
  input,
  mul,
  parameterCount,
  Program,
  sum,
  TrainingProgram
} from "@inkstone/graph"
import { Memory, Session } from "@inkstone/tensorflow"
import { Effect, Schema } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as Gpt2 from "../src/Gpt2.ts"
import type { CausalNetwork } from "../src/Network.ts"
import { causal } from "../src/objectives/Causal.ts"
import * as NamedArray from "../src/NamedArray.ts"
import * as Safetensors from "../src/Safetensors.ts"
import { B, folder, T, V } from "./golden.ts"

const tiny: Gpt2.Config = {
  vocabSize: 64,
  contextLength: 16,
  layers: 2,
  heads: 2,
  channels: 16,
  layerNormEpsilon: 1e-5
}
const optimizer = { ...AdamW.defaults, weightDecay: 0 }

const json = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), "utf8"))
const Golden = Schema.Struct({ loss: Schema.Finite })

/** int64 in the file; the values are small. */
const integers = (array: NamedArray.NamedArray | undefined) =>
  Int32Array.from(new BigInt64Array((array?.bytes ?? new Uint8Array(0)).slice().buffer), Number)
const floats = (array: NamedArray.NamedArray | undefined) =>
  NamedArray.view(array, "float32") ?? new Float32Array(0)

/** Relative distance as vectors. */
const apart = (found: ArrayLike<number>, expected: Float32Array) => {
  let [difference, norm] = [0, 0]
  for (const [i, value] of expected.entries()) {
    difference += ((found[i] ?? Number.NaN) - value) ** 2
    norm += value ** 2
  }
  return Math.sqrt(difference) / (Math.sqrt(norm) + 1e-7)
}

/** Logits, mean loss over weighted places and the gradient of every parameter, as one entry. */
const everything = (model: CausalNetwork) => {
  const inputs = {
    tokens: input("tokens", "int32", ["B", "T"]),
    mask: input("mask", "bool", ["B", "T"]),
    targets: input("targets", "int32", ["B", "T"]),
    weights: input("weights", "float32", ["B", "T"])
  }
  const hidden = model.hidden(inputs.tokens, { precision: "float32", mask: inputs.mask })
  const logits = model.logits(hidden, "float32")
  const nats = crossEntropy(logits, inputs.targets)
  const loss = div(sum(mul(nats, inputs.weights)), sum(inputs.weights))
  const found = gradients(loss, model.parameters)
  const named = Object.fromEntries(found.map((gradient, i) => [`gradient_${i}`, gradient]))
  return { inputs, outputs: { logits, loss, ...named } }
}

describe("the published models", () => {
  it.each([
    ["gpt2", 124_439_808],
    ["gpt2-medium", 354_823_168],
    ["gpt2-large", 774_030_080],
    ["gpt2-xl", 1_557_611_200]
  ] as const)("%s has its %i parameters", (preset, count) => {
    const model = Gpt2.build({ ...Gpt2.presets[preset], vocabSize: Gpt2.publishedVocabSize })
    assert.strictEqual(parameterCount(model), count)
  })
  it("small presets grow from under 1 to under 10 million with 4,096 tokens", () => {
    const counts = (["nano", "micro", "mini", "small"] as const).map((name) =>
      parameterCount(Gpt2.build({ ...Gpt2.presets[name], vocabSize: 4096 }))
    )
    assert.deepStrictEqual(counts, [741_216, 1_334_016, 3_505_152, 8_791_040])
  })
  it("are refused when heads do not divide channels", () => {
    assert.throws(
      () => Schema.decodeUnknownSync(Gpt2.Config)({ ...tiny, heads: 3 }),
      /channels 16 are no multiple of heads 3/
    )
  })
})

describe("against transformers, with a padded row", () => {
  for (const clusters of [false, true])
    it.effect(`logits, loss and every gradient agree, clusters ${clusters ? "on" : "off"}`, () =>
      Effect.gen(function* () {
        const config = Gpt2.fromHuggingFace(
          Schema.decodeUnknownSync(Gpt2.HuggingFaceConfig)(json("config.json"))
        )
        const model = Gpt2.build(config)
        const program = Program.lower({ everything: everything(model) }, { clusters })
        const session = yield* Session.open(program.graphDef)
        const stored = (yield* Safetensors.read(join(folder, "model.safetensors"))).arrays
        const golden = (yield* Safetensors.read(join(folder, "golden.safetensors"))).arrays
        assert.sameMembers(
          program.variables.map(({ name }) => name),
          [...stored.keys()]
        )
        session.callAll(
          program.variables.map(({ name, write: entry }) => ({
            entry,
            given: { value: { values: floats(stored.get(name)) } }
          }))
        )

        const labels = integers(golden.get("labels"))
        const follows = (at: number) => (at % T === T - 1 ? -100 : (labels[at + 1] ?? -100))
        const shape = [B, T]
        const found: Readonly<Record<string, { readonly values: ArrayLike<number> }>> = session.call(
          program.entries.everything,
          {
            tokens: { shape, values: integers(golden.get("input_ids")) },
            mask: { shape, values: Uint8Array.from(integers(golden.get("attention_mask"))) },
            targets: { shape, values: labels.map((_, at) => Math.max(0, follows(at))) },
            weights: { shape, values: Float32Array.from(labels, (_, at) => (follows(at) < 0 ? 0 : 1)) }
          }
        )
        const { loss } = Schema.decodeUnknownSync(Golden)(json("golden.json"))
        assert.approximately(found["loss"]?.values[0] ?? Number.NaN, loss, 1e-5)
        const logits = floats(golden.get("logits"))
        assert.strictEqual(logits.length, B * T * V)
        for (const [i, value] of logits.entries())
          assert.approximately(found["logits"]?.values[i] ?? Number.NaN, value, 1e-5)
        for (const [i, { name }] of model.parameters.entries()) {
          const expected = floats(golden.get(`grad.${name}`))
          assert.isAbove(expected.length, 0, name)
          assert.isBelow(apart(found[`gradient_${i}`]?.values ?? [], expected), 1e-4, name)
        }
      })
    )
})

/** Two rows of nine, other ones for each `at`. */
const tokens = (at: number) => Int32Array.from({ length: 2 * 9 }, (_, i) => (i * i * 7 + i * at + at) % 61)

/** A session of the tiny model, started from a key. */
const started = Effect.fnUntraced(function* (
  config: Gpt2.Config,
  options: Partial<TrainingProgram.Options> = {}
) {
  const program = TrainingProgram.build(causal(Gpt2.build(config)), {
    optimizer,
    precision: "float32",
    clusters: false,
    ...options
  })
  const session = yield* Session.open(program.graphDef)
  session.call(program.entries.init, { key: { values: Int32Array.of(3, 4) } })
  return {
    session,
    step: (n: number, at = 0, learningRate = 3e-3, weights = new Float32Array(2 * 8).fill(1)) => {
      const { gradientNorm, loss } = session.call(program.entries.train, {
        tokens: { shape: [2, 9], values: tokens(at) },
        weights: { shape: [2, 8], values: weights },
        key: { values: Int32Array.of(0, n) },
        learningRate: { values: Float32Array.of(learningRate) },
        step: { values: Float32Array.of(n) },
        maxGradientNorm: { values: Float32Array.of(1) }
      })
      return [loss.values[0] ?? Number.NaN, gradientNorm.values[0] ?? Number.NaN] as const
    },
    nats: (values: Int32Array) =>
      Array.from(
        session.call(program.entries.evaluate, {
          tokens: { shape: [2, 9], values },
          weights: { shape: [2, 8], values: new Float32Array(2 * 8).fill(1) }
        }).nats.values
      ),
    values: (name: string) => {
      const variable = program.variables.find((variable) => variable.name === name)
      return variable === undefined ? undefined : session.call(variable.read, {}).value.values
    }
  }
})

describe("training", () => {
  it.effect("starts near log V and overfits one batch", () =>
    Effect.gen(function* () {
      const { step } = yield* started(tiny)
      const [first] = step(1)
      assert.approximately(first, Math.log(64), 0.1)
      let last = first
      for (let n = 2; n <= 150; n++) [last] = step(n, 0, 1e-2)
      assert.isBelow(last, 0.05)
    })
  )

  for (const options of [
    { precision: "float32", clusters: false },
    { precision: "float32", clusters: true },
    { precision: "bfloat16", clusters: false },
    { precision: "bfloat16", clusters: true }
  ] as const)
    it.effect(`gives the same bits twice, ${options.precision}, clusters ${options.clusters}`, () =>
      Effect.gen(function* () {
        const run = Effect.scoped(
          Effect.gen(function* () {
            const { step, values } = yield* started(tiny, options)
            const losses = [1, 2, 3, 4].map((n) => step(n, n))
            return { losses, wte: values("transformer.wte.weight") }
          })
        )
        assert.deepStrictEqual(yield* run, yield* run)
      })
    )

  it.effect("goes the same way with clusters as without", () =>
    Effect.gen(function* () {
      const [plain, fused] = [yield* started(tiny), yield* started(tiny, { clusters: true })]
      for (let n = 1; n <= 5; n++) {
        const [expected, found] = [plain.step(n, n), fused.step(n, n)]
        assert.approximately(found[0], expected[0], 1e-4)
        assert.approximately(found[1], expected[1], 1e-3)
      }
    })
  )

  it.effect("goes a similar way in bfloat16", () =>
    Effect.gen(function* () {
      const [exact, rounded] = [yield* started(tiny), yield* started(tiny, { precision: "bfloat16" })]
      for (let n = 1; n <= 5; n++) assert.approximately(rounded.step(n, n)[0], exact.step(n, n)[0], 5e-2)
    })
  )

  it.effect("starts all layers the same way in a deeper model", () =>
    Effect.gen(function* () {
      const [two, three] = [yield* started(tiny), yield* started({ ...tiny, layers: 3 })]
      for (const name of ["transformer.wte.weight", "transformer.h.1.attn.c_attn.weight"])
        assert.deepStrictEqual(two.values(name), three.values(name))
      assert.notDeepEqual(
        two.values("transformer.h.0.attn.c_attn.weight"),
        two.values("transformer.h.1.attn.c_attn.weight")
      )
    })
  )

  it.effect("does not look ahead", () =>
    Effect.gen(function* () {
      const { nats } = yield* started(tiny)
      const before = nats(tokens(5))
      const changed = tokens(5)
      changed[8] = (changed[8] ?? 0) + 1 // the last of the first row: only its own price may change
      const after = nats(changed)
      assert.deepStrictEqual(after.slice(0, 7), before.slice(0, 7))
      assert.deepStrictEqual(after.slice(8), before.slice(8))
      assert.notStrictEqual(after[7], before[7])
    })
  )

  it.effect("counts a loss per weighted token", () =>
    Effect.gen(function* () {
      const { nats, step } = yield* started(tiny)
      const weights = Float32Array.from({ length: 16 }, (_, i) => (i < 5 ? 1 : 0))
      const expected = nats(tokens(2)).slice(0, 5)
      const [loss] = step(1, 2, 0, weights)
      assert.approximately(loss, expected.reduce((sum, x) => sum + x, 0) / 5, 1e-5)
    })
  )

  it.effect("gives back what a step takes", () =>
    Effect.gen(function* () {
      const { step } = yield* started(tiny)
      const after = (first: number, last: number) => {
        for (let n = first; n <= last; n++) step(n)
        return Memory.counters()
      }
      const before = after(1, 100)
      const later = after(101, 500)
      assert.strictEqual(later.tensors, 0)
      // a step that kept its gradients alone would have grown by 400 x 30 kB
      assert.isBelow(later.residentBytes - before.residentBytes, 8e6)
    })
  )
})
