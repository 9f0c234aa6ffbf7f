// A store with a little text as the earlier stages would leave it: byte tokens, 256 is the end-of-text.
import { Store, StoreLocal, Tokenizer, Tokens, Weights } from "@inkstone/artifact"
import { Gpt2, LinearModel, NamedArray, Ngram, NgramModel, Philox, T5 } from "@inkstone/model-zoo"
import { Effect, type Layer } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

export const endOfTextId = 256
export const vocabSize = 257

export const texts = [
  "the cat sat on the mat",
  "the dog sat on the log",
  "老人與海，the sea and the old man",
  "a cat and a dog and the sea"
]

export const temporaryStore = (): { readonly layer: Layer.Layer<Store>; readonly remove: () => void } => {
  const root = mkdtempSync(join(tmpdir(), "inkstone-evaluator-"))
  return { layer: StoreLocal.layer(root), remove: () => rmSync(root, { recursive: true, force: true }) }
}

export const sealTokenizer = Effect.scoped(
  Effect.gen(function* () {
    const store = yield* Store
    const draft = yield* store.draft(Tokenizer)
    yield* draft.append("pieces", {
      id: Uint32Array.from({ length: vocabSize }, (_, id) => id),
      piece: Array.from({ length: vocabSize }, (_, id) => (id < 256 ? Uint8Array.of(id) : new Uint8Array(0)))
    })
    yield* draft.describe({ type: "byte", vocabSize, endOfTextId, trainedOnBytes: 0 })
    return yield* store.seal(draft)
  })
)

export const sealTokens = (
  documents: ReadonlyArray<string>,
  about: { readonly tokenizer: string; readonly vocabSize?: number }
) =>
  Effect.scoped(
    Effect.gen(function* () {
      const store = yield* Store
      const draft = yield* store.draft(Tokens)
      const bytes = documents.map((text) => new TextEncoder().encode(text))
      const ids = bytes.flatMap((of) => [...of, endOfTextId])
      const starts = bytes.map((_, row) => bytes.slice(0, row).reduce((sum, of) => sum + of.length + 1, 0))
      yield* draft.append("ids", {
        id: Uint16Array.from(ids),
        offset: Uint32Array.from(bytes.flatMap((of) => [...of.keys(), of.length]))
      })
      yield* draft.append("documents", {
        id: documents.map((_, row) => `document-${row}`),
        source: documents.map((_, row) => `${row}.txt`),
        start: Uint32Array.from(starts),
        tokens: Uint32Array.from(bytes, (of) => of.length + 1),
        bytes: Uint32Array.from(bytes, (of) => of.length)
      })
      yield* draft.describe({
        split: "test",
        vocabSize,
        endOfTextId,
        documents: documents.length,
        tokens: ids.length,
        bytes: ids.length - documents.length,
        ...about
      })
      return yield* store.seal(draft)
    })
  )

export const trigrams = Ngram.train(
  Uint16Array.from(texts.flatMap((text) => [...new TextEncoder().encode(text), endOfTextId])),
  { order: 3, vocabSize, endOfTextId }
)

const sealWeights = (
  arrays: Iterable<NamedArray.NamedArray>,
  about: Pick<
    (typeof Weights)["attributes"]["Type"],
    "family" | "preset" | "architecture" | "parameters" | "contextLength" | "tokenizer"
  >,
  training: (typeof Weights)["attributes"]["Type"]["training"] = {}
) =>
  Effect.scoped(
    Effect.gen(function* () {
      const store = yield* Store
      const draft = yield* store.draft(Weights)
      yield* NamedArray.append(draft, arrays)
      yield* draft.describe({
        vocabSize,
        endOfTextId,
        trainedOn: "",
        trainTokens: 0,
        trainBytes: 0,
        training,
        ...about
      })
      return yield* store.seal(draft)
    })
  )

export const sealNgram = (tokenizer: string, family = "ngram") =>
  sealWeights(NgramModel.toArrays(trigrams), {
    family,
    preset: "3-gram",
    architecture: { order: 3 },
    parameters: Ngram.parameters(trigrams),
    contextLength: 2,
    tokenizer
  })

const tiny: Gpt2.Config = {
  vocabSize,
  contextLength: 32,
  layers: 1,
  heads: 2,
  channels: 16,
  layerNormEpsilon: 1e-5
}

/** A network that learned nothing: uniform numbers in [-0.5, 0.5). */
export const gpt2 = {
  architecture: tiny,
  vocabSize,
  contextLength: tiny.contextLength,
  parameters: 0,
  endOfTextId,
  arrays: new Map(
    Gpt2.build(tiny).parameters.map(({ name, shape }, row) => {
      const values = Float32Array.from(
        { length: NamedArray.sizeOf(shape) },
        (_, position) => Philox.uniform(1, { row, position }) - 0.5
      )
      return [name, NamedArray.of(name, "float32", values, shape)]
    })
  )
}

export const sealGpt2 = (tokenizer: string) =>
  sealWeights(gpt2.arrays.values(), {
    family: "gpt2",
    preset: "custom",
    architecture: gpt2.architecture,
    parameters: gpt2.parameters,
    contextLength: gpt2.contextLength,
    tokenizer
  })

export const sealLinear = (model: LinearModel.Linear, tokenizer: string, labels: ReadonlyArray<string>) =>
  sealWeights(
    LinearModel.toArrays(model),
    {
      family: "linear",
      preset: "1-gram",
      architecture: LinearModel.configOf(model),
      parameters: LinearModel.parameters(model),
      contextLength: 64,
      tokenizer
    },
    { labels }
  )

const t5 = {
  vocabSize,
  contextLength: 64,
  layers: 1,
  decoderLayers: 1,
  heads: 2,
  headChannels: 4,
  channels: 16,
  innerChannels: 24,
  feedForward: "relu",
  head: "scaled",
  buckets: 8,
  maxDistance: 16,
  normEpsilon: 1e-6,
  startId: 0
}

/** An encoder-decoder that learned nothing. */
export const sealT5 = Effect.fnUntraced(function* (tokenizer: string) {
  const network = yield* T5.family.network(t5)
  const arrays = network.parameters.map(({ name, shape }, row) => {
    const values = Float32Array.from(
      { length: NamedArray.sizeOf(shape) },
      (_, position) => Philox.uniform(2, { row, position }) - 0.5
    )
    return NamedArray.of(name, "float32", values, shape)
  })
  const about = { family: "t5", preset: "custom", architecture: t5, parameters: 0, contextLength: 64 }
  return yield* sealWeights(arrays, { ...about, tokenizer })
})
