// LoRA against the same written by hand in PyTorch, and what its merging keeps.
import { assert, describe, it } from "@effect/vitest"
import {
  AdamW,
  gradients,
  type Objective,
  type Parameter,
  sum,
  type Tensor,
  TrainingProgram,
  type Values
} from "@inkstone/graph"
import { Effect } from "effect"
import { join } from "node:path"
import type { NetworkFamily } from "../src/Family.ts"
import * as HuggingFace from "../src/HuggingFace.ts"
import * as Start from "../src/internal/contract/Start.ts"
import { taskOf } from "../src/internal/contract/Task.ts"
import * as Lora from "../src/Lora.ts"
import * as NamedArray from "../src/NamedArray.ts"
import type { AnyNetwork } from "../src/Network.ts"
import { causal } from "../src/objectives/Causal.ts"
import { classification } from "../src/objectives/Classification.ts"
import { textToText } from "../src/objectives/TextToText.ts"
import * as Safetensors from "../src/Safetensors.ts"
import { zoo } from "../src/Zoo.ts"
import { floats, folderOf, integers } from "./encoders.ts"
import { evaluate } from "./float64.ts"
import { assertLearns } from "./objectives.ts"
import { tinies } from "./tinies.ts"

const run = { precision: "float32" } as const
const settings = { rank: 3, alpha: 6 }
const [rows, T] = [2, 7]
const ones = (...shape: ReadonlyArray<number>) => ({
  shape,
  values: new Float32Array(shape.reduce((n, size) => n * size, 1)).fill(1)
})

/** A golden checkpoint, and what is to be said of it with thin matrices. */
const checkpoint = Effect.fnUntraced(function* <N extends AnyNetwork>(
  family: NetworkFamily<N>,
  name: string
) {
  const { architecture, arrays } = yield* HuggingFace.load(folderOf(name))
  const golden = (yield* Safetensors.read(join(folderOf("lora"), `${name}.safetensors`))).arrays
  return { adapted: Lora.adapt(yield* family.network(architecture), settings), arrays, golden }
})

/** Holds loss and the gradients of all thin matrices against the golden ones, and gives the number of both. */
const assertAdapts = (
  { network, trained }: Lora.Adapted,
  objective: Objective,
  trial: Pick<Parameters<typeof assertLearns>[0], "batch" | "golden"> & {
    readonly arrays: NamedArray.NamedArrays
  }
) =>
  Effect.as(
    assertLearns({
      ...trial,
      objective: { ...objective, parameters: network.parameters.filter(trained) },
      valueOf: (name) => floats(trial.golden.get(name) ?? trial.arrays.get(name))
    }),
    network.parameters.filter(trained).length
  )

describe("adapted networks beside PyTorch, written by hand", () => {
  it.effect("gpt2, whose queries, keys and values are one transposed matrix", () =>
    Effect.gen(function* () {
      const { adapted, arrays, golden } = yield* checkpoint(zoo.gpt2, "gpt2")
      const tokens = { shape: [rows, T], values: integers(golden.get("input_ids")) }
      const batch = { tokens, weights: ones(rows, T - 1) }
      const count = yield* assertAdapts(adapted, causal(adapted.network), { batch, golden, arrays })
      assert.strictEqual(count, 2 * adapted.network.cache.layers)
    })
  )
  it.effect("bert with a head for classes", () =>
    Effect.gen(function* () {
      const { adapted, arrays, golden } = yield* checkpoint(zoo.bert, "bert-classification")
      const shape = [rows, T]
      const batch = {
        tokens: { shape, values: integers(golden.get("input_ids")) },
        mask: { shape, values: Uint8Array.from(integers(golden.get("attention_mask"))) },
        segments: { shape, values: new Int32Array(rows * T) },
        labels: { shape: [rows], values: integers(golden.get("labels")) },
        weights: ones(rows)
      }
      yield* assertAdapts(adapted, classification(adapted.network), { batch, golden, arrays })
    })
  )
  it.effect("t5, in all three kinds of attention", () =>
    Effect.gen(function* () {
      const { adapted, arrays, golden } = yield* checkpoint(zoo.t5, "t5")
      const batch = {
        source: { shape: [rows, T], values: integers(golden.get("input_ids")) },
        sourceMask: { shape: [rows, T], values: new Uint8Array(rows * T).fill(1) },
        targets: { shape: [rows, 4], values: integers(golden.get("labels")) },
        weights: ones(rows, 4)
      }
      yield* assertAdapts(adapted, textToText(adapted.network), { batch, golden, arrays })
    })
  )
})

const first = (tiny: ReadonlyArray<{ readonly architecture: object }>) => ({ ...tiny[0]?.architecture })
const families = [
  { family: zoo.gpt2, architecture: first(tinies.gpt2) },
  { family: zoo.distilbert, architecture: first(tinies.distilbert) },
  { family: zoo.t5, architecture: first(tinies.t5) }
] as const satisfies ReadonlyArray<{ family: NetworkFamily; architecture: object }>

const stirred = ({ parameters }: AnyNetwork): NamedArray.NamedArrays =>
  new Map(
    parameters.map(({ name, shape }) => [
      name,
      NamedArray.of(name, "float32", Start.stirred({ name, shape }), shape)
    ])
  )
const of =
  (arrays: NamedArray.NamedArrays) =>
  ({ name, shape }: Parameter): Values => ({
    shape,
    data: Float64Array.from(floats(arrays.get(name)))
  })
const lossesOf = ({ terms }: Objective, reading: object = {}) =>
  Object.values(terms({ ...run, ...reading })).map(({ values }) => sum(values))

describe.each(families)("merging $family.name", ({ architecture, family }) => {
  it.effect("gives a plain network that says the same, and unmerging what was merged, bit for bit", () =>
    Effect.gen(function* () {
      const base: AnyNetwork = yield* family.network(architecture)
      const adapted = Lora.adapt(base, settings)
      const arrays = stirred(adapted.network)
      const merged = yield* Lora.merge(adapted, arrays)
      assert.sameMembers(
        [...merged.arrays.keys()],
        base.parameters.map(({ name }) => name)
      )
      const [one, other] = [taskOf(adapted.network), taskOf(base)]
      const found = evaluate(other.objective, batchOf(other), lossesOf(other.objective), {
        parameters: of(merged.arrays)
      })
      const expected = evaluate(one.objective, batchOf(one), lossesOf(one.objective), {
        parameters: of(arrays)
      })
      for (const [i, [value = 0]] of expected.entries())
        assert.approximately(found[i]?.[0] ?? 0, value, 1e-5 * Math.abs(value))
      const back = yield* Lora.unmerge(adapted, merged)
      assert.sameMembers([...back.keys()], [...arrays.keys()])
      for (const [name, array] of arrays) assert.deepStrictEqual(back.get(name), array, name)
    })
  )
  it.effect("is refused where a thin matrix is missing, and undone only where nothing has changed", () =>
    Effect.gen(function* () {
      const adapted = Lora.adapt<AnyNetwork>(yield* family.network(architecture), settings)
      const arrays = stirred(adapted.network)
      const [target] = adapted.targets
      const { a, weight } = target ?? {}
      const without = new Map([...arrays].filter(([name]) => name !== a?.name))
      const missing = yield* Effect.flip(Lora.merge(adapted, without))
      assert.include(missing.message, `${a?.name} should be [${a?.shape.join(", ")}], but is not there`)
      const { kept, ...merged } = yield* Lora.merge(adapted, arrays)
      const changed = new Map(merged.arrays).set(weight?.name ?? "", arrays.get(weight?.name ?? "")!)
      const error = yield* Effect.flip(Lora.unmerge(adapted, { arrays: changed, kept }))
      assert.include(error.message, `${weight?.name} is not the sum`)
    })
  )
  it.effect("is nothing at first, and blocks computed again give the same gradients", () =>
    Effect.gen(function* () {
      const base: AnyNetwork = yield* family.network(architecture)
      const { network, targets, trained } = Lora.adapt(base, settings)
      const task = taskOf(network)
      const start = (parameter: Parameter): Values => {
        const { shape } = parameter
        const thin = targets.some(({ b }) => b === parameter)
        const data = Float64Array.from(Start.stirred(parameter), (value) => (thin ? 0 : value))
        return { shape, data }
      }
      const plain = taskOf(base)
      const [before] = evaluate(plain.objective, batchOf(plain), lossesOf(plain.objective).slice(0, 1), {
        parameters: start
      })
      const [after] = evaluate(task.objective, batchOf(task), lossesOf(task.objective).slice(0, 1), {
        parameters: start
      })
      assert.deepStrictEqual(after, before)
      const slopes = (rematerialize: boolean) => {
        const [loss] = lossesOf(task.objective, { rematerialize })
        const targets = network.parameters.filter(trained)
        return loss === undefined ? [] : evaluate(task.objective, batchOf(task), gradients(loss, targets))
      }
      assert.deepStrictEqual(slopes(true), slopes(false))
    })
  )
})

/** As the float64 reference takes it. */
const batchOf = ({ batch }: ReturnType<typeof taskOf>) =>
  Object.fromEntries(Object.entries(batch).map(([name, { shape = [], values }]) => [name, { shape, values }]))

const names = ({ network, trained }: Lora.Adapted) =>
  network.parameters.filter(trained).map(({ name }) => name)

describe("adapting", () => {
  const gpt = Effect.runSync(zoo.gpt2.network({ ...tinies.gpt2[0]?.architecture }))
  const bert = Effect.runSync(zoo.bert.network({ ...tinies.bert[0]?.architecture, head: "classification" }))
  it("trains the thin matrices, and the head where it is asked to", () => {
    const plain = names(Lora.adapt(bert, settings))
    assert.lengthOf(plain, 2 * 2 * 2) // queries and values of two layers, A and B
    assert.include(plain, "base_model.model.bert.encoder.layer.0.attention.self.query.lora_A.weight")
    const headed = names(Lora.adapt(bert, { ...settings, head: true }))
    assert.sameMembers(
      headed.filter((name) => !plain.includes(name)),
      ["bert.pooler.dense.weight", "bert.pooler.dense.bias", "classifier.weight", "classifier.bias"]
    )
  })
  it("keeps slots and gradients of the thin matrices alone", () => {
    const { network, trained } = Lora.adapt(gpt, settings)
    const options = { optimizer: AdamW.defaults, precision: "float32", clusters: false, trained } as const
    const { train } = TrainingProgram.entriesOf(causal(network), options)
    assert.lengthOf(train.updates, 3 * 2 * gpt.cache.layers)
    const moved = new Set(train.updates.map(([variable]) => variable))
    for (const parameter of gpt.parameters) assert.isFalse(moved.has(parameter), parameter.name)
  })
  it("takes modules by the end of their name", () => {
    const { targets } = Lora.adapt(gpt, { ...settings, targets: ["mlp.c_proj"] })
    assert.deepStrictEqual(
      targets.map(({ a, b }) => [a.shape, b.shape]),
      [
        [
          [3, 64],
          [16, 3]
        ],
        [
          [3, 64],
          [16, 3]
        ]
      ]
    )
  })
  it("is refused for modules that are not there, tables, and a rank of nothing", () => {
    const adapt = (change: object) => () => Lora.adapt(gpt, { ...settings, ...change })
    assert.throws(adapt({ targets: ["query"] }), /no module query; it has .*c_attn/)
    assert.throws(adapt({ targets: ["wte"] }), /transformer.wte.weight \[64, 16\] is no matrix of a layer/)
    assert.throws(adapt({ rank: 0 }), /rank 0/)
    const { network } = Lora.adapt(gpt, settings)
    const tokens: Tensor = causal(gpt).inputs.tokens
    assert.throws(
      () => network.hidden(tokens, { ...run, attend: (_, { queries }) => queries }),
      /merge its arrays/
    )
  })
})
