// Both stages keep the contract of a stage.
import { type Sample, stageContract } from "@inkstone/stage/testkit"
import { Effect } from "effect"
import { encode, train } from "../src/index.ts"
import { type Document, runStage, seal } from "./documents.ts"
import { integers, randomText } from "./texts.ts"

const next = integers(59)
const texts: ReadonlyArray<Document> = Array.from({ length: 30 }, (_, i) => ({
  text: Array.from({ length: 20 }, () => randomText(next)).join(" "),
  split: i % 3 === 0 ? "validation" : "train"
}))

const documents: Sample = { label: "corpus", make: seal(texts, 4) }
const tokenizer: Sample = {
  label: "tokenizer",
  make: Effect.gen(function* () {
    const { made } = yield* runStage(train, { vocabSize: 500 }, { documents: yield* seal(texts) })
    return made["tokenizer"] ?? (yield* Effect.die(new Error("no tokenizer")))
  })
}

stageContract(train, [
  { name: "byte-bpe", config: { vocabSize: 500 }, inputs: { documents } },
  { name: "byte", config: { type: "byte" }, inputs: { documents } }
])

stageContract(encode, [
  { name: "one split", config: {}, inputs: { documents, tokenizer } },
  { name: "all splits", config: { split: "all" }, inputs: { documents, tokenizer } }
])
