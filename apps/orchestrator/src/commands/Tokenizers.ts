// `inkstone tokenizers`: what tokenizers make of a text, side by side.
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import * as Flags from "../Flags.ts"
import * as Terminal from "../Terminal.ts"

export const tokenizers = Command.make(
  "tokenizers",
  {
    names: Argument.String("tokenizer").pipe(
      Argument.withDescription(
        "A tokenizer.json, a SentencePiece .model, a .tiktoken file, a folder with a tokenizer.json, a node that made one, or the beginning of its digest"
      ),
      Argument.atLeast(1)
    ),
    texts: Flag.String("on").pipe(
      Flag.withDescription("Text file to encode; may be repeated"),
      Flag.atLeast(0)
    ),
    examples: Flag.Int("examples").pipe(
      Flag.withDescription("Pieces shown of each list"),
      Flags.between(1, 1000),
      Flag.withDefault(8)
    ),
    write: Flag.String("write").pipe(
      Flag.withDescription("Folder that the tokenizer.json of the one tokenizer named is written into"),
      Flag.optional
    ),
    store: Flags.store,
    json: Flags.json
  },
  Effect.fn("inkstone tokenizers")(function* ({ json, write, ...options }) {
    const TokenizerTable = yield* Effect.promise(() => import("../TokenizerTable.ts"))
    if (Option.isSome(write)) {
      const file = yield* TokenizerTable.write(options, write.value)
      return Terminal.out.write(json ? `${JSON.stringify({ type: "tokenizer", file })}\n` : `${file}\n`)
    }
    const tokenizers = yield* TokenizerTable.rows(options)
    Terminal.out.write(
      json ? `${JSON.stringify({ type: "tokenizers", tokenizers })}\n` : TokenizerTable.inWords(tokenizers)
    )
  })
).pipe(
  Command.withDescription(
    "Compare tokenizers: bytes and characters per token, tokens per word, dead pieces, what does not come back"
  ),
  Command.withExamples([
    { command: "inkstone tokenizers tokenizer.json --on book.txt", description: "One tokenizer on one text" },
    {
      command: "inkstone tokenizers tokenizer ./gpt2 --on zh.txt --on en.txt",
      description: "Ours beside a published one"
    },
    {
      command: "inkstone tokenizers tokenizer --write ours",
      description: "Take it along: Hugging Face loads ours/tokenizer.json"
    }
  ])
)
