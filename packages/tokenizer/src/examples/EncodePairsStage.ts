// Encodes supervised examples as two sides, for encoders and for encoders with decoders.
import {
  type Draft,
  Examples,
  Ledger,
  Pairs,
  type PairTask,
  pairTasks,
  splits,
  Tokenizer
} from "@inkstone/artifact"
import { field, Stage, StageFailure } from "@inkstone/stage"
import { Effect, Schema, Stream } from "effect"
import { emptySplit, unusableTokenizer } from "../internal/Failures.ts"
import { loadTokenizer } from "../TokenizerArtifact.ts"
import { ExampleLedger } from "./ExampleLedger.ts"
import { readExamples } from "./ExampleReader.ts"
import { type Pair, PairEncoder, type PairSettings } from "./PairEncoder.ts"
import { TemplateWithPart } from "./PromptTemplate.ts"

const Length = Schema.Int.check(Schema.isBetween({ minimum: 2, maximum: 2 ** 20 }))

const Config = Schema.Struct({
  task: field(
    Schema.Literals(pairTasks),
    "text-to-text",
    "what is asked for: tokens of a text, a class, where in the second text the answer stands, a number, or a label of each word"
  ),
  split: field(Schema.Literals([...splits, "all"]), "train", "examples to encode, or all of them"),
  input: field(TemplateWithPart, "{source}", "first text; {name} is the part of that name, {{ a brace"),
  second: field(Schema.String, "", "second text of a pair; a question's answer stands in it"),
  target: field(
    TemplateWithPart,
    "{target}",
    "what is asked for: a text, the name of a class, the answer's words, a number, or as many labels as the input has words"
  ),
  inputLength: field(Length, 512, "most tokens of an input, the tokenizer's special ones counted"),
  targetLength: field(Length, 512, "text-to-text: most tokens of a target, its end counted"),
  overflow: field(
    Schema.Literals(["drop", "cut"]),
    "cut",
    "an example with a longer side is dropped or cut, as the ledger tells; a question's text takes several windows instead"
  ),
  stride: field(
    Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)),
    128,
    "question-answering: tokens that a window repeats of the one before"
  ),
  labels: field(
    Schema.Array(Schema.NonEmptyString),
    [],
    "classification, token-classification: names by number; those of all examples in alphabetical order if left out"
  )
})
type Config = typeof Config.Type

/** Stage `@inkstone/tokenizer#encode-pairs`: examples and a tokenizer in; inputs with what is asked for out. */
export const encodePairs = Stage.define({
  name: "@inkstone/tokenizer#encode-pairs",
  version: 2,
  description:
    "Encodes supervised examples as inputs with target texts, classes, answers, numbers or labels of words",
  config: Config,
  inputs: { examples: Stage.one(Examples), tokenizer: Stage.one(Tokenizer) },
  outputs: { pairs: Pairs, ledger: Ledger },
  run: Effect.fn("tokenizer.encode-pairs")(
    function* (config, { examples, tokenizer: artifact }, { outputs, report }) {
      if (config.task === "question-answering" && config.second === "") return yield* noSecondText
      const tokenizer = yield* loadTokenizer(artifact).pipe(
        Effect.catchTag("TokenizerInvalid", (error) => Effect.fail(unusableTokenizer(error)))
      )
      const { endOfTextId, special, vocabSize } = tokenizer
      const settingsFor = (labels: ReadonlyArray<string>): PairSettings => ({
        ...config,
        labels: new Map(labels.map((name, number) => [name, number]))
      })
      const names = new Set(config.labels)
      if (labelledTasks.has(config.task) && names.size === 0) {
        // of all splits, so that a class has one number in all of them
        const encoder = new PairEncoder(tokenizer, settingsFor([]))
        yield* readExamples(examples).pipe(
          Stream.runForEach((batch) =>
            Effect.sync(() => {
              for (const { parts } of batch) {
                const target = encoder.target(parts)
                if (target !== undefined) for (const name of encoder.labelsIn(target)) names.add(name)
              }
            })
          )
        )
      }
      const labels = config.labels.length > 0 ? config.labels : [...names].toSorted()
      const encoder = new PairEncoder(tokenizer, settingsFor(labels))
      const ledger = new ExampleLedger(outputs.ledger)
      const writer = pairWriter(outputs.pairs, vocabSize)
      let read = 0
      yield* readExamples(examples).pipe(
        Stream.runForEach((batch) =>
          Effect.gen(function* () {
            for (const example of batch) {
              read++
              if (config.split !== "all" && example.split !== config.split) continue
              ledger.read++
              const made = encoder.encode(example.parts)
              if ("rule" in made) {
                ledger.add(example, { action: "dropped", ...made })
                continue
              }
              ledger.kept++
              const { cutInput, cutTarget, pairs, targetBytes } = made
              const cuts = [
                { rule: "input-cut", value: cutInput, threshold: config.inputLength },
                { rule: "target-cut", value: cutTarget, threshold: config.targetLength }
              ]
              for (const cut of cuts) if (cut.value > 0) ledger.add(example, { action: "repaired", ...cut })
              for (const pair of pairs) writer.add(example, pair)
              writer.total.targetBytes += targetBytes
              yield* writer.flush()
            }
            yield* ledger.flush()
            yield* report({ done: read, total: examples.attributes.examples, unit: "examples" })
          })
        )
      )
      if (ledger.read === 0) return yield* emptySplit(config.split)
      if (ledger.kept === 0) return yield* nothingKept(ledger.read)
      yield* writer.flush(1)
      yield* ledger.end()
      if (labels.length > 0) yield* outputs.pairs.append("labels", { name: labels })
      yield* outputs.pairs.describe({
        ...writer.total,
        task: config.task,
        split: config.split,
        examples: ledger.kept,
        inputLength: config.inputLength,
        targetLength: config.targetLength,
        vocabSize,
        endOfTextId,
        padId: special.pad < 0 ? endOfTextId : special.pad,
        tokenizer: artifact.digest
      })
    },
    Effect.mapError((error) => StageFailure.of(error))
  )
})

const labelledTasks: ReadonlySet<PairTask> = new Set(["classification", "token-classification"])

/** Tokens of a record batch. */
const batchTokens = 2 ** 20

const pairWriter = (draft: Draft<typeof Pairs>, vocabSize: number) => {
  const total = { rows: 0, inputTokens: 0, targetTokens: 0, targetBytes: 0 }
  let waiting: Array<
    Pair & { readonly id: string; readonly source: string; readonly input: number; readonly to: number }
  > = []
  let tokens = 0
  const joined = (sides: ReadonlyArray<Uint32Array>) => {
    const length = sides.reduce((sum, side) => sum + side.length, 0)
    const all = vocabSize <= 2 ** 16 ? new Uint16Array(length) : new Uint32Array(length)
    let at = 0
    for (const side of sides) {
      all.set(side, at)
      at += side.length
    }
    return all
  }
  const add = ({ id, source }: { readonly id: string; readonly source: string }, pair: Pair) => {
    waiting.push({ ...pair, id, source, input: total.inputTokens, to: total.targetTokens })
    total.rows++
    total.inputTokens += pair.ids.length
    total.targetTokens += pair.target.length
    tokens += pair.ids.length + pair.target.length
  }
  /** Writes what has come together, where that is a batch. */
  const flush = Effect.fnUntraced(function* (atLeast = batchTokens) {
    if (tokens < atLeast) return
    const rows = waiting
    waiting = []
    tokens = 0
    yield* draft.append("inputs", {
      id: joined(rows.map(({ ids }) => ids)),
      segment: Uint8Array.from(joined(rows.map(({ segments }) => segments)))
    })
    const tags = rows.flatMap((row) => Array.from(row.tags))
    if (tags.length > 0) yield* draft.append("tags", { label: Int32Array.from(tags) })
    const targets = joined(rows.map(({ target }) => target))
    if (targets.length > 0) yield* draft.append("targets", { id: targets })
    yield* draft.append("pairs", {
      id: rows.map(({ id }) => id),
      source: rows.map(({ source }) => source),
      input: Uint32Array.from(rows, ({ input }) => input),
      inputTokens: Uint32Array.from(rows, ({ ids }) => ids.length),
      target: Uint32Array.from(rows, ({ to }) => to),
      targetTokens: Uint32Array.from(rows, ({ target }) => target.length),
      label: Int32Array.from(rows, ({ label }) => label),
      answerStart: Int32Array.from(rows, ({ answerStart }) => answerStart),
      answerEnd: Int32Array.from(rows, ({ answerEnd }) => answerEnd),
      value: Float64Array.from(rows, ({ value }) => value)
    })
  })
  return { total, add, flush }
}

const noSecondText = new StageFailure({
  category: "config",
  fact: "NoSecondText",
  problem: "second is empty, but the answers of question-answering stand in it",
  advice: 'Name the part that has them, as in second: "{context}"'
})

const nothingKept = (read: number) =>
  new StageFailure({
    category: "data",
    fact: "NothingToLearn",
    problem: `all ${read} examples were dropped`,
    advice: "Check the names of parts in input, second and target, and the lengths"
  })
