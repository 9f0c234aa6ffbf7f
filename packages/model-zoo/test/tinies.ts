// Small networks of every family, for its contract.
import type { Architecture } from "../src/Family.ts"
import type { Tiny } from "../src/testkit.ts"

const decoder = {
  vocabSize: 64,
  contextLength: 16,
  layers: 2,
  heads: 2,
  channels: 16,
  layerNormEpsilon: 1e-5
}
const encoder = { ...decoder, innerChannels: 32, labels: 2, paddingId: 1 }
const distilled: Architecture = Object.fromEntries(
  Object.entries(encoder).filter(([field]) => field !== "layerNormEpsilon")
)
const t5 = {
  vocabSize: 64,
  contextLength: 16,
  layers: 1,
  decoderLayers: 2,
  heads: 2,
  headChannels: 6,
  channels: 16,
  innerChannels: 24,
  feedForward: "relu",
  head: "scaled",
  buckets: 8,
  maxDistance: 16,
  normEpsilon: 1e-6,
  startId: 0
}
const withHeads = (architecture: Architecture, heads: ReadonlyArray<string>): ReadonlyArray<Tiny> =>
  heads.map((head) => ({ name: head, architecture: { ...architecture, head } }))

export const tinies = {
  gpt2: [{ name: "two layers", architecture: decoder }],
  gpt3: [
    { name: "all places", architecture: { ...decoder, layers: 1 } },
    { name: "a window of two", architecture: { ...decoder, window: 2 }, saved: false }
  ],
  bert: withHeads({ ...encoder, segments: 2 }, ["pretraining"]),
  roberta: withHeads({ ...encoder, layers: 1, segments: 1 }, ["masked-language", "question-answering"]),
  distilbert: withHeads({ ...distilled, labels: 3 }, ["classification"]),
  t5: [
    { name: "version 1.0", architecture: t5 },
    { name: "version 1.1", architecture: { ...t5, decoderLayers: 1, feedForward: "gated-gelu", head: "own" } }
  ]
} satisfies Readonly<Record<string, ReadonlyArray<Tiny>>>
