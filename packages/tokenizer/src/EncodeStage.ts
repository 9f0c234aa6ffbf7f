// Turns the documents of a split into one flat run of token ids.
import { type Draft, Documents, splits, Tokenizer, Tokens } from "@inkstone/artifact"
import { Stage, StageFailure } from "@inkstone/stage"
import { Effect, Schema, Stream } from "effect"
import { emptySplit, unusableTokenizer } from "./internal/Failures.ts"
import { field } from "./internal/Field.ts"
import { loadTokenizer } from "./TokenizerArtifact.ts"
import { TokenRun } from "./TokenRun.ts"

const Config = Schema.Struct({
  split: field(Schema.Literals([...splits, "all"]), "train", "documents to encode, or all of them")
})

/** Tokens of a record batch: some megabytes, whatever the size of a document. */
const batchTokens = 2 ** 20

/** Stage `@inkstone/tokenizer#encode`: documents and a tokenizer in, tokens out; end-of-text closes every document. */
export const encode = Stage.define({
  name: "@inkstone/tokenizer#encode",
  version: 1,
  description: "Encodes the documents of a split as flat token ids with the way back to every document",
  config: Config,
  inputs: { documents: Stage.one(Documents), tokenizer: Stage.one(Tokenizer) },
  outputs: { tokens: Tokens },
  run: Effect.fn("tokenizer.encode")(
    function* ({ split }, { documents, tokenizer }, { outputs, report }) {
      const bpe = yield* loadTokenizer(tokenizer).pipe(
        Effect.catchTag("TokenizerInvalid", (error) => Effect.fail(unusableTokenizer(error)))
      )
      const { endOfTextId, vocabSize } = bpe
      const encoder = bpe.encoder()
      const run = new TokenRun()
      const flush = writeIds(outputs.tokens, vocabSize)
      let count = 0
      let tokens = 0
      let bytes = 0
      let read = 0

      yield* documents.batches("documents").pipe(
        Stream.runForEach((batch) =>
          Effect.gen(function* () {
            const rows: Array<{ row: number; start: number; tokens: number; bytes: number }> = []
            for (const [row, text] of batch.text.entries()) {
              read += batch.bytes[row]!
              if (split !== "all" && batch.split[row] !== split) continue
              const start = tokens
              const length = encoder.load(text)
              for (let finished = false; !finished;) {
                const before = run.length
                finished = encoder.advance(run, batchTokens)
                if (finished) run.push(endOfTextId, length)
                tokens += run.length - before
                if (run.length < batchTokens) continue
                yield* flush(run)
                yield* report({ done: read, total: documents.attributes.bytes, unit: "bytes" })
              }
              if (tokens > mostTokens) return yield* tooManyTokens(split)
              rows.push({ row, start, tokens: tokens - start, bytes: length })
              bytes += length
            }
            if (rows.length === 0) return
            count += rows.length
            yield* outputs.tokens.append("documents", {
              id: rows.map(({ row }) => batch.id[row]!),
              source: rows.map(({ row }) => batch.source[row]!),
              start: Uint32Array.from(rows, ({ start }) => start),
              tokens: Uint32Array.from(rows, ({ tokens }) => tokens),
              bytes: Uint32Array.from(rows, ({ bytes }) => bytes)
            })
            yield* report({ done: read, total: documents.attributes.bytes, unit: "bytes" })
          })
        )
      )
      if (count === 0) return yield* emptySplit(split)
      yield* flush(run)
      yield* outputs.tokens.describe({
        split,
        vocabSize,
        endOfTextId,
        tokenizer: tokenizer.digest,
        documents: count,
        tokens,
        bytes
      })
    },
    Effect.mapError((error) => StageFailure.of(error))
  )
})

/** Positions are uint32. */
const mostTokens = 2 ** 32 - 1

const tooManyTokens = (split: string) =>
  new StageFailure({
    category: "data",
    fact: "TooManyTokens",
    problem: `split "${split}" has more than ${mostTokens} tokens`,
    advice: "Divide the corpus into several artifacts"
  })

/** Appends what the run holds and empties it; ids take 2 bytes where the vocabulary allows. */
const writeIds = (draft: Draft<typeof Tokens>, vocabSize: number) =>
  Effect.fnUntraced(function* (run: TokenRun) {
    if (run.length === 0) return
    const ids = run.ids.subarray(0, run.length)
    yield* draft.append("ids", {
      id: vocabSize <= 2 ** 16 ? new Uint16Array(ids) : ids.slice(),
      offset: run.offsets.slice(0, run.length)
    })
    run.clear()
  })
