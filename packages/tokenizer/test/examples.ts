// Examples and a tokenizer in a store, for the stages that encode them.
import { Examples, Store, Tokenizer } from "@inkstone/artifact"
import { Effect } from "effect"
import { toJson } from "../src/TokenizerJson.ts"
import type { TextTokenizer } from "../src/TextTokenizer.ts"

export interface Example {
  readonly split?: string
  readonly parts: ReadonlyArray<readonly [name: string, text: string]>
}

/** Seals examples `e0`, `e1`, ..., their parts in batches of `batch`. */
export const sealExamples = (examples: ReadonlyArray<Example>, batch = 1000) =>
  Effect.gen(function* () {
    const store = yield* Store
    const draft = yield* store.draft(Examples)
    let first = 0
    yield* draft.append("examples", {
      id: examples.map((_, i) => `e${i}`),
      source: examples.map((_, i) => `file.jsonl#${i}`),
      group: examples.map(() => ""),
      licence: examples.map(() => ""),
      split: examples.map(({ split }) => split ?? "train"),
      first: Uint32Array.from(examples, ({ parts }) => (first += parts.length) - parts.length),
      parts: Uint32Array.from(examples, ({ parts }) => parts.length)
    })
    const parts = examples.flatMap((each) => each.parts)
    for (let at = 0; at < parts.length; at += batch) {
      const rows = parts.slice(at, at + batch)
      yield* draft.append("parts", {
        name: rows.map(([name]) => name),
        lang: rows.map(() => "en"),
        text: rows.map(([, text]) => text)
      })
    }
    yield* draft.describe({
      examples: examples.length,
      parts: parts.length,
      bytes: parts.reduce((sum, [, text]) => sum + Buffer.byteLength(text), 0),
      splits: {},
      partNames: [...new Set(parts.map(([name]) => name))].toSorted(),
      description: "made for a test",
      licence: "CC0-1.0"
    })
    const { digest } = yield* store.seal(draft)
    return { kind: "examples", digest }
  }).pipe(Effect.scoped)

/** Seals a tokenizer, with files beside its `tokenizer.json`. */
export const sealTokenizer = (tokenizer: TextTokenizer, files: Readonly<Record<string, string>> = {}) =>
  Effect.gen(function* () {
    const store = yield* Store
    const draft = yield* store.draft(Tokenizer)
    const all = { "tokenizer.json": toJson(tokenizer), ...files }
    yield* draft.append("files", { name: Object.keys(all), content: Object.values(all) })
    yield* draft.describe({
      type: "byte-bpe",
      vocabSize: tokenizer.vocabSize,
      endOfTextId: tokenizer.endOfTextId,
      trainedOnBytes: 0
    })
    const { digest } = yield* store.seal(draft)
    return { kind: "tokenizer", digest }
  }).pipe(Effect.scoped)
