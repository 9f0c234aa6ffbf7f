// Our side of the generation benchmark, a process of its own: the same network with random weights, kept as the first line of
// standard input says. Each further line is a piece of work: prompts to go on from, or a text to score.
import { createInterface } from "node:readline"
import { Generate, Gpt2, LanguageModel, NamedArray } from "@inkstone/model-zoo"
import { Effect, Schema } from "effect"

const Setup = Schema.fromJsonString(
  Schema.Struct({ weights: Schema.Literals(["float32", "bfloat16", "int8"]) })
)
const Work = Schema.fromJsonString(
  Schema.Union([
    Schema.Struct({ prompts: Schema.Array(Schema.Array(Schema.Int)), tokens: Schema.Int }),
    Schema.Struct({ score: Schema.Array(Schema.Int) })
  ])
)
const decodeSetup = Schema.decodeUnknownEffect(Setup)
const decodeWork = Schema.decodeUnknownEffect(Work)

const architecture = { ...Gpt2.presets.gpt2, vocabSize: Gpt2.publishedVocabSize }

/** Numbers spread as the first ones of training are, from a counter. */
const arraysOf = (): NamedArray.NamedArrays => {
  let state = 1
  const spread = 0.02 * Math.sqrt(12)
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state / 2 ** 32 - 0.5) * spread
  }
  return new Map(
    Gpt2.build(architecture).parameters.map(({ name, shape }) => {
      const values = new Float32Array(NamedArray.sizeOf(shape))
      if (shape.length > 1) for (let at = 0; at < values.length; at++) values[at] = random()
      else values.fill(name.includes("ln_") && name.endsWith("weight") ? 1 : 0)
      return [name, { ...NamedArray.of(name, "float32", values), shape }] as const
    })
  )
}

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const next = Effect.promise(() => lines.next())
const answer = (message: unknown) => process.stdout.write(`${JSON.stringify(message)}\n`)

const main = Effect.gen(function* () {
  const { weights } = yield* decodeSetup((yield* next).value)
  const opening = {
    architecture,
    vocabSize: architecture.vocabSize,
    contextLength: architecture.contextLength,
    parameters: 0,
    endOfTextId: -1, // no text ends early
    arrays: arraysOf()
  }
  const model = yield* LanguageModel.open("gpt2", opening, { weights })
  answer({ name: `inkstone ${weights}` })
  for (let line = yield* next; line.done !== true; line = yield* next) {
    const work = yield* decodeWork(line.value)
    if ("score" in work) {
      const nats = yield* model.nats(Int32Array.from(work.score), { B: 1, T: work.score.length - 1 })
      answer({ nats: nats.reduce((sum, value) => sum + value, 0) / nats.length })
    } else {
      const start = performance.now()
      const written = yield* Generate.generate(model, work.prompts, {
        maxTokens: work.tokens,
        seed: 1,
        sampler: { temperature: 0, topK: 0, topP: 1 }
      })
      answer({ seconds: (performance.now() - start) / 1000, written })
    }
  }
}).pipe(Effect.scoped)

await Effect.runPromise(main)
process.exit(0)
