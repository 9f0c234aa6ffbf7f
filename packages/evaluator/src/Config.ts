// What a person may set about an evaluation.
import { Sampler } from "@inkstone/model-zoo"
import { field } from "@inkstone/stage"
import { Schema } from "effect"

const atLeast = (minimum: number) => Schema.Int.pipe(Schema.check(Schema.isGreaterThanOrEqualTo(minimum)))
const { temperature, topK, topP } = Sampler.Settings.fields

const Samples = Schema.Struct({
  count: field(atLeast(0), 3, "texts to write, from documents spread evenly over the split; 0 for none"),
  promptTokens: field(atLeast(1), 16, "tokens taken from the beginning of each document, at most half of it"),
  maxTokens: field(atLeast(1), 96, "most tokens written"),
  temperature: field(Schema.toType(temperature), 0.8, "divides the logits; 0 takes the likeliest token"),
  topK: field(Schema.toType(topK), 0, "keeps the k likeliest tokens; 0 keeps all"),
  topP: field(Schema.toType(topP), 0.95, "keeps the likeliest tokens that together reach p; 1 keeps all")
})

export const Config = Schema.Struct({
  contextLength: Schema.optionalKey(atLeast(1)).annotate({
    description: "declared context in tokens; if left out, each model uses its own, at most 256"
  }),
  stride: Schema.optionalKey(atLeast(1)).annotate({
    description:
      "tokens the window moves by, at most the context; half of it if left out. Smaller is slower and fairer"
  }),
  batchSize: field(atLeast(1), 8, "windows in one call; changes the speed only"),
  bootstrapSamples: field(atLeast(10), 1000, "resamples of the documents for each interval"),
  confidence: field(
    Schema.Finite.pipe(Schema.check(Schema.isBetween({ minimum: 0.5, maximum: 0.999 }))),
    0.95,
    "of the intervals"
  ),
  samples: field(Samples, {}, "texts the model writes on from held-out documents")
})
export type Config = typeof Config.Type
