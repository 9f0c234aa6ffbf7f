// Pairs of texts as `encode-pairs` would leave them, of byte tokens.
import { Examples, Pairs, type PairTask, Store } from "@inkstone/artifact"
import { Effect } from "effect"
import { endOfTextId, vocabSize } from "./fixtures.ts"

export interface Given {
  readonly input: string
  /** text-to-text */
  readonly target?: string
  /** classification */
  readonly label?: number
}

const bytesOf = (text: string): ReadonlyArray<number> => [...new TextEncoder().encode(text)]

/** Where each side begins. */
const starts = (sides: ReadonlyArray<ReadonlyArray<number>>) =>
  Uint32Array.from(sides, (_, row) => sides.slice(0, row).flat().length)

export const sealPairs = (
  given: ReadonlyArray<Given>,
  about: { readonly task: PairTask; readonly tokenizer: string; readonly labels?: ReadonlyArray<string> }
) =>
  Effect.scoped(
    Effect.gen(function* () {
      const store = yield* Store
      const draft = yield* store.draft(Pairs)
      const close = about.task === "text-to-text" ? [endOfTextId] : []
      const inputs = given.map(({ input }) => [...bytesOf(input), ...close])
      const targets = given.map(({ target }) =>
        target === undefined ? [] : [...bytesOf(target), endOfTextId]
      )
      const none = new Int32Array(given.length).fill(-1)
      yield* draft.append("inputs", {
        id: Uint16Array.from(inputs.flat()),
        segment: new Uint8Array(inputs.flat().length)
      })
      yield* draft.append("targets", { id: Uint16Array.from(targets.flat()) })
      yield* draft.append("pairs", {
        id: given.map((_, row) => `example-${row}`),
        source: given.map(() => "made up"),
        input: starts(inputs),
        inputTokens: Uint32Array.from(inputs, ({ length }) => length),
        target: starts(targets),
        targetTokens: Uint32Array.from(targets, ({ length }) => length),
        label: Int32Array.from(given, ({ label }) => label ?? -1),
        answerStart: none,
        answerEnd: none,
        value: new Float64Array(given.length)
      })
      yield* draft.append("labels", { name: about.labels ?? [] })
      yield* draft.describe({
        task: about.task,
        split: "test",
        examples: given.length,
        rows: given.length,
        inputTokens: inputs.flat().length,
        targetTokens: targets.flat().length,
        inputLength: 64,
        targetLength: 16,
        targetBytes: 0,
        vocabSize,
        endOfTextId,
        padId: endOfTextId,
        tokenizer: about.tokenizer
      })
      return yield* store.seal(draft)
    })
  )

/** The same as texts, each of two parts. */
export const sealExamples = (given: ReadonlyArray<Given>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const store = yield* Store
      const draft = yield* store.draft(Examples)
      const texts = given.flatMap(({ input, target = "" }) => [input, target])
      yield* draft.append("examples", {
        id: given.map((_, row) => `example-${row}`),
        source: given.map(() => "made up"),
        group: given.map(() => ""),
        licence: given.map(() => ""),
        split: given.map(() => "test"),
        first: Uint32Array.from(given, (_, row) => 2 * row),
        parts: Uint32Array.from(given, () => 2)
      })
      yield* draft.append("parts", {
        name: texts.map((_, at) => (at % 2 === 0 ? "source" : "target")),
        lang: texts.map(() => "en"),
        text: texts
      })
      yield* draft.describe({
        examples: given.length,
        parts: texts.length,
        bytes: 0,
        splits: { test: given.length },
        partNames: ["source", "target"],
        description: "",
        licence: ""
      })
      return yield* store.seal(draft)
    })
  )
