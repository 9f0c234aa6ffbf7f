// Stages that learn from examples, each on a tiny network.
import { stageContract } from "@inkstone/stage/testkit"
import { finetune } from "../../src/stages/Finetune.ts"
import { finetuneClassification } from "../../src/stages/FinetuneClassification.ts"
import { packed, pairs, tiny } from "./samples.ts"

stageContract(finetune, [
  {
    name: "packed rows",
    config: { ...tiny, contextLength: 16 },
    inputs: { train: packed("train", 12), validation: packed("validation", 4), model: [] }
  }
])
stageContract(finetuneClassification, [
  {
    name: "texts of classes",
    config: { ...tiny, contextLength: 16 },
    inputs: {
      train: pairs("classification", "train", 24),
      validation: pairs("classification", "validation", 8),
      model: []
    }
  }
])
