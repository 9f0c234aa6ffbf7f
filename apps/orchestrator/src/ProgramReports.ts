// What a network's program would do at given sizes, in words: nothing is run.
import { AdamW, Explain, parameterCount, type Precision, TrainingProgram } from "@inkstone/graph"
import { natural } from "@inkstone/model-zoo"
import { Effect } from "effect"
import * as Networks from "./Networks.ts"
import { table } from "./Table.ts"
import { bytes } from "./view/Bytes.ts"
import * as Words from "./view/Words.ts"

export interface Asked {
  readonly entry: "train" | "evaluate"
  readonly batch: number
  readonly length: number | undefined
  readonly precision: Precision
  readonly rematerialize: boolean
}

export const explain = Effect.fnUntraced(function* (choice: Networks.Choice, asked: Asked) {
  const { batch, entry, precision, rematerialize } = asked
  const network = yield* Networks.network(choice)
  const length = yield* Networks.lengthOf(choice, network, asked.length)
  const { objective, sizes, tokens } = natural(network)
  const entries = TrainingProgram.entriesOf(objective, {
    optimizer: AdamW.defaults,
    precision,
    clusters: true,
    rematerialize
  })
  return {
    network: Networks.nameOf(choice),
    parameters: parameterCount(network),
    entry,
    precision,
    rematerialize,
    batch,
    length,
    tokens: tokens({ batch, length }),
    ...Explain.explain(entries[entry], sizes({ batch, length }), { clusters: true })
  }
})
export type ProgramReport = Effect.Success<ReturnType<typeof explain>>

const shown = 12

/** `mul 6, add 3, 4 more` */
const operations = ({ operations }: Explain.ClusterReport): string => {
  const named = operations.slice(0, 5).map(([op, count]) => (count === 1 ? op : `${op} ${count}`))
  const rest = operations.slice(5).reduce((sum, [, count]) => sum + count, 0)
  return [...named, ...(rest === 0 ? [] : [`${rest} more`])].join(", ")
}

const count = (n: number): string => n.toLocaleString("en-US")

export const inWords = (report: ProgramReport): string => {
  const { elementFlops, functions, memory, productFlops, tokens } = report
  const each = (flops: number) => `${Words.quantity(flops / tokens)}FLOP`
  const compiled = functions.reduce((sum, { shapes }) => sum + shapes, 0)
  const facts = [
    ["parameters", count(report.parameters)],
    ["tokens of a run", count(tokens)],
    ["tensors", count(report.tensors)],
    ["TensorFlow nodes", count(report.nodes)],
    [
      "clusters",
      `${count(report.clusters)}, of ${functions.length} functions that XLA compiles for ${compiled} shapes`
    ],
    [
      "arithmetic",
      `${each(productFlops + elementFlops)} a token: products ${each(productFlops)}, elementwise ${each(elementFlops)}`
    ],
    ["bytes moved", `${bytes(report.bytes)} a run`]
  ]
  const uses = [
    ["memory", "at most"],
    ["weights", bytes(memory.parameters)],
    ["optimizer and other state", bytes(memory.state)],
    ["gradients", bytes(memory.gradients)],
    ["activations", bytes(memory.activations)],
    ["all at once", bytes(memory.peak)]
  ]
  const rows = functions
    .slice(0, shown)
    .map((one) => [
      one.name,
      String(one.calls),
      String(one.shapes),
      bytes(one.bytesIn),
      bytes(one.bytesOut),
      Words.quantity(one.flops),
      operations(one)
    ])
  const more = functions.length - shown
  const mode = report.rematerialize ? ", blocks computed again" : ""
  return [
    `${report.network}, ${report.entry}: batch ${report.batch}, length ${report.length}, ${report.precision}${mode}`,
    "",
    ...facts.map(([name = "", value]) => `${name.padEnd(17)} ${value}`),
    "",
    table(uses),
    "",
    table([["compiled function", "calls", "shapes", "in", "out", "FLOP", "operations"], ...rows]),
    ...(more > 0 ? [`and ${more} smaller ones (--json has all)`] : []),
    ""
  ].join("\n")
}
