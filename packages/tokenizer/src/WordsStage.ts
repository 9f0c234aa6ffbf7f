// Finds where words begin in tokens, for trainings that hide words as a whole.
import { Documents, Tokenizer, Tokens, Words } from "@inkstone/artifact"
import { Stage, StageFailure } from "@inkstone/stage"
import { Effect, Schema, Stream } from "effect"
import { unusableTokenizer } from "./internal/Failures.ts"
import { loadTokenizer } from "./TokenizerArtifact.ts"
import { WordFinder } from "./WordStarts.ts"

/** Tokens of a record batch. */
const batchTokens = 2 ** 20

/** Stage `@inkstone/tokenizer#words`: tokens, their tokenizer and their documents in; where words begin out. */
export const words = Stage.define({
  name: "@inkstone/tokenizer#words",
  version: 1,
  description: "Finds which tokens begin a word, Chinese words by a dictionary, for hiding words as a whole",
  config: Schema.Struct({}),
  inputs: { tokens: Stage.one(Tokens), tokenizer: Stage.one(Tokenizer), documents: Stage.one(Documents) },
  outputs: { words: Words },
  run: Effect.fn("tokenizer.words")(
    function* (_, { documents, tokenizer: artifact, tokens }, { outputs, report }) {
      const tokenizer = yield* loadTokenizer(artifact).pipe(
        Effect.catchTag("TokenizerInvalid", (error) => Effect.fail(unusableTokenizer(error)))
      )
      const finder = new WordFinder(tokenizer)
      const { split, tokens: total } = tokens.attributes
      const { id: ids } = yield* tokens.read("ids")
      const known = yield* tokens.read("documents")
      let waiting: Array<number> = []
      let [row, done, count] = [0, 0, 0]
      const flush = Effect.suspend(() => {
        const start = Uint8Array.from(waiting)
        waiting = []
        return start.length === 0 ? Effect.void : outputs.words.append("starts", { start })
      })
      yield* documents.batches("documents").pipe(
        Stream.runForEach((batch) =>
          Effect.gen(function* () {
            for (const [i, text] of batch.text.entries()) {
              if (split !== "all" && batch.split[i] !== split) continue
              const [from, length] = [known.start[row] ?? 0, known.tokens[row] ?? 0]
              const found = finder.find(text)
              // end-of-text closes the document, and is a word of its own
              const isSame =
                batch.id[i] === known.id[row] &&
                found.ids.length + 1 === length &&
                found.ids.every((id, at) => id === ids[from + at])
              if (!isSame) return yield* tokensDiffer(batch.source[i] ?? "")
              for (const start of found.starts) {
                waiting.push(start)
                count += start
              }
              waiting.push(1)
              count++
              done += length
              row++
              if (waiting.length >= batchTokens) yield* flush
            }
            yield* report({ done, total, unit: "tokens" })
          })
        )
      )
      if (row < known.id.length) return yield* tokensDiffer(known.source[row] ?? "")
      yield* flush
      yield* outputs.words.describe({
        split,
        tokens: done,
        words: count,
        of: tokens.digest,
        tokenizer: artifact.digest
      })
    },
    Effect.mapError((error) => StageFailure.of(error))
  )
})

const tokensDiffer = (source: string) =>
  new StageFailure({
    category: "data",
    fact: "TokensDiffer",
    problem: `the tokens are not those of the document from ${JSON.stringify(source)}`,
    advice: "Wire the documents and the tokenizer that the tokens were made of"
  })
