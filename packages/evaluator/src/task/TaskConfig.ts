// What a person may set about measuring a model on its task.
import { field } from "@inkstone/stage"
import { Schema } from "effect"

const atLeast = (minimum: number) => Schema.Int.pipe(Schema.check(Schema.isGreaterThanOrEqualTo(minimum)))

/** What both the stage that asks a model and the one that asks a rule let people set. */
export const shared = {
  language: field(
    Schema.Literals(["auto", "chinese", "other"]),
    "auto",
    "of the references: chinese takes Chinese tokenizers for BLEU, TER, ROUGE and F1; auto looks for Han characters"
  ),
  bleuTokenizer: Schema.optionalKey(Schema.Literals(["13a", "intl", "zh", "char", "none"])).annotate({
    description: "of BLEU; zh for Chinese and 13a for others if left out"
  }),
  reference: field(
    Schema.NonEmptyString,
    "target",
    "where examples are wired: name of the part that has the reference; else references are the pairs' own tokens"
  ),
  most: Schema.optionalKey(atLeast(1)).annotate({
    description: "measures so many examples, spread evenly; all if left out"
  }),
  bootstrapSamples: field(atLeast(10), 1000, "resamples of the examples for each interval"),
  confidence: field(
    Schema.Finite.pipe(Schema.check(Schema.isBetween({ minimum: 0.5, maximum: 0.999 }))),
    0.95,
    "of the intervals"
  ),
  samples: field(atLeast(0), 5, "outputs that the report shows")
}

export const TaskConfig = Schema.Struct({
  ...shared,
  batchSize: field(atLeast(1), 16, "examples in one call; changes the speed only"),
  maxTokens: Schema.optionalKey(atLeast(1)).annotate({
    description: "text-to-text: most tokens written; the pairs' targetLength if left out"
  }),
  beams: field(atLeast(1), 1, "text-to-text: texts followed at once; 1 takes the likeliest token each time"),
  answerTokens: field(atLeast(1), 30, "question-answering: most tokens of an answer"),
  unanswerable: field(
    Schema.Boolean,
    false,
    "question-answering: the model may say that there is no answer, as in SQuAD 2"
  )
})
export type TaskConfig = typeof TaskConfig.Type
