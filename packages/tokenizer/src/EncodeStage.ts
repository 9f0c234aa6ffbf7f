// Turns the documents of a split into one flat run of token ids.
import { Documents, splits, Tokenizer, Tokens } from "@inkstone/artifact"
import { Stage, StageFailure } from "@inkstone/stage"
import { Effect, Schema, Stream } from "effect"
import { emptySplit, unusableTokenizer } from "./internal/Failures.ts"
import { field } from "./internal/Field.ts"
import { TokenWriter } from "./internal/TokenWriter.ts"
import { EncodePool } from "./threads/EncodePool.ts"
import { EncodeQueue } from "./threads/EncodeQueue.ts"
import { threadsOf } from "./threads/ThreadPool.ts"
import { loadTokenizer, tokenizerFile } from "./TokenizerArtifact.ts"

const Config = Schema.Struct({
  split: field(Schema.Literals([...splits, "all"]), "train", "documents to encode, or all of them")
})

/** Below this a thread takes longer to start than to encode. */
const bytesWorthThreads = 2 ** 23

/** Stage `@inkstone/tokenizer#encode`: documents and a tokenizer in, tokens out; end-of-text closes every document. */
export const encode = Stage.define({
  name: "@inkstone/tokenizer#encode",
  version: 1,
  description: "Encodes the documents of a split as flat token ids with the way back to every document",
  config: Config,
  inputs: { documents: Stage.one(Documents), tokenizer: Stage.one(Tokenizer) },
  outputs: { tokens: Tokens },
  resources: () => ({ cpus: threadsOf(process.env), memoryBytes: 2 ** 30 }),
  run: Effect.fn("tokenizer.encode")(
    function* ({ split }, { documents, tokenizer }, { outputs, report }) {
      const [loaded, json] = yield* Effect.all([loadTokenizer(tokenizer), tokenizerFile(tokenizer)]).pipe(
        Effect.catchTag("TokenizerInvalid", (error) => Effect.fail(unusableTokenizer(error)))
      )
      const total = documents.attributes.bytes
      const threads = total < bytesWorthThreads ? 1 : threadsOf(process.env)
      const pool = yield* Effect.acquireRelease(
        Effect.sync(() => new EncodePool(loaded, json, threads)),
        (pool) => Effect.promise(() => pool.close())
      )
      const { endOfTextId, vocabSize } = loaded
      const writer = new TokenWriter(outputs.tokens, vocabSize)
      const queue = new EncodeQueue(pool, writer, (done) => report({ done, total, unit: "bytes" }))
      let read = 0
      yield* documents.batches("documents").pipe(
        Stream.runForEach((batch) =>
          Effect.gen(function* () {
            for (const [row, text] of batch.text.entries()) {
              read += batch.bytes[row]!
              if (split !== "all" && batch.split[row] !== split) continue
              yield* queue.add(text, { id: batch.id[row]!, source: batch.source[row]! }, read)
            }
          })
        )
      )
      yield* queue.finish(read)
      if (writer.documents === 0) return yield* emptySplit(split)
      yield* outputs.tokens.describe({
        split,
        vocabSize,
        endOfTextId,
        tokenizer: tokenizer.digest,
        documents: writer.documents,
        tokens: writer.tokens,
        bytes: writer.bytes
      })
    },
    Effect.scoped,
    Effect.mapError((error) => StageFailure.of(error))
  )
})
