// A feed gives what the objective it is for takes: inputs of the same names, types and ranks.
import { assert, it } from "@effect/vitest"
import type { Objective } from "@inkstone/graph"
import {
  Bert,
  causal,
  causalPacked,
  classification,
  Gpt2,
  maskedLanguage,
  questionAnswering,
  regression,
  T5,
  textToText,
  tokenClassification
} from "@inkstone/model-zoo"
import { feeds, vocabSize } from "./sources.ts"

const tiny = { vocabSize, contextLength: 64, layers: 1, heads: 2, channels: 8, innerChannels: 16 }
const gpt2 = Gpt2.build({ ...Gpt2.presets.nano, vocabSize, contextLength: 64 })
const t5 = T5.build({ ...T5.presets.nano, ...tiny })
const bert = (head: Bert.Config["head"]) => Bert.build({ ...Bert.presets.nano, ...tiny, head, labels: 3 })

const all = feeds(6)
const objectives: ReadonlyArray<readonly [name: string, objective: Objective]> = [
  ["TokenWindows", causal(gpt2)],
  ["PackedRows", causalPacked(gpt2)],
  ["MaskedWindows", maskedLanguage(bert("masked-language"))],
  ["SpanWindows, spans", textToText(t5)],
  ["PairRows, text-to-text, grouped by length", textToText(t5)],
  ["PairRows, classification, grouped by length", classification(bert("classification"))],
  ["PairRows, regression, grouped by length", regression(bert("regression"))],
  ["PairRows, token-classification, grouped by length", tokenClassification(bert("token-classification"))],
  ["PairRows, question-answering, grouped by length", questionAnswering(bert("question-answering"))]
]
const dtypes = { Int32Array: "int32", Float32Array: "float32", Uint8Array: "bool" } as const

it.each(objectives)("%s gives what its objective takes", (name, objective) => {
  const source = all[name]!.train(2, 1)
  const { inputs } = source.assemble(source.draw(1), 2)
  const given = Object.entries(inputs).map(([input, { shape, values }]) => {
    const type = values instanceof Int32Array ? "Int32Array" : values instanceof Float32Array ? "Float32Array" : "Uint8Array" // prettier-ignore
    return [input, dtypes[type], shape.length] as const
  })
  const taken = Object.entries(objective.inputs).map(
    ([input, { dtype, shape }]) => [input, dtype, shape.length] as const
  )
  assert.sameDeepMembers(given, taken)
})
