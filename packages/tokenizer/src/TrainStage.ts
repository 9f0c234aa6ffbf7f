// Learns a tokenizer from the documents of one split.
import { type Artifact, Documents, Tokenizer } from "@inkstone/artifact"
import { type Run, Stage, StageFailure } from "@inkstone/stage"
import { Effect, Stream } from "effect"
import { specialToken } from "./AddedTokens.ts"
import { uncased } from "./BertTokenizer.ts"
import { emptySplit } from "./internal/Failures.ts"
import { byteBpe } from "./learners/ByteBpe.ts"
import { character } from "./learners/Character.ts"
import type { Learner } from "./learners/Learner.ts"
import { unigram } from "./learners/Unigram.ts"
import { wordPiece } from "./learners/WordPiece.ts"
import { wordEnd } from "./Pattern.ts"
import { byteLevelBpe, TextTokenizer } from "./TextTokenizer.ts"
import { threadsOf } from "./threads/ThreadPool.ts"
import { toJson } from "./TokenizerJson.ts"
import { TrainConfig } from "./TrainConfig.ts"
import { byteVocabulary } from "./Vocabulary.ts"

const outputs = { tokenizer: Tokenizer }

/** Stage `@inkstone/tokenizer#train`: documents in, a tokenizer out. */
export const train = Stage.define({
  name: "@inkstone/tokenizer#train",
  version: 2,
  description: "Learns a vocabulary of any type from one split, or makes the byte tokenizer",
  config: TrainConfig,
  inputs: { documents: Stage.one(Documents) },
  outputs,
  resources: ({ type }) => ({
    cpus: type === "byte-bpe" ? threadsOf(process.env) : 1,
    memoryBytes: type === "byte" || type === "character" ? 2 ** 29 : 2 ** 31
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
      const marks = new Set(config.specialTokens).size
      const { learned: plain, textBytes } =
        config.type === "byte"
          ? { learned: byteLevelBpe(byteVocabulary(config.endOfText)), textBytes: 0 }
          : yield* learn({ ...config, vocabSize: config.vocabSize - marks }, documents, run)
      const learned = withMarks(plain, config.specialTokens)
      if (learned.endOfTextId < 0) return yield* endOfTextHidden(config.endOfText)
      const size = learned.vocabSize
      yield* run.report({ done: size, total: size, unit: "pieces" })
      yield* write(run.outputs.tokenizer, learned, { type: config.type, textBytes })
    },
    Effect.mapError((error) => StageFailure.of(error))
  )
})

/** The same with further special tokens, which get the next ids; a mark that it has already stays as it is. */
const withMarks = (tokenizer: TextTokenizer, marks: ReadonlyArray<string>): TextTokenizer => {
  const { parts, specialTokens, vocabSize } = tokenizer
  const known = new Set(specialTokens.values())
  const added = [...new Set(marks)].filter((mark) => !known.has(mark))
  if (added.length === 0) return tokenizer
  return new TextTokenizer({
    ...parts,
    addedTokens: [...parts.addedTokens, ...added.map((mark, i) => specialToken(vocabSize + i, mark))]
  })
}

/** One of several special tokens is known as end-of-text by its name alone. */
const endOfTextHidden = (endOfText: string) =>
  new StageFailure({
    category: "config",
    fact: "EndOfTextUnknown",
    problem: `endOfText ${JSON.stringify(endOfText)} cannot be told from the other special tokens`,
    advice: "Call it <|endoftext|>, </s> or <eos>"
  })

/** A mark that is one word could also come out of merges, and would then stand for two things. */
const isOneWord = ({ endOfText, pattern, type }: TrainConfig): boolean => {
  const bytes = Buffer.from(endOfText)
  return (type === "byte-bpe" || type === "byte") && wordEnd(pattern)(bytes, 0, bytes.length) === bytes.length
}

const write = Effect.fnUntraced(function* (
  draft: Run<typeof outputs>["outputs"]["tokenizer"],
  tokenizer: TextTokenizer,
  { textBytes, type }: { readonly type: TrainConfig["type"]; readonly textBytes: number }
) {
  const { special, vocabSize } = tokenizer
  const ids = Uint32Array.from({ length: vocabSize }, (_, id) => id)
  yield* draft.append("files", { name: ["tokenizer.json"], content: [toJson(tokenizer)] })
  yield* draft.append("pieces", { id: ids, piece: Array.from(ids, (id) => tokenizer.pieceBytes(id)) })
  const { endOfText, ...others } = special
  yield* draft.describe({
    type,
    vocabSize,
    endOfTextId: endOfText,
    special: others,
    trainedOnBytes: textBytes
  })
})

/** Text between two looks at the clock, so that progress is shown and an interruption is heard. */
const chunkBytes = 2 ** 20

const learnerOf = (config: TrainConfig, bytes: number) => {
  switch (config.type) {
    case "wordpiece": {
      const { lowercase } = config
      return Effect.succeed(wordPiece({ ...uncased, ...config, lowercase }))
    }
    case "unigram":
      return Effect.succeed(unigram(config))
    case "character":
      return Effect.succeed(character({ ...config, unknown: "<unk>" }))
    default:
      return byteBpe(config, bytes)
  }
}

const learn = Effect.fnUntraced(function* (
  config: TrainConfig,
  documents: Artifact<typeof Documents>,
  { report }: Run<typeof outputs>
) {
  const learner: Learner = yield* learnerOf(config, documents.attributes.bytes)
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
          yield* learner.add(text)
          if (read - reported < chunkBytes) continue
          reported = read
          yield* report({ done: read, total: documents.attributes.bytes, unit: "bytes", note: "counting" })
        }
      })
    )
  )
  if (!found) return yield* emptySplit(config.split)
  yield* learner.finish
  while (!learner.advance())
    yield* report({ done: learner.size(), total: config.vocabSize, unit: "pieces", note: "learning" })
  for (const warning of learner.warnings()) yield* Effect.logWarning(warning)
  return { learned: learner.tokenizer(), textBytes: learner.textBytes() }
}, Effect.scoped)
