// How deep a parameter lies: for rates that fall towards the embeddings, for layers that stay as they are, and for networks that
// are trained from the top downwards.
import { Optimizer, type Parameter, type TrainingProgram } from "@inkstone/graph"
import * as Domain from "./blocks/Domain.ts"
import type { Network } from "./Network.ts"

export interface Layers {
  /** of the head, and of what stands on the last block without being part of it */
  readonly top: number
  /** Layer of a parameter of the network: 0 for embeddings, i + 1 for block i; a decoder's blocks come after its encoder's. */
  readonly of: (parameter: Pick<Parameter, "name">) => number
}

/** The stack that a parameter is part of, and its block. T5 has layers inside of blocks: the first number counts. */
const inBlock = /^(.*?\b(?:h|layers?|block))\.(\d+)\./

/** Layers of a network of any family, by the names and the order of its parameters. */
export const layers = ({ parameters }: Network): Layers => {
  const numbers = new Map<string, number>()
  /** layer of block 0 of each stack */
  const first = new Map<string, number>()
  /** in the order of checkpoints: what comes after a block and is in none belongs to it */
  let last = 0
  for (const { name } of parameters) {
    const [, stack, block] = inBlock.exec(name) ?? []
    if (stack !== undefined) {
      if (!first.has(stack)) first.set(stack, last + 1)
      last = (first.get(stack) ?? 0) + Number(block)
    }
    numbers.set(name, name.startsWith(Domain.prefix) ? 0 : last)
  }
  const top = last + 1
  // but what comes after all blocks is the head
  for (const { name } of parameters.toReversed()) {
    if (inBlock.test(name)) break
    if (!name.startsWith(Domain.prefix)) numbers.set(name, top)
  }
  return { top, of: ({ name }) => numbers.get(name) ?? top }
}

/** Those of a layer and of all above it, which leaves the ones below as they are. */
export const from = (network: Network, layer: number): TrainingProgram.Trained => {
  const { of } = layers(network)
  return (parameter) => of(parameter) >= layer
}

export interface DecaySettings {
  /** share of the rate of a layer that the one below it has; 1 for all the same */
  readonly decay: number
  /** what else differs; left out: what decays, as always */
  readonly groupOf?: Optimizer.GroupOf
}

/** Rates that fall by a factor from layer to layer, from the head's downwards, as in ELECTRA (Clark et al. 2020) and BEiT. */
export const decayed = (
  network: Network,
  { decay, groupOf = (parameter) => ({ decays: Optimizer.decays(parameter) }) }: DecaySettings
): Optimizer.GroupOf => {
  const { of, top } = layers(network)
  return (parameter) => {
    const group = groupOf(parameter)
    return { ...group, rate: (group.rate ?? 1) * decay ** (top - of(parameter)) }
  }
}

export interface UnfreezingSettings {
  /** steps after which one more layer moves */
  readonly every: number
  /** which parameters are trained at all; all if left out */
  readonly trained?: TrainingProgram.Trained
}

/** Gradual unfreezing (Howard and Ruder 2018): the head alone, then one more layer from the top, at last the embeddings. */
export const unfreezing = (
  network: Network,
  { every, trained = () => true }: UnfreezingSettings
): ReadonlyArray<TrainingProgram.Phase> => {
  const { of } = layers(network)
  const depths = new Set(network.parameters.filter(trained).map(of))
  return [...depths]
    .toSorted((a, b) => b - a)
    .slice(0, -1)
    .map((lowest, i) => ({ until: every * (i + 1), trained: (parameter) => of(parameter) >= lowest }))
}
