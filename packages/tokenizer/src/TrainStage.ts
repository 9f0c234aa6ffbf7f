// Learns a tokenizer from the documents of one split.
import { type Artifact, Documents, splits, Tokenizer } from "@inkstone/artifact"
import { type Run, Stage, StageFailure } from "@inkstone/stage"
import { Effect, Schema, Stream } from "effect"
import { BpeTrainer, wordBytes } from "./BpeTrainer.ts"
import { countingFailed, emptySplit } from "./internal/Failures.ts"
import { field } from "./internal/Field.ts"
import { longestCounted } from "./internal/WordCounts.ts"
import { patterns, wordEnd } from "./Pattern.ts"
import { byteLevelBpe } from "./TextTokenizer.ts"
import { threadsOf } from "./threads/ThreadPool.ts"
import { WordCounter } from "./threads/WordCounter.ts"
import { toJson } from "./TokenizerJson.ts"
import { byteVocabulary, type Vocabulary } from "./Vocabulary.ts"

const Config = Schema.Struct({
  type: field(
    Schema.Literals(["byte-bpe", "byte"]),
    "byte-bpe",
    "byte-bpe learns pieces; byte makes every byte a token and learns nothing"
  ),
  vocabSize: field(
    Schema.Int.check(Schema.isBetween({ minimum: 257, maximum: 1_000_000 })),
    8192,
    "pieces to learn up to, the 256 bytes and end-of-text among them (byte has always 257)"
  ),
  minFrequency: field(
    Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)),
    2,
    "pairs that occur less often are not merged"
  ),
  pattern: field(
    Schema.Literals(patterns),
    "gpt2",
    "how text is cut into words: gpt2, or gpt4 with at most 3 digits in a word"
  ),
  split: field(Schema.Literals(splits), "train", "only documents of this split are read"),
  endOfText: field(Schema.NonEmptyString, "<|endoftext|>", "name of the token that closes every document")
})
type Config = typeof Config.Type

const outputs = { tokenizer: Tokenizer }

/** Stage `@inkstone/tokenizer#train`: documents in, a tokenizer out. */
export const train = Stage.define({
  name: "@inkstone/tokenizer#train",
  version: 1,
  description: "Learns a byte-level BPE vocabulary from one split, or makes the byte tokenizer",
  config: Config,
  inputs: { documents: Stage.one(Documents) },
  outputs,
  resources: ({ type }) => ({
    cpus: type === "byte" ? 1 : threadsOf(process.env),
    memoryBytes: type === "byte" ? 2 ** 29 : 2 ** 31
  }),
  run: Effect.fn("tokenizer.train")(
    function* (config, { documents }, run) {
      if (isOneWord(config)) {
        return yield* new StageFailure({
          category: "config",
          fact: "EndOfTextIsAWord",
          problem: `endOfText ${JSON.stringify(config.endOfText)} could be learned from text as a word`,
          advice: "Mix letters and signs, as in <|endoftext|>"
        })
      }
      const { vocabulary, textBytes } =
        config.type === "byte"
          ? { vocabulary: byteVocabulary(config.endOfText), textBytes: 0 }
          : yield* learn(config, documents, run)
      const size = vocabulary.pieces.length
      yield* run.report({ done: size, total: size, unit: "pieces" })
      const { tokenizer } = run.outputs
      yield* tokenizer.append("files", {
        name: ["tokenizer.json"],
        content: [toJson(byteLevelBpe(vocabulary))]
      })
      yield* tokenizer.append("pieces", {
        id: Uint32Array.from(vocabulary.pieces.keys()),
        piece: vocabulary.pieces
      })
      yield* tokenizer.describe({
        type: config.type,
        vocabSize: size,
        endOfTextId: vocabulary.endOfTextId,
        trainedOnBytes: textBytes
      })
    },
    Effect.mapError((error) => StageFailure.of(error))
  )
})

/** A mark that is one word could also come out of merges, and would then stand for two things. */
const isOneWord = ({ endOfText, pattern }: Config): boolean => {
  const bytes = Buffer.from(endOfText)
  return wordEnd(pattern)(bytes, 0, bytes.length) === bytes.length
}

/** Text between two looks at the clock, so that progress is shown and an interruption is heard. */
const chunkBytes = 2 ** 20
const chunkMerges = 256

/** Below this a thread takes longer to start than to count. */
const bytesWorthThreads = 2 ** 23

const learn = Effect.fnUntraced(function* (
  config: Config,
  documents: Artifact<typeof Documents>,
  { report }: Run<typeof outputs>
) {
  const trainer = new BpeTrainer(config)
  const threads = documents.attributes.bytes < bytesWorthThreads ? 1 : threadsOf(process.env)
  const counter = yield* Effect.acquireRelease(
    Effect.sync(
      () =>
        new WordCounter({ pattern: config.pattern, limits: { bytes: wordBytes } }, threads, (words) =>
          trainer.addCounted(words)
        )
    ),
    (counter) => Effect.promise(() => counter.close())
  )
  let read = 0
  let reported = 0
  let found = false
  yield* documents.batches("documents").pipe(
    Stream.runForEach((batch) =>
      Effect.gen(function* () {
        for (const [row, text] of batch.text.entries()) {
          read += batch.bytes[row]!
          if (batch.split[row] !== config.split) continue
          found = true
          yield* Effect.tryPromise({ try: () => counter.add(text), catch: countingFailed })
          if (read - reported < chunkBytes) continue
          reported = read
          yield* report({
            done: read,
            total: documents.attributes.bytes,
            unit: "bytes",
            note: "counting words"
          })
        }
      })
    )
  )
  if (!found) return yield* emptySplit(config.split)
  yield* Effect.tryPromise({ try: () => counter.finish(), catch: countingFailed })
  while (!trainer.advance(chunkMerges))
    yield* report({ done: trainer.size, total: config.vocabSize, unit: "pieces", note: "merging" })
  if (trainer.size < config.vocabSize) {
    yield* Effect.logWarning(
      `Only ${trainer.size} of ${config.vocabSize} pieces: no other pair occurs ${config.minFrequency} times`
    )
  }
  if (trainer.longestCounted < longestCounted) {
    yield* Effect.logWarning(
      `Too many different words for the memory: those above ${trainer.longestCounted} bytes were counted in parts`
    )
  }
  const vocabulary: Vocabulary = trainer.vocabulary()
  return { vocabulary, textBytes: trainer.textBytes }
}, Effect.scoped)
