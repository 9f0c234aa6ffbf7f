// Stage `@inkstone/trainer#finetune-classification`: pairs with classes in, an encoder that says the class of a text out.
import { classification } from "@inkstone/model-zoo"
import { accuracy } from "../TaskMeasures.ts"
import { encoderPairs } from "./EncoderPairs.ts"

export const finetuneClassification = encoderPairs({
  name: "@inkstone/trainer#finetune-classification",
  description: "Trains an encoder to say which class a text belongs to; nats per text",
  task: "classification",
  head: "classification",
  labelled: true,
  unit: "nats per text",
  objective: classification,
  measures: accuracy
})
