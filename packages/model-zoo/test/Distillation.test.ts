import { assert, describe, it } from "@effect/vitest"
import { AdamW, TrainingProgram } from "@inkstone/graph"
import { Session } from "@inkstone/tensorflow"
import { Effect } from "effect"
import { join } from "node:path"
import * as Bert from "../src/Bert.ts"
import * as DistilBert from "../src/DistilBert.ts"
import { distilBert, distillation, teacherName } from "../src/objectives/Distillation.ts"
import type { NamedArrays } from "../src/NamedArray.ts"
import * as Safetensors from "../src/Safetensors.ts"
import { assertNear, floats, folderOf, integers, json } from "./encoders.ts"
import { assertLearns } from "./objectives.ts"

const read = (folder: string, file: string) =>
  Effect.map(Safetensors.read(join(folderOf(folder), file)), ({ arrays }) => arrays)
const networkOf = Effect.fnUntraced(function* (family: typeof Bert.family, folder: string) {
  return yield* family.network(yield* family.huggingFace.read(json(folderOf(folder), "config.json")))
})

/** The config of the golden BERT with something else in it. */
const changed = (changes: object) => Object.assign({}, json(folderOf("bert"), "config.json"), changes)

const bert = (changes: object) =>
  Effect.flatMap(Bert.family.huggingFace.read(changed(changes)), Bert.family.network)

/** Two texts with hidden tokens, the second one padded. */
const batchOf = (golden: NamedArrays) => {
  const [shape, places] = [golden.get("tokens")?.shape ?? [], golden.get("places")?.shape ?? []]
  return {
    tokens: { shape, values: integers(golden.get("tokens")) },
    mask: { shape, values: Uint8Array.from(integers(golden.get("mask"))) },
    places: { shape: places, values: integers(golden.get("places")) },
    targets: { shape: places, values: integers(golden.get("targets")) },
    weights: { shape: places, values: floats(golden.get("weights")) }
  }
}

describe("distillation", () => {
  it.effect("gives the losses and gradients of Sanh et al. 2019, as PyTorch computes them", () =>
    Effect.gen(function* () {
      const student = yield* networkOf(DistilBert.family, "distilbert")
      const teacher = yield* networkOf(Bert.family, "bert")
      const own = yield* read("distilbert", "model.safetensors")
      const taught = new Map(
        [...(yield* read("bert", "model.safetensors"))].map(([name, array]) => [teacherName(name), array])
      )
      const golden = yield* read("distillation", "golden.safetensors")
      const found = yield* assertLearns({
        objective: distillation(student, teacher),
        batch: batchOf(golden),
        valueOf: (variable) => floats(own.get(variable) ?? taught.get(variable)),
        golden
      })
      for (const part of ["divergence", "nats", "cosine"])
        assertNear(found(part), floats(golden.get(part)), 1e-5, part)
    })
  )

  it.effect("teaches a student of the teacher's own family, and leaves the teacher as it is", () =>
    Effect.gen(function* () {
      const teacher = yield* networkOf(Bert.family, "bert")
      const student = yield* bert({ num_hidden_layers: 1 })
      const stored = yield* read("bert", "model.safetensors")
      const objective = distillation(student, teacher)
      const program = TrainingProgram.build(objective, {
        optimizer: { ...AdamW.defaults, weightDecay: 0 },
        precision: "float32",
        clusters: false
      })
      assert.sameMembers(
        program.variables.filter(({ name }) => name.startsWith(teacherName(""))).map(({ name }) => name),
        teacher.parameters.map(({ name }) => teacherName(name))
      )
      const session = yield* Session.open(program.graphDef)
      session.call(program.entries.init, { key: { values: Int32Array.of(1, 2) } })
      const variables = new Map(program.variables.map((variable) => [variable.name, variable]))
      const ofTeacher = teacher.parameters.flatMap(({ name }) => {
        const variable = variables.get(teacherName(name))
        return variable === undefined ? [] : [{ variable, values: floats(stored.get(name)) }]
      })
      for (const { values, variable } of ofTeacher) session.call(variable.write, { value: { values } })
      const golden = yield* read("distillation", "golden.safetensors")
      const batch = batchOf(golden)
      const step = (n: number) =>
        session.call(program.entries.train, {
          ...batch,
          key: { values: Int32Array.of(0, n) },
          learningRate: { values: Float32Array.of(5e-3) },
          step: { values: Float32Array.of(n) },
          maxGradientNorm: { values: Float32Array.of(1) }
        }).loss.values[0] ?? Number.NaN
      const losses = Array.from({ length: 60 }, (_, i) => step(i + 1))
      assert.isBelow(losses.at(-1) ?? Number.NaN, 0.2 * (losses[0] ?? 0))
      for (const { values, variable } of ofTeacher)
        assert.deepStrictEqual(session.call(variable.read, {}).value.values, values, variable.name)
    })
  )

  it.effect("says what student and teacher do not agree in", () =>
    Effect.gen(function* () {
      const teacher = yield* networkOf(Bert.family, "bert")
      const other = yield* bert({ vocab_size: 64 })
      assert.throws(() => distillation(other, teacher), /vocabulary of 64, its teacher one of 128/)
      const narrow = yield* bert({ hidden_size: 16 })
      assert.throws(() => distillation(narrow, teacher), /16 channels, its teacher 32: set cosine to 0/)
      const terms = distillation(narrow, teacher, { ...distilBert, cosine: 0 }).terms({
        precision: "float32"
      })
      assert.deepStrictEqual(Object.keys(terms), ["divergence", "nats"])
      const headless = yield* bert({ architectures: ["BertModel"] })
      assert.throws(() => distillation(teacher, headless), /no head for tokens/)
    })
  )
})
