import { type ArtifactRef, Ledger, Packed, Store } from "@inkstone/artifact"
import { stageContract } from "@inkstone/stage/testkit"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { encodeExamples } from "../src/examples/EncodeExamplesStage.ts"
import { byteLevelBpe } from "../src/TextTokenizer.ts"
import { byteVocabulary } from "../src/Vocabulary.ts"
import { runStage, store } from "./documents.ts"
import { type Example, sealExamples, sealTokenizer } from "./examples.ts"
import { integers } from "./texts.ts"

/** Every byte is a token, 256 is end-of-text. */
const bytes = byteLevelBpe(byteVocabulary("<|endoftext|>"))

const asked = (question: string, answer: string): Example => ({
  parts: [
    ["question", question],
    ["answer", answer]
  ]
})

const encodedOf = Effect.fnUntraced(function* (
  config: unknown,
  examples: ArtifactRef,
  tokenizer: ArtifactRef
) {
  const { made } = yield* runStage(encodeExamples, config, { examples, tokenizer })
  const place = yield* Store
  return {
    packed: yield* place.open(Packed, made["packed"]!.digest),
    ledger: yield* place.open(Ledger, made["ledger"]!.digest)
  }
})

/** Each span as text, what is learned of it in brackets. */
const spansOf = Effect.fnUntraced(function* (packed: Effect.Success<ReturnType<typeof encodedOf>>["packed"]) {
  const { id, loss, segment } = yield* packed.read("tokens")
  const spans = yield* packed.read("spans")
  return Array.from(spans.row, (row, i) => {
    const start = row * packed.attributes.contextLength + spans.at[i]!
    let text = ""
    for (let place = start; place < start + spans.tokens[i]!; place++) {
      const piece = id[place] === 256 ? "." : String.fromCharCode(id[place]!)
      text += loss[place] === 1 ? `[${piece}]` : piece
    }
    return {
      row,
      document: spans.document[i]!,
      from: spans.from[i]!,
      segment: segment[start],
      text: text.replaceAll("][", "")
    }
  })
})

describe("the stage", () => {
  it.effect("lays examples into rows in which only the answers are learned", () =>
    Effect.gen(function* () {
      const examples = yield* sealExamples([asked("a?", "1"), asked("bb?", "22"), asked("c?", "3")], 2)
      const config = { contextLength: 12, prompt: "{question}=" }
      const { packed } = yield* encodedOf(config, examples, yield* sealTokenizer(bytes))
      const spans = yield* spansOf(packed)
      assert.deepStrictEqual(
        spans.map(({ document, row, segment, text }) => [row, document, segment, text]),
        [[0, 0, 1, "a?=[1.]"], [0, 1, 2, "bb?=[22.]"], [1, 2, 1, "c?=[3.]"]] // prettier-ignore
      )
      const { documents, lossTokens, padding, rows, tokens } = packed.attributes
      assert.deepStrictEqual([documents, rows, tokens, padding, lossTokens], [3, 2, 17, 7, 7])
    }).pipe(Effect.provide(store))
  )

  it.effect("says in the ledger what it dropped and what it cut, and where a span begins", () =>
    Effect.gen(function* () {
      const examples = yield* sealExamples([
        asked("x".repeat(20), "1"),
        asked("q", "2".repeat(20)),
        { parts: [["question", "?"]] },
        asked("a", "1"),
        { ...asked("other", "split"), split: "test" }
      ])
      const { ledger, packed } = yield* encodedOf({ contextLength: 8 }, examples, yield* sealTokenizer(bytes))
      const { action, id, rule, threshold, value } = yield* ledger.read("ledger")
      assert.deepStrictEqual(
        id.map((each, i) => [each, action[i], rule[i], value[i], threshold[i]]),
        [
          ["e0", "repaired", "prompt-cut", 15, 8],
          ["e1", "dropped", "too-long", 23, 8],
          ["e2", "dropped", "missing-part", 0, 1]
        ]
      )
      assert.deepStrictEqual(ledger.attributes, {
        read: 4,
        kept: 2,
        dropped: { "too-long": 1, "missing-part": 1 },
        repaired: { "prompt-cut": 1 }
      })
      const [first] = yield* spansOf(packed)
      assert.deepStrictEqual([first?.text, first?.from], ["xxxxx\n[1.]", 15])
      assert.deepStrictEqual([packed.attributes.cutDocuments, packed.attributes.cutTokens], [1, 15])
      assert.deepStrictEqual([...(yield* packed.read("documents")).tokens], [23, 4])
    }).pipe(Effect.provide(store))
  )

  it.effect("encodes chats, with the template that came with the tokenizer or one of its own", () =>
    Effect.gen(function* () {
      const examples = yield* sealExamples([
        { parts: [["user", "a"], ["assistant", "b"], ["user", "c"], ["assistant", "d"]] } // prettier-ignore
      ])
      const template =
        "{% for m in messages %}{% if m.role == 'user' %}Q{{ m.content }}{% else %}A{{ m.content }}{{ eos_token }}{% endif %}{% endfor %}"
      const tokenizer = yield* sealTokenizer(bytes, {
        "tokenizer_config.json": JSON.stringify({ chat_template: template })
      })
      const config = { format: "chat", contextLength: 64 }
      const own = yield* encodedOf({ ...config, template: "tokenizer" }, examples, tokenizer)
      const given = yield* encodedOf({ ...config, template }, examples, tokenizer)
      assert.deepStrictEqual(
        (yield* spansOf(own.packed)).map(({ text }) => text),
        ["QaA[b.]QcA[d.]"]
      )
      assert.strictEqual(given.packed.digest, own.packed.digest)
    }).pipe(Effect.provide(store))
  )

  it.effect("loses no example and has none twice, each followed back to its texts", () =>
    Effect.gen(function* () {
      const next = integers(71)
      const word = (most: number) => "x".repeat(next(most))
      const given = Array.from({ length: 200 }, (_, i) => asked(`${i}${word(40)}`, `${i}${word(30)}`))
      const { packed } = yield* encodedOf(
        { contextLength: 90 },
        yield* sealExamples(given, 7),
        yield* sealTokenizer(bytes)
      )
      const spans = yield* spansOf(packed)
      const found = spans.toSorted((a, b) => a.document - b.document).map(({ text }) => text)
      assert.deepStrictEqual(
        found,
        given.map(({ parts }) => `${parts[0]?.[1]}\n[${parts[1]?.[1]}.]`)
      )
    }).pipe(Effect.provide(store))
  )

  it.effect.each([
    ["a split without examples", { split: "test" }, "EmptySplit"],
    ["answers that nothing stands before", { prompt: "", answer: "", contextLength: 2 }, "ConfigInvalid"],
    ["examples of which none can be learned", { contextLength: 2 }, "NothingToLearn"],
    ["a template that nobody knows", { format: "chat", template: "chatlm" }, "TemplateInvalid"],
    ["a template that is not there", { format: "chat", template: "tokenizer" }, "TemplateInvalid"],
    ["a template that is no Jinja", { format: "chat", template: "{% for %}" }, "TemplateInvalid"]
  ] as const)("refuses %s", ([, config, fact]) =>
    Effect.gen(function* () {
      const examples = yield* sealExamples([asked("a", "b")])
      const failure = yield* Effect.flip(encodedOf(config, examples, yield* sealTokenizer(bytes)))
      assert.propertyVal(failure, "fact", fact)
    }).pipe(Effect.provide(store))
  )
})

stageContract(encodeExamples, [
  {
    name: "prompts",
    config: { contextLength: 16 },
    inputs: {
      examples: { label: "examples", make: sealExamples([asked("a?", "1"), asked("b?", "2")]) },
      tokenizer: { label: "tokenizer", make: sealTokenizer(bytes) }
    }
  },
  {
    name: "chats by a file",
    config: { format: "chat", templateFile: "chat.jinja", contextLength: 64 },
    files: {
      "chat.jinja": "{% for m in messages %}{{ m.role }}: {{ m.content }}{{ eos_token }}{% endfor %}"
    },
    inputs: {
      examples: { label: "examples", make: sealExamples([{ parts: [["user", "a"], ["assistant", "b"]] }]) }, // prettier-ignore
      tokenizer: { label: "tokenizer", make: sealTokenizer(bytes) }
    }
  }
])
