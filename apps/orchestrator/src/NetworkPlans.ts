// What it would take to train a network on this machine, in words.
import { parameterCount } from "@inkstone/graph"
import { type AnyNetwork, Estimate, Fit, type StepSize } from "@inkstone/model-zoo"
import { Effect } from "effect"
import * as Networks from "./Networks.ts"
import { table } from "./Table.ts"
import { bytes } from "./view/Bytes.ts"
import * as Words from "./view/Words.ts"

const precisions = ["float32", "bfloat16"] as const

export interface Asked {
  readonly batch: number
  readonly length: number | undefined
  readonly rematerialize: boolean
  /** of this machine */
  readonly memoryBytes: number
}

/** What a person may do so that it fits. */
export interface Advice {
  readonly text: string
  readonly residentBytes: number
}

export const plan = Effect.fnUntraced(function* (choice: Networks.Choice, asked: Asked) {
  const network = yield* Networks.network(choice)
  const { memoryBytes, rematerialize } = asked
  const length = yield* Networks.lengthOf(choice, network, asked.length)
  const step = { batch: asked.batch, length }
  const estimates = precisions.map((precision) => ({
    precision,
    ...Estimate.training(network, { precision, rematerialize })(step)
  }))
  const [float32] = estimates
  const least = Math.min(...estimates.map(({ residentBytes }) => residentBytes))
  const fits = least <= memoryBytes
  const parameters = float32?.parameters ?? 0
  return {
    network: Networks.nameOf(choice),
    parameters,
    ...step,
    memoryBytes,
    fits,
    estimates,
    advice: fits ? [] : yield* adviceFor(choice, { network, parameters, step, asked })
  }
})
export type NetworkPlan = Effect.Success<ReturnType<typeof plan>>

interface Given {
  readonly network: AnyNetwork
  readonly parameters: number
  readonly step: StepSize
  readonly asked: Asked
}

const described = (change: Fit.Change, asked: StepSize & { readonly rematerialize: boolean }): string =>
  [
    ...(change.rematerialize && !asked.rematerialize
      ? ["blocks computed again in the backward pass (--rematerialize)"]
      : []),
    ...(change.batch < asked.batch
      ? [`batches of ${change.batch}, gradients of ${Math.ceil(asked.batch / change.batch)} added up`]
      : []),
    ...(change.length < asked.length ? [`a length of ${change.length}`] : [])
  ].join(", ")

const adviceFor = Effect.fnUntraced(function* (choice: Networks.Choice, given: Given) {
  const { asked, network, parameters, step } = given
  const { memoryBytes, rematerialize } = asked
  const options = { precision: "bfloat16", rematerialize } as const
  const changes = Fit.hopeless(parameters, memoryBytes)
    ? []
    : Fit.changes(network, options, { step, memoryBytes }).map((change): Advice => ({
        text: described(change, { ...step, rematerialize }),
        residentBytes: change.residentBytes
      }))
  const smaller = yield* largestThatFits(choice, { parameters, step, asked })
  return smaller === undefined ? changes : [...changes, smaller]
})

/** The largest preset of the family that has fewer parameters and fits as it is. */
const largestThatFits = Effect.fnUntraced(function* (
  choice: Networks.Choice,
  { asked, parameters, step }: Omit<Given, "network">
) {
  const networks = yield* Effect.forEach(Networks.siblings(choice), (sibling) =>
    Effect.map(Networks.network(sibling), (network) => ({
      sibling,
      network,
      parameters: parameterCount(network)
    }))
  )
  const smaller = networks
    .filter((one) => one.parameters < parameters && !Fit.hopeless(one.parameters, asked.memoryBytes))
    .toSorted((a, b) => b.parameters - a.parameters)
  for (const { network, sibling } of smaller) {
    const options = { precision: "bfloat16", rematerialize: asked.rematerialize } as const
    const size = { batch: step.batch, length: Math.min(step.length, network.contextLength) }
    const { residentBytes } = Estimate.training(network, options)(size)
    if (residentBytes <= asked.memoryBytes)
      return { text: `a smaller network: ${Networks.nameOf(sibling)}`, residentBytes } satisfies Advice
  }
  return undefined
})

const lines = [
  ["weights", "weightBytes"],
  ["optimizer", "optimizerBytes"],
  ["gradients", "gradientBytes"],
  ["activations", "activationBytes"],
  ["the process at most", "residentBytes"]
] as const

export const inWords = ({ advice, estimates, fits, ...plan }: NetworkPlan): string => {
  const count = plan.parameters.toLocaleString("en-US")
  const flops = estimates[0]?.flopsPerToken ?? 0
  const tokens = estimates[0]?.tokens ?? 0
  const rows = lines.map(([name, key]) => [name, ...estimates.map((one) => bytes(one[key]))])
  const memory = bytes(plan.memoryBytes)
  const verdict = fits
    ? `It fits into the ${memory} of this machine.`
    : [
        `It does not fit into the ${memory} of this machine.`,
        advice.length === 0
          ? `Nothing of its family fits: take another family`
          : `What would, in bfloat16:\n${advice.map(({ residentBytes, text }) => `  ${text} (${bytes(residentBytes)})`).join("\n")}`
      ].join(" ")
  return [
    `${plan.network}: ${count} parameters`,
    `A step of batch ${plan.batch} and length ${plan.length} is ${tokens.toLocaleString("en-US")} tokens, ${Words.quantity(flops)}FLOP each in training`,
    "",
    table([["memory", ...precisions], ...rows]),
    "",
    verdict,
    ""
  ].join("\n")
}
