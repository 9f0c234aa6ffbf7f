// Stages that learn from examples, each on a tiny network.
import { stageContract } from "@inkstone/stage/testkit"
import { finetune } from "../../src/stages/Finetune.ts"
import { finetuneAnswers } from "../../src/stages/FinetuneAnswers.ts"
import { finetuneClassification } from "../../src/stages/FinetuneClassification.ts"
import { finetuneRegression } from "../../src/stages/FinetuneRegression.ts"
import { finetuneTagging } from "../../src/stages/FinetuneTagging.ts"
import { finetuneTextToText } from "../../src/stages/FinetuneTextToText.ts"
import { packed, pairs, tiny } from "./samples.ts"

stageContract(finetune, [
  {
    name: "packed rows",
    config: { ...tiny, contextLength: 16 },
    inputs: { train: packed("train", 12), validation: packed("validation", 4), model: [] }
  }
])
for (const [stage, task] of [
  [finetuneClassification, "classification"],
  [finetuneRegression, "regression"],
  [finetuneTagging, "token-classification"],
  [finetuneAnswers, "question-answering"]
] as const)
  stageContract(stage, [
    {
      name: task,
      config: { ...tiny, contextLength: 16 },
      inputs: { train: pairs(task, "train", 24), validation: pairs(task, "validation", 8), model: [] }
    }
  ])
stageContract(finetuneTextToText, [
  {
    name: "texts and what is to be written",
    config: {
      ...tiny,
      contextLength: 16,
      architecture: { layers: 1, heads: 2, channels: 16, headChannels: 8, innerChannels: 16 }
    },
    inputs: {
      train: pairs("text-to-text", "train", 24),
      validation: pairs("text-to-text", "validation", 8),
      model: []
    }
  }
])
