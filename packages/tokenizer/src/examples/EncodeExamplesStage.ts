// Lays supervised examples into rows: what is asked is seen, what is answered is learned.
import { Examples, Ledger, Packed, splits, Tokenizer } from "@inkstone/artifact"
import { field, Stage, StageFailure } from "@inkstone/stage"
import { Effect, Schema, Stream } from "effect"
import { readFile } from "node:fs/promises"
import { emptySplit, unusableTokenizer } from "../internal/Failures.ts"
import { groupTokens, longestContext } from "../packing/PackStage.ts"
import { Planner } from "../packing/Planner.ts"
import { rowWriter } from "../packing/RowWriter.ts"
import type { TextTokenizer } from "../TextTokenizer.ts"
import { loadTokenizer } from "../TokenizerArtifact.ts"
import { TemplateInvalid } from "./ChatTemplate.ts"
import { ExampleEncoder, type ExampleSettings } from "./ExampleEncoder.ts"
import { ExampleLedger } from "./ExampleLedger.ts"
import { type Example, readExamples } from "./ExampleReader.ts"
import { TemplateWithPart } from "./PromptTemplate.ts"
import { templateOfFile, templateOfText } from "./TemplateSource.ts"

const Config = Schema.Struct({
  split: field(Schema.Literals([...splits, "all"]), "train", "examples to encode, or all of them"),
  format: field(
    Schema.Literals(["prompt", "chat"]),
    "prompt",
    "prompt: one text that is seen and one that is learned; chat: parts are turns, their names say who speaks"
  ),
  prompt: field(
    Schema.String,
    "{question}\n",
    "prompt: what is seen; {name} is the part of that name, {{ a brace"
  ),
  answer: field(TemplateWithPart, "{answer}", "prompt: what is learned; end-of-text closes it"),
  template: field(
    Schema.NonEmptyString,
    "chatml",
    "chat: chatml, llama2, llama3, plain, or a Jinja template; tokenizer for the one that came with it"
  ),
  templateFile: field(
    Schema.String,
    "",
    "chat: a Jinja file, or a tokenizer_config.json with a chat_template; instead of template"
  ),
  contextLength: field(
    Schema.Int.check(Schema.isBetween({ minimum: 2, maximum: longestContext })),
    1024,
    "tokens of a row"
  ),
  overflow: field(
    Schema.Literals(["drop", "cut-prompt"]),
    "cut-prompt",
    "an example longer than a row is dropped, or loses the start of what stands before its first answer; the ledger has both"
  ),
  policy: field(
    Schema.Literals(["best-fit", "one"]),
    "best-fit",
    "best-fit lays several examples into a row, one gives each a row of its own"
  ),
  masks: field(Schema.Boolean, true, "every example of a row is a segment that sees itself only")
})
type Config = typeof Config.Type

/** Stage `@inkstone/tokenizer#encode-examples`: examples and a tokenizer in, rows of tokens out, answers marked. */
export const encodeExamples = Stage.define({
  name: "@inkstone/tokenizer#encode-examples",
  version: 1,
  description:
    "Encodes supervised examples as rows in which only the answers are learned: prompts with answers, or chats",
  config: Config,
  inputs: { examples: Stage.one(Examples), tokenizer: Stage.one(Tokenizer) },
  outputs: { packed: Packed, ledger: Ledger },
  files: ({ templateFile }) => (templateFile === "" ? [] : [templateFile]),
  run: Effect.fn("tokenizer.encode-examples")(
    function* (config, { examples, tokenizer: artifact }, { files, outputs, report }) {
      const tokenizer = yield* loadTokenizer(artifact).pipe(
        Effect.catchTag("TokenizerInvalid", (error) => Effect.fail(unusableTokenizer(error)))
      )
      const named = yield* artifact.read("files")
      const companions = new Map(named.name.map((name, i) => [name, named.content[i] ?? ""]))
      const source = yield* templateOf(config, { companions, file: files[0]?.path })
      const textOf = (id: number) => tokenizer.specialTokens.get(id) ?? ""
      const { bos = textOf(tokenizer.special.bos), eos = textOf(tokenizer.endOfTextId) } = source
      const spelled = config.format === "chat" ? marksWithoutToken(source.template, tokenizer) : []
      if (spelled.length > 0)
        yield* Effect.logWarning(
          `the tokenizer has no special token ${spelled.join(", ")}: the template's marks are spelled out, and a turn that contains one looks like a mark`
        )
      const settings: ExampleSettings = {
        ...config,
        format:
          config.format === "prompt"
            ? { type: "prompt", prompt: config.prompt, answer: config.answer }
            : { type: "chat", template: source.template, bos, eos }
      }
      const encoder = yield* refusing(() => new ExampleEncoder(tokenizer, settings))
      const { endOfTextId, vocabSize } = tokenizer
      const { contextLength, masks, policy, split } = config
      const planner = new Planner({ contextLength, policy, overflow: "windows", stride: 0, groupTokens })
      const padId = tokenizer.special.pad < 0 ? endOfTextId : tokenizer.special.pad
      const writer = rowWriter(outputs.packed, { contextLength, masks, vocabSize, padId })
      const ledger = new ExampleLedger(outputs.ledger)
      const sums = { bytes: 0, read: 0 }

      yield* readExamples(examples).pipe(
        Stream.runForEach((batch) =>
          Effect.gen(function* () {
            const rows: Array<{
              readonly example: Example
              readonly tokens: number
              readonly bytes: number
            }> = []
            for (const example of batch) {
              sums.read++
              if (split !== "all" && example.split !== split) continue
              ledger.read++
              const made = yield* refusing(() => encoder.encode(example.parts))
              if ("rule" in made) {
                ledger.add(example, { action: "dropped", ...made })
                continue
              }
              ledger.kept++
              const { cut, ids, learned } = made
              if (cut > 0)
                ledger.add(example, {
                  action: "repaired",
                  rule: "prompt-cut",
                  value: cut,
                  threshold: contextLength
                })
              writer.run.append(ids, learned)
              planner.add(ids.length, cut)
              const bytes = example.parts.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0)
              sums.bytes += bytes
              rows.push({ example, tokens: ids.length + cut, bytes })
              for (const group of planner.ready.splice(0)) yield* writer.write(group)
            }
            yield* ledger.flush()
            if (rows.length > 0)
              yield* outputs.packed.append("documents", {
                id: rows.map(({ example }) => example.id),
                source: rows.map(({ example }) => example.source),
                tokens: Uint32Array.from(rows, ({ tokens }) => tokens),
                bytes: Uint32Array.from(rows, ({ bytes }) => bytes)
              })
            yield* report({ done: sums.read, total: examples.attributes.examples, unit: "examples" })
          })
        )
      )
      if (ledger.read === 0) return yield* emptySplit(split)
      planner.end()
      for (const group of planner.ready.splice(0)) yield* writer.write(group)
      yield* ledger.end()
      yield* outputs.packed.describe({
        ...(yield* writer.counts()),
        policy,
        split,
        contextLength,
        documents: ledger.kept,
        bytes: sums.bytes,
        cutDocuments: planner.cutDocuments,
        cutTokens: planner.cutTokens,
        vocabSize,
        endOfTextId,
        padId,
        tokenizer: artifact.digest
      })
    },
    Effect.mapError((error) => StageFailure.of(error))
  )
})

/** What is wrong with a template is wrong with the config. */
/** What looks like a mark in a template, and is none to the tokenizer. */
const marksWithoutToken = (
  template: string,
  { specialTokens }: Pick<TextTokenizer, "specialTokens">
): ReadonlyArray<string> => {
  const known = new Set(specialTokens.values())
  return [...new Set(template.match(/<\|\w+\|>/gu))].filter((mark) => !known.has(mark))
}

const templateUnusable = (error: TemplateInvalid) =>
  new StageFailure({
    category: "config",
    fact: error._tag,
    problem: error.message,
    advice: "Correct template or templateFile"
  })

const refusing = <A>(work: () => A): Effect.Effect<A, StageFailure> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(work())
    } catch (cause) {
      return cause instanceof TemplateInvalid ? Effect.fail(templateUnusable(cause)) : Effect.die(cause)
    }
  })

/** Files that tokenizers keep their chat template in, the newer one first. */
const templateFiles = ["chat_template.jinja", "tokenizer_config.json"]

const templateOf = Effect.fnUntraced(
  function* (
    { format, template, templateFile }: Config,
    given: { readonly companions: ReadonlyMap<string, string>; readonly file: string | undefined }
  ) {
    if (format === "prompt") return { template: "" }
    const { companions, file } = given
    if (file !== undefined) {
      const content = yield* Effect.tryPromise({
        try: () => readFile(file, "utf8"),
        catch: (cause) => new TemplateInvalid({ problem: `${templateFile}: ${String(cause)}` })
      })
      return yield* templateOfFile(templateFile, content)
    }
    if (template !== "tokenizer") return yield* templateOfText(template)
    const name = templateFiles.find((each) => companions.has(each))
    return name === undefined
      ? yield* new TemplateInvalid({ problem: `the tokenizer came without ${templateFiles.join(" and ")}` })
      : yield* templateOfFile(name, companions.get(name) ?? "")
  },
  Effect.catchTag("TemplateInvalid", (error) => Effect.fail(templateUnusable(error)))
)
