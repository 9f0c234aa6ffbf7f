// The stage `@inkstone/evaluator#baseline`: rules that learn nothing, measured as models are, so that a report says whether a model beats
// them: the input itself, or its first words.
import { Examples, Metrics, Pairs, Tokenizer, Weights } from "@inkstone/artifact"
import { field, type Given, type Run, Stage, StageFailure } from "@inkstone/stage"
import { Effect, Schema } from "effect"
import * as Checks from "./Checks.ts"
import * as TaskExamples from "./task/Examples.ts"
import { shared } from "./task/TaskConfig.ts"
import * as TaskResults from "./task/TaskResults.ts"

const Config = Schema.Struct({
  ...shared,
  rule: field(
    Schema.Literals(["lead", "copy"]),
    "lead",
    "lead says the first words of the input, as summaries often do; copy says all of it, as a translation of names would"
  ),
  words: field(
    Schema.Int.check(Schema.isGreaterThan(0)),
    10,
    "lead: words, or characters where there are no spaces between words"
  ),
  source: field(
    Schema.NonEmptyString,
    "source",
    "where examples are wired: name of the part that is the input; else the pairs' tokens are"
  )
})
type Config = typeof Config.Type

const inputs = { pairs: Stage.one(Pairs), tokenizer: Stage.one(Tokenizer), examples: Stage.any(Examples) }
const outputs = { model: Weights, metrics: Metrics }

/** The first words of a text; a Han character counts as a word. */
export const lead = (text: string, words: number): string => {
  const units = text.trim().matchAll(/\p{Script=Han}|[^\p{Script=Han}\s]+/gu)
  let end = 0
  for (const [at, unit] of Array.from(units).entries()) {
    if (at === words) break
    end = unit.index + unit[0].length
  }
  return text.trim().slice(0, end)
}

const run = Effect.fnUntraced(
  function* (config: Config, given: Given<typeof inputs>, run: Run<typeof outputs>) {
    const { endOfTextId, task, tokenizer, vocabSize } = given.pairs.attributes
    if (task !== "text-to-text")
      return yield* Checks.wrongTask(`the pairs are for ${task}, and a baseline says texts`)
    const data = yield* TaskExamples.read(given, config)
    const { rule, words } = config
    const architecture = rule === "lead" ? { rule, words } : { rule }
    yield* run.outputs.model.describe({
      family: rule,
      preset: rule === "lead" ? `${words}-words` : rule,
      architecture,
      parameters: 0,
      vocabSize,
      contextLength: given.pairs.attributes.inputLength,
      endOfTextId,
      tokenizer,
      trainedOn: "",
      trainTokens: 0,
      trainBytes: 0,
      training: {}
    })
    const count = data.examples.length
    const outcome = {
      outputs: data.examples.map(({ input }) => (rule === "lead" ? lead(input, words) : input.trim())),
      // a rule has no likelihoods
      nats: new Float64Array(count).fill(NaN),
      units: new Uint32Array(count),
      lossUnit: "",
      written: 0
    }
    const about = { model: "", pairs: given.pairs.digest, tokenizer, speed: [], settings: rule }
    yield* TaskResults.write(run.outputs.metrics, { about, data, outcome }, config)
    yield* run.report({ done: count, total: count, unit: "examples" })
  },
  Effect.mapError((error) => StageFailure.of(error))
)

export const baseline = Stage.define({
  name: "@inkstone/evaluator#baseline",
  version: 1,
  description: "Rules that learn nothing, measured as models are: the first words of the input, or all of it",
  config: Config,
  inputs,
  outputs,
  run
})
