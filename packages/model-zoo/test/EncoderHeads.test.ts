import { assert, describe, it } from "@effect/vitest"
import { input, Interpreter, type Objective, type Tensor, type Values } from "@inkstone/graph"
import { Effect } from "effect"
import { join } from "node:path"
import * as Bert from "../src/Bert.ts"
import * as DistilBert from "../src/DistilBert.ts"
import type { NamedArrays } from "../src/NamedArray.ts"
import type { EncoderNetwork } from "../src/Network.ts"
import { classification } from "../src/objectives/Classification.ts"
import { maskedLanguage } from "../src/objectives/MaskedLanguage.ts"
import { pretraining } from "../src/objectives/NextSentence.ts"
import { questionAnswering } from "../src/objectives/QuestionAnswering.ts"
import { regression } from "../src/objectives/Regression.ts"
import { tokenClassification } from "../src/objectives/TokenClassification.ts"
import * as Roberta from "../src/Roberta.ts"
import * as Safetensors from "../src/Safetensors.ts"
import { assertNear, floats, folderOf, integers, json } from "./encoders.ts"
import { assertLearns } from "./objectives.ts"

const families = { bert: Bert.family, roberta: Roberta.family, distilbert: DistilBert.family }
type Name = keyof typeof families
const run = { precision: "float32" } as const

/** A checkpoint with a head, and what `transformers` says of it. */
const checkpoint = Effect.fnUntraced(function* (name: Name, folder: string) {
  const path = folderOf(folder)
  const family = families[name]
  const network = yield* family.network(yield* family.huggingFace.read(json(path, "config.json")))
  const { arrays } = yield* Safetensors.read(join(path, "model.safetensors"))
  assert.sameMembers(
    network.parameters.map((parameter) => parameter.name),
    [...arrays.keys()]
  )
  return { network, arrays }
})
const goldenOf = (folder: string) =>
  Effect.map(Safetensors.read(join(folderOf(folder), "golden.safetensors")), ({ arrays }) => arrays)

const rows = 2
const ones = { shape: [rows], values: new Float32Array(rows).fill(1) }
const whole = (golden: NamedArrays, name: string) => ({
  shape: golden.get(name)?.shape ?? [],
  values: integers(golden.get(name))
})
/** What was read: tokens, which of them are no padding, to which text they belong. */
const textsOf = (golden: NamedArrays) => {
  const tokens = whole(golden, "input_ids")
  return {
    tokens,
    mask: { shape: tokens.shape, values: Uint8Array.from(whole(golden, "attention_mask").values) },
    segments: golden.has("token_type_ids")
      ? whole(golden, "token_type_ids")
      : { shape: tokens.shape, values: new Int32Array(tokens.values.length) }
  }
}
const hiddenOf = (network: EncoderNetwork, { inputs }: Objective) => {
  const { mask, segments, tokens } = inputs
  if (tokens === undefined || mask === undefined || segments === undefined) throw new RangeError("texts")
  return network.hidden(tokens, { ...run, mask, segments })
}

describe("heads against transformers, with a padded text", () => {
  for (const name of ["bert", "roberta", "distilbert"] as const) {
    it.effect(`${name} tells classes: logits, loss and every gradient agree`, () =>
      Effect.gen(function* () {
        const folder = `${name}-classification`
        const [{ arrays, network }, golden] = [yield* checkpoint(name, folder), yield* goldenOf(folder)]
        const objective = classification(network)
        const logits = network.heads.labels?.(hiddenOf(network, objective), run)
        assert.deepStrictEqual(logits?.shape, ["B", 3])
        const found = yield* assertLearns({
          objective,
          outputs: { logits },
          batch: { ...textsOf(golden), labels: whole(golden, "labels"), weights: ones },
          valueOf: (variable) => floats(arrays.get(variable)),
          golden
        })
        assertNear(found("logits"), floats(golden.get("logits")), 1e-5, "logits")
      })
    )

    it.effect(`${name} gives a number: its value, loss and every gradient agree`, () =>
      Effect.gen(function* () {
        const folder = `${name}-regression`
        const [{ arrays, network }, golden] = [yield* checkpoint(name, folder), yield* goldenOf(folder)]
        const objective = regression(network)
        const found = yield* assertLearns({
          objective,
          outputs: objective.predictions(run),
          batch: {
            ...textsOf(golden),
            targets: { shape: [rows], values: floats(golden.get("labels")) },
            weights: ones
          },
          valueOf: (variable) => floats(arrays.get(variable)),
          golden
        })
        assertNear(found("value"), floats(golden.get("logits")), 1e-5, "logits")
      })
    )

    it.effect(`${name} tells classes of tokens: logits, loss and every gradient agree`, () =>
      Effect.gen(function* () {
        const folder = `${name}-token-classification`
        const [{ arrays, network }, golden] = [yield* checkpoint(name, folder), yield* goldenOf(folder)]
        const objective = tokenClassification(network)
        const logits = network.heads.tags?.(hiddenOf(network, objective), run)
        assert.deepStrictEqual(logits?.shape, ["B", "T", 3])
        const labels = whole(golden, "labels")
        const found = yield* assertLearns({
          objective,
          outputs: { logits, ...objective.predictions(run) },
          batch: {
            ...textsOf(golden),
            labels: { ...labels, values: labels.values.map((label) => Math.max(0, label)) },
            weights: {
              shape: labels.shape,
              values: Float32Array.from(labels.values, (label) => (label < 0 ? 0 : 1))
            }
          },
          valueOf: (variable) => floats(arrays.get(variable)),
          golden
        })
        const expected = floats(golden.get("logits"))
        assertNear(found("logits"), expected, 1e-5, "logits")
        for (const [i, predicted] of Array.from(found("predicted")).entries())
          assert.strictEqual(expected[3 * i + predicted], Math.max(...expected.subarray(3 * i, 3 * i + 3)))
      })
    )

    it.effect(`${name} finds answers: logits, loss and every gradient agree`, () =>
      Effect.gen(function* () {
        const folder = `${name}-question-answering`
        const [{ arrays, network }, golden] = [yield* checkpoint(name, folder), yield* goldenOf(folder)]
        const objective = questionAnswering(network)
        const span = network.heads.span?.(hiddenOf(network, objective), run)
        assert.deepStrictEqual(span?.shape, ["B", "T", 2])
        const found = yield* assertLearns({
          objective,
          outputs: { span },
          batch: {
            ...textsOf(golden),
            begins: whole(golden, "start_positions"),
            ends: whole(golden, "end_positions"),
            weights: ones
          },
          valueOf: (variable) => floats(arrays.get(variable)),
          golden
        })
        for (const [side, logits] of ["start_logits", "end_logits"].entries())
          assertNear(
            Array.from(found("span")).filter((_, i) => i % 2 === side),
            floats(golden.get(logits)),
            1e-5,
            logits
          )
      })
    )
  }

  it.effect("bert foretells tokens and next sentences at once: logits, loss and every gradient agree", () =>
    Effect.gen(function* () {
      const folder = "bert-pretraining"
      const [{ arrays, network }, golden] = [yield* checkpoint("bert", folder), yield* goldenOf(folder)]
      const objective = pretraining(network)
      const hidden = hiddenOf(network, objective)
      const [tokens, next] = [network.heads.tokens?.(hidden, run), network.heads.nextSentence?.(hidden, run)]
      assert.deepStrictEqual(
        [tokens?.shape, next?.shape],
        [
          ["B", "T", 32],
          ["B", 2]
        ]
      )
      // the golden labels are for all places: those of other places count nothing here either
      const labels = whole(golden, "labels")
      const [, T = 0] = labels.shape
      const found = yield* assertLearns({
        objective,
        outputs: { tokens, next },
        batch: {
          ...textsOf(golden),
          places: { shape: labels.shape, values: labels.values.map((_, i) => i % T) },
          targets: { shape: labels.shape, values: labels.values.map((label) => Math.max(0, label)) },
          weights: {
            shape: labels.shape,
            values: Float32Array.from(labels.values, (label) => (label < 0 ? 0 : 1))
          },
          follows: whole(golden, "next_sentence_label"),
          pairs: ones
        },
        valueOf: (variable) => floats(arrays.get(variable)),
        golden
      })
      assertNear(found("tokens"), floats(golden.get("prediction_logits")), 1e-5, "tokens")
      assertNear(found("next"), floats(golden.get("seq_relationship_logits")), 1e-5, "next")
    })
  )
})

/** A small network with that head. */
const withHead = (name: Name, head: string) => {
  const nano = families[name].presets.find((preset) => preset.name === "nano")
  return families[name].network({ ...nano?.architecture, head })
}

describe("objectives of encoders", () => {
  it.effect("say which head the network lacks", () =>
    Effect.gen(function* () {
      const words = yield* withHead("bert", "masked-language")
      const [bare, classifier] = [
        yield* withHead("bert", "none"),
        yield* withHead("roberta", "classification")
      ]
      assert.throws(
        () => maskedLanguage(classifier),
        /no head for tokens: its config needs head masked-language/
      )
      assert.throws(() => pretraining(words), /its config needs head pretraining/)
      assert.throws(() => classification(bare), /its config needs head classification/)
      assert.throws(() => questionAnswering(classifier), /its config needs head question-answering/)
      assert.throws(() => regression(classifier), /its config needs head regression/)
      assert.throws(() => tokenClassification(words), /its config needs head token-classification/)
    })
  )

  it.effect("find the likeliest answer in the text, or none, as trying all pairs does", () =>
    Effect.gen(function* () {
      const network = yield* withHead("bert", "question-answering")
      const [B, T, question] = [40, 7, 3]
      const scores = input("scores", "float32", ["B", "T", 2])
      const objective = questionAnswering({ ...network, heads: { span: () => scores } })
      const { beginAt, endAt } = objective.predictions(run)
      const { mask, segments } = objective.inputs
      const data = Float64Array.from({ length: B * T * 2 }, (_, i) => Math.sin(i * i + 1))
      const length = (row: number) => T - (row % 3) // what follows is padding
      const each = (of: (row: number, place: number) => boolean) => ({
        shape: [B, T],
        data: Float64Array.from({ length: B * T }, (_, i) => (of(Math.floor(i / T), i % T) ? 1 : 0))
      })
      const [begins, ends] = Interpreter.evaluate(
        [beginAt, endAt],
        new Map<Tensor, Values>([
          [scores, { shape: [B, T, 2], data }],
          [mask, each((row, place) => place < length(row))],
          [segments, each((_, place) => place >= question)]
        ]),
        { B, T }
      )
      for (let row = 0; row < B; row += 1) {
        const at = (place: number, side: number) => data[(row * T + place) * 2 + side] ?? Number.NaN
        let best = { from: 0, to: 0, score: at(0, 0) + at(0, 1) }
        for (let from = question; from < length(row); from += 1)
          for (let to = from; to < length(row); to += 1) {
            const score = at(from, 0) + at(to, 1)
            if (score > best.score) best = { from, to, score }
          }
        assert.deepStrictEqual([begins?.data[row], ends?.data[row]], [best.from, best.to], `row ${row}`)
      }
    })
  )
})
