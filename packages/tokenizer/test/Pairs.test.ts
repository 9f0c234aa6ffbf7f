// Examples of two sides: texts to texts, classes, and answers in a text.
import { type ArtifactRef, Ledger, Pairs, Store } from "@inkstone/artifact"
import { stageContract } from "@inkstone/stage/testkit"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { specialToken } from "../src/AddedTokens.ts"
import { encodePairs } from "../src/examples/EncodePairsStage.ts"
import { parseTokenizerJson } from "../src/TokenizerJson.ts"
import { runStage, store } from "./documents.ts"
import { type Example, sealExamples, sealTokenizer } from "./examples.ts"

/** Words of one character, around which BERT's marks stand. */
const characters = "abcdefgh?"
const vocab = [
  "[PAD]",
  "[UNK]",
  "[CLS]",
  "[SEP]",
  ...Array.from(characters),
  ...Array.from(characters, (each) => `##${each}`)
]
const special = (content: string) => specialToken(vocab.indexOf(content), content)
const bert = Effect.runSync(
  parseTokenizerJson(
    JSON.stringify({
      added_tokens: ["[PAD]", "[UNK]", "[CLS]", "[SEP]"].map(special),
      normalizer: null,
      pre_tokenizer: { type: "BertPreTokenizer" },
      post_processor: { type: "BertProcessing", sep: ["[SEP]", 3], cls: ["[CLS]", 2] },
      decoder: { type: "WordPiece", prefix: "##", cleanup: true },
      model: {
        type: "WordPiece",
        unk_token: "[UNK]",
        continuing_subword_prefix: "##",
        max_input_chars_per_word: 100,
        vocab: Object.fromEntries(vocab.map((piece, id) => [piece, id]))
      }
    })
  )
)

const encodedOf = Effect.fnUntraced(function* (config: unknown, examples: ArtifactRef) {
  const tokenizer = yield* sealTokenizer(bert)
  const { made } = yield* runStage(encodePairs, config, { examples, tokenizer })
  const place = yield* Store
  const artifact = yield* place.open(Pairs, made["pairs"]!.digest)
  const ledger = yield* place.open(Ledger, made["ledger"]!.digest)
  const inputs = yield* artifact.read("inputs")
  const targets = yield* artifact.read("targets")
  const tags = yield* artifact.read("tags")
  const rows = yield* artifact.read("pairs")
  const text = (ids: Uint16Array | Uint32Array) =>
    Array.from(ids, (id) => bert.tokenOf(id)?.replace("##", "")).join("")
  return {
    attributes: artifact.attributes,
    labels: (yield* artifact.read("labels")).name,
    found: yield* ledger.read("ledger"),
    rows: rows.id.map((id, i) => {
      const from = rows.input[i]!
      const to = from + rows.inputTokens[i]!
      const target = rows.target[i]!
      return {
        id,
        input: text(inputs.id.subarray(from, to)),
        segments: [...inputs.segment.subarray(from, to)].join(""),
        target: text(targets.id.subarray(target, target + rows.targetTokens[i]!)),
        label: rows.label[i],
        value: rows.value[i],
        tags: [...tags.label.subarray(from, to)],
        answer: [rows.answerStart[i], rows.answerEnd[i]]
      }
    })
  }
})

const example = (parts: Readonly<Record<string, string>>, split = "train"): Example => ({
  split,
  parts: Object.entries(parts)
})

describe("text to text", () => {
  it.effect("has the input as the tokenizer's template has it, and the target with its end", () =>
    Effect.gen(function* () {
      const examples = yield* sealExamples([
        example({ source: "a b", target: "c" }),
        example({ source: "[SEP]", target: "d e" })
      ])
      const { attributes, rows } = yield* encodedOf({}, examples)
      assert.deepStrictEqual(
        rows.map(({ input, target }) => [input, target]),
        [["[CLS]ab[SEP]", "c[SEP]"], ["[CLS][UNK][UNK][UNK][SEP]", "de[SEP]"]] // prettier-ignore
      )
      const { examples: kept, inputTokens, padId, targetBytes, targetTokens } = attributes
      assert.deepStrictEqual([kept, inputTokens, targetTokens, targetBytes, padId], [2, 9, 5, 4, 0])
    }).pipe(Effect.provide(store))
  )

  it.effect("cuts either side where it is too long, a cut target without an end, and says so", () =>
    Effect.gen(function* () {
      const examples = yield* sealExamples([
        example({ source: "a b c d e", target: "c" }),
        example({ source: "a", target: "c d e f" }),
        example({ source: "a" })
      ])
      const config = { inputLength: 5, targetLength: 3 }
      const { found, rows } = yield* encodedOf(config, examples)
      assert.deepStrictEqual(
        rows.map(({ input, target }) => [input, target]),
        [["[CLS]abc[SEP]", "c[SEP]"], ["[CLS]a[SEP]", "cde"]] // prettier-ignore
      )
      const ledger = (of: typeof found) =>
        of.id.map((id, i) => [id, of.action[i], of.rule[i], of.value[i], of.threshold[i]])
      assert.deepStrictEqual(ledger(found), [
        ["e0", "repaired", "input-cut", 2, 5],
        ["e1", "repaired", "target-cut", 2, 3],
        ["e2", "dropped", "missing-part", 0, 1]
      ])
      const dropping = yield* encodedOf(
        { ...config, overflow: "drop" },
        yield* sealExamples([
          example({ source: "a b c d e", target: "c" }),
          example({ source: "a", target: "b" })
        ])
      )
      assert.deepStrictEqual(
        dropping.rows.map(({ id }) => id),
        ["e1"]
      )
      assert.deepStrictEqual(ledger(dropping.found), [["e0", "dropped", "too-long", 7, 5]])
    }).pipe(Effect.provide(store))
  )
})

describe("classification", () => {
  const config = { task: "classification", input: "{text}", second: "{other}", target: "{label}" }
  it.effect("numbers the classes of all splits in alphabetical order, and marks the second text", () =>
    Effect.gen(function* () {
      const examples = yield* sealExamples([
        example({ text: "a", other: "b c", label: "no" }),
        example({ text: "d", other: "e", label: "yes" }),
        example({ text: "d", other: "e", label: "maybe" }, "test")
      ])
      const { labels, rows } = yield* encodedOf(config, examples)
      assert.deepStrictEqual(labels, ["maybe", "no", "yes"])
      assert.deepStrictEqual(
        rows.map(({ input, label, segments }) => [input, segments, label]),
        [["[CLS]a[SEP]bc[SEP]", "000111", 1], ["[CLS]d[SEP]e[SEP]", "00011", 2]] // prettier-ignore
      )
    }).pipe(Effect.provide(store))
  )

  it.effect("has the classes it is given, and drops what is of none", () =>
    Effect.gen(function* () {
      const examples = yield* sealExamples([
        example({ text: "a", other: "", label: "no" }),
        example({ text: "a", other: "", label: "perhaps" })
      ])
      const { found, labels, rows } = yield* encodedOf({ ...config, labels: ["yes", "no"] }, examples)
      assert.deepStrictEqual(labels, ["yes", "no"])
      assert.deepStrictEqual(rows.map(({ input, label }) => [input, label]), [["[CLS]a[SEP]", 1]]) // prettier-ignore
      assert.deepStrictEqual([...found.rule], ["unknown-label"])
    }).pipe(Effect.provide(store))
  )
})

it.effect("regression has the number of a text, and drops what is none", () =>
  Effect.gen(function* () {
    const examples = yield* sealExamples([
      example({ text: "a b", score: " -2.5e-1 " }),
      example({ text: "a", score: "" }),
      example({ text: "a", score: "much" }),
      example({ text: "c", score: "4" })
    ])
    const config = { task: "regression", input: "{text}", target: "{score}" }
    const { found, rows } = yield* encodedOf(config, examples)
    assert.deepStrictEqual(
      rows.map(({ input, tags, value }) => [input, value, tags]),
      [["[CLS]ab[SEP]", -0.25, []], ["[CLS]c[SEP]", 4, []]] // prettier-ignore
    )
    assert.deepStrictEqual([...found.rule], ["not-a-number", "not-a-number"])
  }).pipe(Effect.provide(store))
)

describe("labels of words", () => {
  const config = { task: "token-classification", input: "{text}", target: "{tags}" }
  it.effect("stand at the first token of each word", () =>
    Effect.gen(function* () {
      const examples = yield* sealExamples([
        example({ text: "ab  c? d", tags: "N O V" }),
        example({ text: "a", tags: "X" }, "test")
      ])
      const { labels, rows } = yield* encodedOf(config, examples)
      assert.deepStrictEqual(labels, ["N", "O", "V", "X"])
      assert.deepStrictEqual(
        rows.map(({ input, tags }) => [input, tags]),
        [["[CLS]abc?d[SEP]", [-1, 0, -1, 1, -1, 2, -1]]]
      )
    }).pipe(Effect.provide(store))
  )

  it.effect("are refused where there are not as many as words, and cut with them", () =>
    Effect.gen(function* () {
      const examples = yield* sealExamples([
        example({ text: "a b", tags: "N" }),
        example({ text: "a b", tags: "N Y" }),
        example({ text: "", tags: "" }),
        example({ text: "a b c d", tags: "N N V N" })
      ])
      const { found, rows } = yield* encodedOf({ ...config, labels: ["V", "N"], inputLength: 5 }, examples)
      assert.deepStrictEqual(
        rows.map(({ input, tags }) => [input, tags]),
        [["[CLS]abc[SEP]", [-1, 1, 1, 0, -1]]]
      )
      assert.deepStrictEqual(
        [...found.rule],
        ["labels-misaligned", "unknown-label", "labels-misaligned", "input-cut"]
      )
    }).pipe(Effect.provide(store))
  )
})

describe("question answering", () => {
  const config = {
    task: "question-answering",
    input: "{question}",
    second: "{context}",
    target: "{answer}",
    inputLength: 9,
    stride: 2
  }
  it.effect("finds the answer's tokens in every window that has it whole", () =>
    Effect.gen(function* () {
      const examples = yield* sealExamples([
        example({ question: "a?", context: "a b cd e f g h", answer: "cd e" }),
        example({ question: "a?", context: "b c", answer: "" }),
        example({ question: "a?", context: "b c", answer: "h" })
      ])
      const { found, rows } = yield* encodedOf(config, examples)
      assert.deepStrictEqual(
        rows.map(({ answer, id, input, segments }) => [id, input, segments, answer]),
        [
          ["e0", "[CLS]a?[SEP]abcd[SEP]", "000011111", [-1, -1]],
          ["e0", "[CLS]a?[SEP]cdef[SEP]", "000011111", [4, 6]],
          ["e0", "[CLS]a?[SEP]efgh[SEP]", "000011111", [-1, -1]],
          ["e1", "[CLS]a?[SEP]bc[SEP]", "0000111", [-1, -1]]
        ]
      )
      assert.deepStrictEqual([found.id, found.rule], [["e2"], ["answer-not-found"]])
    }).pipe(Effect.provide(store))
  )

  it.effect("drops a question that leaves no room for its text", () =>
    Effect.gen(function* () {
      const examples = yield* sealExamples([
        example({ question: "a a a a a a a a", context: "b", answer: "b" }),
        example({ question: "a", context: "b", answer: "b" })
      ])
      const { found, rows } = yield* encodedOf(config, examples)
      assert.deepStrictEqual([found.id, found.rule], [["e0"], ["too-long"]])
      assert.deepStrictEqual(
        rows.map(({ answer }) => answer),
        [[3, 3]]
      )
    }).pipe(Effect.provide(store))
  )
})

it.effect.each([
  ["answers without a text they stand in", { task: "question-answering" }, "NoSecondText"],
  ["a split without examples", { split: "test" }, "EmptySplit"],
  ["examples of which none is whole", { input: "{text}" }, "NothingToLearn"]
] as const)("the stage refuses %s", ([, config, fact]) =>
  Effect.gen(function* () {
    const examples = yield* sealExamples([example({ source: "a", target: "b" })])
    const failure = yield* Effect.flip(encodedOf(config, examples))
    assert.propertyVal(failure, "fact", fact)
  }).pipe(Effect.provide(store))
)

stageContract(encodePairs, [
  {
    name: "text to text",
    config: {},
    inputs: {
      examples: { label: "examples", make: sealExamples([example({ source: "a b", target: "c" }), example({ source: "d", target: "e" })]) }, // prettier-ignore
      tokenizer: { label: "tokenizer", make: sealTokenizer(bert) }
    }
  }
])
