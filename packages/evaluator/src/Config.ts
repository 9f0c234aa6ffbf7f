// What a person may set about an evaluation.
import { Sampler } from "@inkstone/model-zoo"
import { Effect, Schema } from "effect"

const atLeast = (minimum: number) => Schema.Int.pipe(Schema.check(Schema.isGreaterThanOrEqualTo(minimum)))
const or = <A>(value: A) => Effect.succeed(value)

/** Texts the model writes on from the beginnings of held-out documents. */
const Samples = Schema.Struct({
  /** how many, from documents spread evenly over the split; 0 for none */
  count: atLeast(0).pipe(Schema.withDecodingDefault(or(3))),
  /** tokens taken from each document */
  promptTokens: atLeast(1).pipe(Schema.withDecodingDefault(or(16))),
  /** most tokens written */
  maxTokens: atLeast(1).pipe(Schema.withDecodingDefault(or(96))),
  temperature: Sampler.Settings.fields.temperature.pipe(Schema.withDecodingDefault(or(0.8))),
  topK: Sampler.Settings.fields.topK,
  topP: Sampler.Settings.fields.topP.pipe(Schema.withDecodingDefault(or(0.95)))
})

export const Config = Schema.Struct({
  /** Declared context in tokens; the smaller of the model's own and 256 if it is left out. */
  contextLength: Schema.optionalKey(atLeast(1)),
  /** Tokens by which the window moves; half the context if it is left out. Smaller is slower and gives more context. */
  stride: Schema.optionalKey(atLeast(1)),
  /** windows in one call; changes the speed only */
  batchSize: atLeast(1).pipe(Schema.withDecodingDefault(or(8))),
  bootstrapSamples: atLeast(10).pipe(Schema.withDecodingDefault(or(1000))),
  /** of the intervals */
  confidence: Schema.Finite.pipe(
    Schema.check(Schema.isBetween({ minimum: 0.5, maximum: 0.999 })),
    Schema.withDecodingDefault(or(0.95))
  ),
  samples: Samples.pipe(Schema.withDecodingDefault(or({})))
})
export type Config = typeof Config.Type
