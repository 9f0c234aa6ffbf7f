// What is counted of labels, numbers and places of answers, beside numbers worked by hand.
import { assert, describe, it } from "@effect/vitest"
import type { Classifier } from "@inkstone/model-zoo"
import { Effect } from "effect"
import { classify, natsOf } from "../src/task/Classify.ts"
import type { Row, TaskData } from "../src/task/Examples.ts"
import * as LabelMeasures from "../src/task/LabelMeasures.ts"
import { bestSpan } from "../src/task/Span.ts"
import * as TextMeasures from "../src/task/TextMeasures.ts"

describe("names that labels mark", () => {
  it("begin at B, go on with I of their type, and end elsewhere, as conlleval takes them", () => {
    const labels = ["B-PER", "I-PER", "O", "B-LOC", "B-LOC", "I-PER", "I-PER"]
    assert.deepStrictEqual(LabelMeasures.namesOf(labels), ["0-2:PER", "3-4:LOC", "4-5:LOC", "5-7:PER"])
  })

  it("give tokens right 5 of 6, and F1 of names 2 * 1 / (2 + 2)", () => {
    const said = [
      ["B-PER", "I-PER", "O"],
      ["B-LOC", "O", "O"]
    ]
    const right = [
      ["B-PER", "I-PER", "O"],
      ["B-LOC", "I-LOC", "O"]
    ]
    const { metrics, values } = LabelMeasures.ofTags(said, right, "c")
    assert.deepStrictEqual(
      metrics.map(({ metric }) => metric),
      ["token_accuracy", "entity_f1"]
    )
    assert.deepStrictEqual(values(), [5 / 6, 0.5])
    assert.deepStrictEqual(values(Uint32Array.of(0, 0)), [1, 1])
  })
})

describe("numbers", () => {
  it("have correlations and a mean squared error, of those drawn alone", () => {
    const { values } = LabelMeasures.ofNumbers(Float64Array.of(1, 2, 4), Float64Array.of(2, 4, 6), "c")
    const [pearson, spearman, mse] = values()
    assert.closeTo(pearson!, 0.9819805060619659, 1e-12) // 6 / sqrt(14/3 * 8)
    assert.closeTo(spearman!, 1, 1e-12)
    assert.closeTo(mse!, 3, 1e-12)
    assert.closeTo(values(Uint32Array.of(0, 0, 1))[2]!, 2, 1e-12)
  })
})

describe("texts", () => {
  it("in Chinese are measured with Chinese tokenizers, as the signatures say", () => {
    const measured = TextMeasures.of(
      [{ output: "老人与海", references: ["老人與海"] }],
      { language: "auto" },
      "data:x"
    ).flatMap(({ metrics }) => metrics)
    const signature = (name: string) => measured.find(({ metric }) => metric === name)?.signature ?? ""
    assert.include(signature("bleu"), "tok:zh")
    assert.include(signature("rouge_l"), "tok:chinese")
    assert.include(signature("ter"), "asian:yes")
    assert.isTrue(measured.every(({ signature }) => signature.endsWith("|data:x")))
  })

  it("that ROUGE cannot read have none", () => {
    const measured = TextMeasures.of([{ output: "да", references: ["да"] }], { language: "other" }, "c")
    const names = measured.flatMap(({ metrics }) => metrics.map(({ metric }) => metric))
    assert.include(names, "chrf")
    assert.notInclude(names, "rouge_l")
  })
})

const row = (ids: ReadonlyArray<number>, answer: readonly [number, number]): Row => ({
  ids,
  segments: Uint8Array.from(ids, (_, at) => Number(at > 0)),
  target: [],
  label: -1,
  value: 0,
  tags: new Int32Array(0),
  answerStart: answer[0],
  answerEnd: answer[1]
})

describe("an answer's place", () => {
  const begins = Float32Array.of(9, 1, 0, 3, 0)
  const ends = Float32Array.of(9, 0, 5, 0, 4)
  const segments = Uint8Array.of(0, 0, 1, 1, 1)

  it("is the best span within the second text, at most so long", () => {
    assert.deepStrictEqual(bestSpan({ begins, ends, segments }, 30), { from: 3, to: 4, score: 7 })
    assert.deepStrictEqual(bestSpan({ begins, ends, segments }, 1), { from: 2, to: 2, score: 5 })
  })

  it("is behind the first token where there is one text alone", () => {
    const alone = new Uint8Array(5)
    assert.deepStrictEqual(bestSpan({ begins, ends, segments: alone }, 30), { from: 3, to: 4, score: 7 })
    assert.isUndefined(bestSpan({ begins: begins.slice(0, 1), ends: ends.slice(0, 1), segments: alone }, 9))
  })

  /** a token with a higher id is likelier to begin and to end an answer */
  const model: Classifier = {
    family: "toy",
    vocabSize: 100,
    contextLength: 8,
    parameters: 0,
    head: "span",
    answer: ({ tokens }) => Effect.succeed(Float32Array.from([...tokens].flatMap((id) => [id, id])))
  }
  const data: TaskData = {
    task: "question-answering",
    split: "test",
    examples: [
      {
        id: "a",
        source: "",
        input: "",
        reference: "7",
        rows: [row([1, 2, 3], [-1, -1]), row([1, 2, 7, 5], [2, 2])]
      }
    ],
    labels: [],
    padId: 0,
    endOfTextId: 0,
    vocabSize: 100,
    targetLength: 1,
    textOf: (ids) => [...ids].join(" ")
  }
  const options = { batchSize: 2, answerTokens: 30, unanswerable: false, done: () => Effect.void }

  it.effect("is looked for in all windows of a text, and costs what the window with the answer says", () =>
    Effect.gen(function* () {
      const { nats, outputs, units } = yield* classify(model, data, options)
      assert.deepStrictEqual(outputs, ["7"])
      assert.closeTo(nats[0]!, natsOf([1, 2, 7, 5], 2), 1e-6)
      assert.strictEqual(units[0], 1)
    })
  )

  it.effect("is nowhere where the first token says so and that may be", () =>
    Effect.gen(function* () {
      const silent = { ...data.examples[0]!, rows: [row([50, 2, 3], [-1, -1])] }
      const unsure = { ...data, examples: [silent] }
      assert.deepStrictEqual((yield* classify(model, unsure, options)).outputs, ["3"])
      const may = yield* classify(model, unsure, { ...options, unanswerable: true })
      assert.deepStrictEqual(may.outputs, [""])
    })
  )
})
