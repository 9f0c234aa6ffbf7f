// Stage `@inkstone/trainer#finetune-tagging`: pairs with labels of words in, an encoder that labels words out.
import { tokenClassification } from "@inkstone/model-zoo"
import { accuracy } from "../TaskMeasures.ts"
import { encoderPairs } from "./EncoderPairs.ts"

export const finetuneTagging = encoderPairs({
  name: "@inkstone/trainer#finetune-tagging",
  description: "Trains an encoder to label the words of a text; nats per labelled token",
  task: "token-classification",
  head: "token-classification",
  labelled: true,
  unit: "nats per labelled token",
  objective: tokenClassification,
  measures: accuracy
})
