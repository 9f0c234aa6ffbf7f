// What objectives of language models see of a row, in float64.
import { assert, describe, it } from "@effect/vitest"
import {
  add,
  GraphInvalid,
  type Objective,
  slice,
  sum,
  type Tensor,
  type Values,
  type Variable
} from "@inkstone/graph"
import { Effect } from "effect"
import { causal, causalPacked } from "../src/objectives/Causal.ts"
import { classification } from "../src/objectives/Classification.ts"
import {
  distilBert,
  distillationCausal,
  distillationTextToText,
  teacherName
} from "../src/objectives/Distillation.ts"
import { textToText } from "../src/objectives/TextToText.ts"
import { withDomains } from "../src/objectives/WithDomains.ts"
import { zoo } from "../src/Zoo.ts"
import type { AnyNetwork } from "../src/Network.ts"
import { type Batch, evaluate, valuesOf } from "./float64.ts"
import { tinies } from "./tinies.ts"

const run = { precision: "float32" } as const
const ids = (shape: ReadonlyArray<number>, of: (i: number) => number) => ({
  shape,
  values: Int32Array.from({ length: shape.reduce((n, size) => n * size, 1) }, (_, i) => of(i))
})
const ones = (shape: ReadonlyArray<number>) => {
  const { values } = ids(shape, () => 1)
  return { shape, values: Float32Array.from(values) }
}

describe("texts packed into a row", () => {
  for (const family of [zoo.gpt2, zoo.llama])
    it.effect(`cost what each costs alone: ${family.name}`, () =>
      Effect.gen(function* () {
        const small = { vocabSize: 30, contextLength: 16, layers: 1, heads: 2, channels: 8 }
        const network = yield* family.network(
          family === zoo.gpt2
            ? { ...small, layerNormEpsilon: 1e-5 }
            : { ...small, keyHeads: 1, innerChannels: 12, rotaryBase: 100, normEpsilon: 1e-5, tied: true }
        )
        const texts = [
          [7, 3, 19, 4],
          [11, 3, 5]
        ]
        const packed = causalPacked(network)
        const [both] = evaluate(
          packed,
          {
            tokens: ids([1, 7], (i) => texts.flat()[i] ?? 0),
            documents: ids([1, 6], (i) => (i < 4 ? 1 : 2)),
            positions: ids([1, 6], (i) => i % 4),
            weights: ones([1, 6])
          },
          [packed.terms(run).nats.values]
        )
        const plain = causal(network)
        const alone = texts.map((text) => {
          const length = text.length
          const batch = { tokens: ids([1, length], (i) => text[i] ?? 0), weights: ones([1, length - 1]) }
          return [...(evaluate(plain, batch, [plain.terms(run).nats.values])[0] ?? [])]
        })
        // the place between them foretells nothing of its own text
        const found = [...(both ?? [])].toSpliced(3, 1)
        for (const [i, nats] of alone.flat().entries()) assert.approximately(found[i] ?? 0, nats, 1e-9)
      })
    )
})

/** The sum of all that an objective's predictions cost. */
const costOf = (objective: Objective, batch: Batch) => {
  const parts = Object.values(objective.terms(run)).map(({ values }) => sum(values))
  const cost = parts.reduce((total: Tensor, part) => add(total, part))
  return evaluate(objective, batch, [cost])[0]?.[0] ?? Number.NaN
}

describe("domains of tokens", () => {
  const domain = { size: 3, combine: "sum" }
  it.effect("are one more input of any objective, and 0 is as if there were none", () =>
    Effect.gen(function* () {
      const gpt = yield* zoo.gpt2.network({ ...tinies.gpt2[0]?.architecture, layers: 1, domain })
      const bert = yield* zoo.bert.network({
        ...tinies.bert[0]?.architecture,
        layers: 1,
        head: "classification",
        domain
      })
      const t5 = yield* zoo.t5.network({ ...tinies.t5[0]?.architecture, decoderLayers: 1, domain })
      const text = (length: number) => ids([2, length], (i) => 5 + ((i * 7) % 40))
      const cases = [
        {
          plain: causal(gpt),
          told: withDomains(gpt, causal),
          batch: { tokens: text(6), weights: ones([2, 5]) },
          length: 5
        },
        {
          plain: classification(bert),
          told: withDomains(bert, classification),
          batch: {
            tokens: text(5),
            mask: ones([2, 5]),
            segments: ids([2, 5], () => 0),
            labels: ids([2], (i) => i),
            weights: ones([2])
          },
          length: 5
        },
        {
          plain: textToText(t5),
          told: withDomains(t5, textToText),
          batch: { source: text(5), sourceMask: ones([2, 5]), targets: text(3), weights: ones([2, 3]) },
          length: 5
        }
      ]
      for (const { batch, length, plain, told } of cases) {
        const without = costOf(plain, batch)
        assert.strictEqual(costOf(told, { ...batch, domains: ids([2, length], () => 0) }), without)
        assert.notStrictEqual(costOf(told, { ...batch, domains: ids([2, length], (i) => i % 3) }), without)
      }
    })
  )
  it("are refused where the head is missing, as without them", () => {
    const network = Effect.runSync(zoo.bert.network({ ...tinies.bert[0]?.architecture }))
    assert.throws(() => withDomains(network, classification), GraphInvalid, /head classification/)
  })
})

/** softmax of logits over the temperature */
const likelihoods = (logits: Float64Array, temperature: number) => {
  const powers = [...logits].map((logit) => Math.exp(logit / temperature))
  const total = powers.reduce((a, b) => a + b)
  return powers.map((power) => power / total)
}
/** Numbers of a teacher's variables: those of its parameters. */
const taught = (
  teacher: AnyNetwork,
  variables: ReadonlyArray<Variable>
): ReadonlyArray<readonly [Tensor, Values]> =>
  teacher.parameters.flatMap((parameter) =>
    variables
      .filter(({ name }) => name === teacherName(parameter.name))
      .map((variable) => [variable, valuesOf(parameter)] as const)
  )

const shape = { vocabSize: 30, contextLength: 16, layers: 1, heads: 2, channels: 8 }
const gpt = (change: object) =>
  Effect.runSync(zoo.gpt2.network({ ...shape, layerNormEpsilon: 1e-5, ...change }))
const text = (length: number) => ids([2, length], (i) => 5 + ((i * 7) % 20))
/** of a place, at temperature 2 */
const at = (said: Float64Array | undefined, place: number) =>
  likelihoods((said ?? new Float64Array(0)).subarray(place * 30, (place + 1) * 30), 2)

describe("a teacher", () => {
  const settings = { ...distilBert, cosine: 0 }
  it.effect("of another family teaches next tokens by what it thinks of all of them", () =>
    Effect.gen(function* () {
      const student = yield* zoo.gpt2.network({ ...shape, layerNormEpsilon: 1e-5 })
      const own = { keyHeads: 1, innerChannels: 12, rotaryBase: 100, normEpsilon: 1e-5, tied: true }
      const teacher = yield* zoo.llama.network({ ...shape, ...own, channels: 12 })
      const objective = distillationCausal(student, teacher, settings)
      const read = slice(objective.inputs.tokens, { axis: 1, from: 0, size: "T" })
      const [logits, others] = [student, teacher].map((network) =>
        network.logits(network.hidden(read, run), run.precision)
      )
      const { divergence } = objective.terms(run)
      const [found, mine, theirs] = evaluate(
        { ...objective, parameters: [...student.parameters, ...teacher.parameters] },
        { tokens: text(6), weights: ones([2, 5]) },
        [divergence.values, logits!, others!],
        { given: taught(teacher, objective.teacher) }
      )
      assert.lengthOf(found ?? [], 10)
      for (const [place, value] of (found ?? []).entries()) {
        const [p, q] = [at(theirs, place), at(mine, place)]
        const expected = p.reduce((sum, likely, i) => sum + likely * Math.log(likely / (q[i] ?? 0)), 0)
        assert.approximately(value, expected * 2 ** 2, 1e-9)
      }
    })
  )
  it.effect("that is the student's like has nothing to teach but what was written", () =>
    Effect.gen(function* () {
      const t5 = yield* zoo.t5.network({ ...tinies.t5[0]?.architecture, decoderLayers: 1 })
      const objective = distillationTextToText(t5, t5, { ...settings, cosine: 1 })
      const { cosine, divergence, nats } = objective.terms(run)
      const batch = { source: text(5), sourceMask: ones([2, 5]), targets: text(3), weights: ones([2, 3]) }
      const [apart, angle, found] = evaluate(
        objective,
        batch,
        [divergence.values, cosine!.values, nats.values],
        { given: taught(t5, objective.teacher) }
      )
      for (const value of [...(apart ?? [1]), ...(angle ?? [1])]) assert.approximately(value, 0, 1e-12)
      const plain = textToText(t5)
      assert.deepStrictEqual(found, evaluate(plain, batch, [plain.terms(run).nats.values])[0])
    })
  )
  it("must know the same tokens, and be as wide where directions are compared", () => {
    assert.throws(
      () => distillationCausal(gpt({}), gpt({ vocabSize: 31 })),
      /vocabulary of 30, its teacher one of 31/
    )
    const wide = distillationCausal(gpt({}), gpt({ channels: 16 }))
    assert.throws(() => wide.terms(run), /8 channels, its teacher 16: set cosine to 0/)
  })
})
