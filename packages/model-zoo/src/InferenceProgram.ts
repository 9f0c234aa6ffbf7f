// What a trained causal model is asked: scores of whole texts, and one token after another with a key/value cache that
// stays in the session.
import {
  Dimension,
  type Input,
  input,
  Program,
  reshape,
  slice,
  type Tensor,
  uncompiled,
  type Variable
} from "@inkstone/graph"
import * as CompactWeights from "./CompactWeights.ts"
import * as KeyValueCache from "./KeyValueCache.ts"
import type { CausalNetwork } from "./Network.ts"
import { nats } from "./objectives/Causal.ts"

/** Evaluation is always float32, whatever the training used: numbers of two models must not differ by rounding. */
const precision = "float32"

export interface Options {
  /** how the weights are kept in memory; float32, exact, if left out */
  readonly weights?: CompactWeights.WeightFormat
}

/** Sizes that change from run to run would compile anew each time; rows of a batch stay, and the cache seldom grows. */
const changing = ({ inputs, shape }: Tensor): boolean =>
  [shape, ...inputs.map((input) => input.shape)]
    .flat()
    .some((dim) => Dimension.names(dim).some((name) => name !== "B" && name !== "N"))

/** An entry that gives logits. */
interface Step<I extends Readonly<Record<string, Input>>> {
  readonly inputs: I
  readonly logits: Tensor
  readonly updates: ReadonlyArray<readonly [Variable, Tensor]>
}

const rootsOf = (step: Pick<Step<{}>, "logits" | "updates">) => [
  step.logits,
  ...step.updates.map(([, value]) => value)
]

/**
 * The entries of a model over its parameters, lowered. `score`: nats of each next token. `prefill`, `decode` and `decodeFew`,
 * which is for few rows: logits of the next token. `reorder`: row `q` goes on from what row `rows[q]` has read. `move` is the
 * cache's own, and the others load parameters that are kept in a smaller format, by name.
 */
export const lower = (network: CausalNetwork, { weights = "float32" }: Options = {}) => {
  const cache = KeyValueCache.make(network.cache, precision)

  const text = input("tokens", "int32", ["B", "T+1"])
  const scored = nats(network, text, { precision }) // [B, T]

  const prompt = {
    tokens: input("tokens", "int32", ["B", "T"]),
    positions: input("positions", "int32", ["B", "T"]),
    ...cache.readingInputs
  }
  const reading = cache.reading("prefill")
  const { mask, positions } = prompt
  const all = network.hidden(prompt.tokens, { precision, mask, positions, attend: reading.attend }) // [B, T, C]
  const prefill = {
    inputs: prompt,
    logits: network.logits(last(all), precision), // [B, V]
    updates: reading.updates()
  }

  const next = {
    tokens: input("tokens", "int32", ["B"]),
    positions: input("positions", "int32", ["B"]),
    ...cache.stepInputs
  }
  const step = cache.step()
  const state = network.hidden(reshape(next.tokens, ["B", 1]), {
    precision,
    positions: reshape(next.positions, ["B", 1]),
    attend: step.attend
  }) // [B, 1, C]
  const decode = {
    inputs: next,
    logits: network.logits(last(state), precision), // [B, V]
    updates: step.updates()
  }

  const compact = CompactWeights.compact(network.parameters, weights, [
    scored,
    ...rootsOf(prefill),
    ...rootsOf(decode)
  ])
  const entry = <const I extends Readonly<Record<string, Input>>>(
    step: Step<I>,
    rows: CompactWeights.Rows
  ) => {
    const [logits = step.logits, ...values] = uncompiled(compact.exchange(rootsOf(step), rows), changing)
    const updates = step.updates.map(([variable, old], i) => [variable, values[i] ?? old] as const)
    return { inputs: step.inputs, outputs: { logits }, updates }
  }
  const [exchanged = scored] = compact.exchange([scored], "many")
  const { move, reorder } = cache
  const entries = {
    score: { inputs: { tokens: text }, outputs: { nats: exchanged } },
    prefill: entry(prefill, "many"),
    decode: entry(decode, "many"),
    decodeFew: entry(decode, "few"),
    move,
    reorder
  }
  const loads = Array.from(compact.loading, ([name, load]) => ({ name, entry: `load/${name}`, load }))
  const program = Program.lower(
    { ...entries, ...Object.fromEntries(loads.map(({ entry, load }) => [entry, load])) },
    { clusters: true, plain: ["move", "reorder", ...loads.map(({ entry }) => entry)] }
  )
  const lowered = new Map<string, Program.LoweredEntry>(Object.entries(program.entries))
  const loading = new Map(
    loads.flatMap(({ entry, name }) => {
      const found = lowered.get(entry)
      return found === undefined ? [] : [[name, found] as const]
    })
  )
  return { ...program, loading }
}

/** `[B, T, C]` -> the last place, `[B, C]`. */
const last = (hidden: Tensor): Tensor => {
  const [B = 1, T = 1, C = 1] = hidden.shape
  return reshape(slice(hidden, { axis: 1, from: Dimension.minus(T, 1), size: 1 }), [B, C])
}
