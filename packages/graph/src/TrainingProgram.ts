// All that training a causal language model needs, as one program: start, step, evaluate; weights never leave the session
// in between.
import * as AdamW from "./AdamW.ts"
import type { CausalModel, Precision } from "./CausalModel.ts"
import { gradients } from "./gradients.ts"
import { crossEntropy } from "./layers/CrossEntropy.ts"
import { div, mul } from "./ops/Elementwise.ts"
import { slice } from "./ops/Layout.ts"
import { sum } from "./ops/Reduce.ts"
import { input, type Variable } from "./Parameter.ts"
import * as Program from "./Program.ts"
import type { Tensor } from "./Tensor.ts"

export interface Options {
  readonly optimizer: AdamW.AdamWSettings
  readonly precision: Precision
  /** compile what lies between matrix products with XLA (about 3 s at the first step); off for a cross-check */
  readonly clusters: boolean
}

const windows = () => input("tokens", "int32", ["B", "T+1"])
const scalar = (name: string) => input(name, "float32", [])

/**
 * Entries of a training program:
 *
 * - `init`: `key` int32 [2]. First values from the key and the names of the parameters alone; optimizer slots zero.
 * - `train`: `tokens` int32 [B, T+1], `weights` float32 [B, T] (1 for each token that counts, 0 for padding or a prompt),
 *   `learningRate`, `step` (from 1) and `maxGradientNorm` (0 for no limit), float32 scalars. One AdamW step; gives `loss`
 *   (nats per weighted token, before the step) and `gradientNorm` (before clipping).
 * - `evaluate`: `tokens` [B, T+1]. Gives `nats` [B, T]: what each next token costs. Changes nothing.
 *
 * `variables` reads and writes parameters and slots one at a time.
 */
export const build = (model: CausalModel, { clusters, optimizer, precision }: Options) => {
  const trained = model.parameters.map((parameter) => ({ parameter, slots: AdamW.slotsOf(parameter) }))
  return Program.lower(
    {
      init: start(trained.flatMap(({ parameter, slots }) => [parameter, slots.first, slots.second])),
      train: step(model, trained, { optimizer, precision }),
      evaluate: evaluation(model, precision)
    },
    { clusters }
  )
}

export type TrainingProgram = ReturnType<typeof build>

const start = (variables: ReadonlyArray<Variable>) => {
  const key = input("key", "int32", [2])
  return {
    inputs: { key },
    outputs: {},
    updates: variables.map(
      (variable) => [variable, variable.initializer({ ...pick(variable), key })] as const
    )
  }
}
const pick = ({ dtype, name, shape }: Variable) => ({ dtype, name, shape })

const step = (
  model: CausalModel,
  trained: ReadonlyArray<Pick<AdamW.Trained, "parameter" | "slots">>,
  { optimizer, precision }: Pick<Options, "optimizer" | "precision">
) => {
  const inputs = {
    tokens: windows(),
    weights: input("weights", "float32", ["B", "T"]),
    learningRate: scalar("learningRate"),
    step: scalar("step"),
    maxGradientNorm: scalar("maxGradientNorm")
  }
  const nats = natsOf(model, inputs.tokens, precision)
  const loss = div(sum(mul(nats, inputs.weights)), sum(inputs.weights))
  const found = gradients(loss, model.parameters)
  const { gradientNorm, updates } = AdamW.update(
    trained.map((one, i) => ({ ...one, gradient: found[i] ?? one.parameter })),
    inputs,
    optimizer
  )
  return { inputs, outputs: { loss, gradientNorm }, updates }
}

/** What each next token of `tokens [B, T+1]` costs, `[B, T]`. */
const natsOf = (model: CausalModel, tokens: Tensor, precision: Precision): Tensor => {
  const read = slice(tokens, { axis: 1, from: 0, size: "T" }) // [B, T]
  const next = slice(tokens, { axis: 1, from: 1, size: "T" }) // [B, T]
  return crossEntropy(model.forward(read, { precision }), next)
}

const evaluation = (model: CausalModel, precision: Precision) => {
  const inputs = { tokens: windows() }
  return { inputs, outputs: { nats: natsOf(model, inputs.tokens, precision) } }
}
