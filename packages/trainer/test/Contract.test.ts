import { stageContract } from "@inkstone/stage/testkit"
import { Effect } from "effect"
import { ngram } from "../src/NgramStage.ts"
import { pretrain } from "../src/stages/Pretrain.ts"
import { tokens } from "./artifacts.ts"
import { tiny } from "./pretraining.ts"

const split = (name: string, documents: number) => ({
  label: `${name}-tokens`,
  make: Effect.map(tokens(name, documents), ({ kind, digest }) => ({ kind, digest }))
})

stageContract(
  pretrain,
  [
    {
      name: "a tiny network",
      config: { ...tiny, steps: 12, evaluateEvery: 5, checkpointEvery: 4 },
      inputs: { train: split("train", 40), validation: split("validation", 6), model: [], tokenizer: [] }
    }
  ],
  { timeoutMillis: 300_000 }
)

stageContract(ngram, [{ name: "3-grams", config: { order: 3 }, inputs: { train: split("train", 10) } }])
