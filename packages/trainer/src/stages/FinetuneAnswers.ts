// Stage `@inkstone/trainer#finetune-answers`: questions with texts in, an encoder that says where the answer stands out.
import { questionAnswering } from "@inkstone/model-zoo"
import { exactSpans } from "../TaskMeasures.ts"
import { encoderPairs } from "./EncoderPairs.ts"

export const finetuneAnswers = encoderPairs({
  name: "@inkstone/trainer#finetune-answers",
  description: "Trains an encoder to find where in a text the answer to a question stands; nats per border",
  task: "question-answering",
  head: "question-answering",
  labelled: false,
  unit: "nats per border",
  objective: questionAnswering,
  measures: exactSpans
})
