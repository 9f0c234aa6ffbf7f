// The network of a piece of work, and what a step of it is given.
import { causal, maskedLanguage, textToText } from "@inkstone/model-zoo"
import * as Bert from "@inkstone/model-zoo/Bert"
import * as Gpt2 from "@inkstone/model-zoo/Gpt2"
import * as T5 from "@inkstone/model-zoo/T5"
import type { Objective } from "@inkstone/graph"
import type { Entry } from "@inkstone/tensorflow"
import { isMasked, text, type Work } from "./Work.ts"

export interface Training {
  readonly objective: Objective
  readonly feeds: Readonly<Record<string, Entry.Given>>
  /** named sizes of a step */
  readonly sizes: Readonly<Record<string, number>>
}

const ones = (count: number) => new Float32Array(count).fill(1)
const yes = (count: number) => new Uint8Array(count).fill(1)

const gpt = ({ batch: B, channels, heads, layers, positions: T, vocab }: Work): Training => ({
  objective: causal(
    Gpt2.build({ vocabSize: vocab, contextLength: T, layers, heads, channels, layerNormEpsilon: 1e-5 })
  ),
  feeds: {
    tokens: { shape: [B, T + 1], values: text(B * (T + 1), vocab) },
    weights: { shape: [B, T], values: ones(B * T) }
  },
  sizes: { B, T }
})

const bert = ({ batch: B, channels, heads, layers, positions: T, vocab }: Work): Training => {
  const ids = text(B * T, vocab)
  // the same places in every row as the peer foretells, or fewer by one: rows have equally many here
  const rows = Array.from({ length: B }, (_, row) =>
    Array.from({ length: T }, (_, place) => place).filter((place) => isMasked(row * T + place))
  )
  const P = Math.max(...rows.map((places) => places.length))
  const places = rows.flatMap((row) => Array.from({ length: P }, (_, at) => row[at] ?? 0))
  const weights = rows.flatMap((row) => Array.from({ length: P }, (_, at) => (at < row.length ? 1 : 0)))
  return {
    objective: maskedLanguage(
      Bert.build({
        ...Bert.presets["bert-base-uncased"],
        vocabSize: vocab,
        contextLength: Math.max(T, 512),
        layers,
        heads,
        channels
      })
    ),
    feeds: {
      tokens: { shape: [B, T], values: ids },
      mask: { shape: [B, T], values: yes(B * T) },
      places: { shape: [B, P], values: Int32Array.from(places) },
      targets: {
        shape: [B, P],
        values: Int32Array.from(places, (place, at) => ids[Math.floor(at / P) * T + place] ?? 0)
      },
      weights: { shape: [B, P], values: Float32Array.from(weights) }
    },
    sizes: { B, T, P }
  }
}

const t5 = ({ batch: B, channels, heads, layers, positions: S, vocab, written: T }: Work): Training => {
  const ids = text(B * (S + T), vocab)
  return {
    objective: textToText(
      T5.build({
        ...T5.presets["t5-small"],
        vocabSize: vocab,
        layers,
        decoderLayers: layers,
        heads,
        channels,
        innerChannels: 4 * channels
      })
    ),
    feeds: {
      source: { shape: [B, S], values: ids.slice(0, B * S) },
      sourceMask: { shape: [B, S], values: yes(B * S) },
      targets: { shape: [B, T], values: ids.slice(B * S) },
      weights: { shape: [B, T], values: ones(B * T) }
    },
    sizes: { B, S, T }
  }
}

const builders = { gpt2: gpt, bert, t5 }

export const of = (work: Work): Training => builders[work.family](work)
