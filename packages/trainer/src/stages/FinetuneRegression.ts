// Stage `@inkstone/trainer#finetune-regression`: pairs with numbers in, an encoder that says a number of a text out.
import { regression } from "@inkstone/model-zoo"
import { correlation } from "../TaskMeasures.ts"
import { encoderPairs } from "./EncoderPairs.ts"

export const finetuneRegression = encoderPairs({
  name: "@inkstone/trainer#finetune-regression",
  description: "Trains an encoder to say a number of a text; mean squared error",
  task: "regression",
  head: "regression",
  labelled: false,
  unit: "squared error",
  objective: regression,
  measures: correlation
})
