// A tokenizer that others made, from the files of a model folder.
import { Tokenizer } from "@inkstone/artifact"
import { field, type SourceFile, Stage, StageFailure } from "@inkstone/stage"
import { Effect, Schema } from "effect"
import { readFile } from "node:fs/promises"
import { basename } from "node:path"
import { unusableTokenizer } from "./internal/Failures.ts"
import { TextTokenizer } from "./TextTokenizer.ts"
import { readTokenizerFiles } from "./TokenizerFiles.ts"
import { toJson } from "./TokenizerJson.ts"

const Config = Schema.Struct({
  files: Schema.NonEmptyArray(Schema.String).annotate({
    description:
      "tokenizer.json, or vocab.txt, or vocab.json and merges.txt, or a SentencePiece .model; tokenizer_config.json beside it"
  }),
  lengths: field(
    Schema.Literals(["drop", "keep"]),
    "drop",
    "drop: what the file says of cutting and filling up texts is for one model alone and is left out"
  )
})

/** Vocabularies are some megabytes; above this a file is none. */
const mostBytes = 2 ** 28

/** Names that the same files have elsewhere. */
const known: Readonly<Record<string, string>> = { "encoder.json": "vocab.json", "vocab.bpe": "merges.txt" }
const nameOf = (name: string) => known[name] ?? (name.endsWith(".model") ? "tokenizer.model" : name)
const wanted =
  /^(?:tokenizer\.json|tokenizer_config\.json|tokenizer\.model|vocab\.txt|vocab\.json|merges\.txt)$/u

const types = { WordPiece: "wordpiece", Unigram: "unigram", BPE: "byte-bpe" } as const
const isKnown = (type: string): type is keyof typeof types => Object.hasOwn(types, type)
const Model = Schema.Struct({ type: Schema.String })
const typeOf = (tokenizer: TextTokenizer) => {
  const model: unknown = tokenizer.parts.model.json()
  return Schema.is(Model)(model) && isKnown(model.type) ? types[model.type] : "character"
}

/**
 * Stage `@inkstone/tokenizer#import`: files of a tokenizer as Hugging Face has them, or of SentencePiece, to a tokenizer. Fails with
 * `TokenizerUnusable`, naming the part, where it would give other ids than there.
 */
export const importTokenizer = Stage.define({
  name: "@inkstone/tokenizer#import",
  version: 1,
  description:
    "Reads a tokenizer that others made: tokenizer.json, vocab.txt, vocab.json with merges.txt, SentencePiece",
  config: Config,
  inputs: {},
  outputs: { tokenizer: Tokenizer },
  files: ({ files }) => files,
  run: Effect.fn("tokenizer.import")(
    function* ({ lengths }, _given, { files, outputs, report }) {
      const contents = new Map<string, Uint8Array>()
      for (const file of files) {
        const name = nameOf(basename(file.name))
        if (!wanted.test(name)) continue
        if (contents.has(name)) return yield* twice(name)
        contents.set(name, yield* contentOf(file))
      }
      const found = yield* readTokenizerFiles(contents).pipe(
        Effect.catchTag("TokenizerInvalid", (error) => Effect.fail(unusableTokenizer(error)))
      )
      const tokenizer =
        lengths === "keep"
          ? found
          : new TextTokenizer({ ...found.parts, truncation: undefined, padding: undefined })
      if (tokenizer.endOfTextId < 0) return yield* endless
      const { special, vocabSize } = tokenizer
      const config = contents.get("tokenizer_config.json")
      const companions = config === undefined ? [] : [new TextDecoder().decode(config)]
      yield* outputs.tokenizer.append("files", {
        name: ["tokenizer.json", ...companions.map(() => "tokenizer_config.json")],
        content: [toJson(tokenizer), ...companions]
      })
      const ids = Uint32Array.from({ length: vocabSize }, (_, id) => id)
      yield* outputs.tokenizer.append("pieces", {
        id: ids,
        piece: Array.from(ids, (id) => tokenizer.pieceBytes(id))
      })
      const { endOfText: endOfTextId, ...others } = special
      yield* outputs.tokenizer.describe({
        type: typeOf(tokenizer),
        vocabSize,
        endOfTextId,
        special: others,
        // nobody says what it was trained on
        trainedOnBytes: 0
      })
      yield* report({ done: vocabSize, total: vocabSize, unit: "pieces" })
    },
    Effect.mapError((error) => StageFailure.of(error))
  )
})

const contentOf = (file: SourceFile) =>
  file.bytes > mostBytes
    ? Effect.fail(
        new StageFailure({
          category: "data",
          fact: "TokenizerUnusable",
          problem: `${file.name} has ${file.bytes} bytes, more than any vocabulary`,
          advice: "Name the files of a tokenizer"
        })
      )
    : Effect.tryPromise({
        try: () => readFile(file.path),
        catch: (cause) =>
          new StageFailure({
            category: "data",
            fact: "SourceUnreadable",
            problem: `${file.name}: ${cause instanceof Error ? cause.message : String(cause)}`,
            advice: "Check that the file is still there and may be read"
          })
      })

const twice = (name: string) =>
  new StageFailure({
    category: "config",
    fact: "SharedSourceName",
    problem: `two of the files are a ${name}`,
    advice: "Name the files of one tokenizer"
  })

const endless = new StageFailure({
  category: "data",
  fact: "TokenizerUnusable",
  problem: "the tokenizer has no token that closes a text",
  advice: "It should have a special token </s>, <|endoftext|>, <eos> or [SEP]"
})
