// One batch of a network's natural objective, to be learnt by heart.
import type { Objective } from "@inkstone/graph"
import type { Entry } from "@inkstone/tensorflow"
import type { AnyNetwork } from "../../Network.ts"
import { causal } from "../../objectives/Causal.ts"

export interface Task {
  readonly objective: Objective
  readonly batch: Readonly<Record<string, Entry.Given>>
}

const [B, T] = [2, 8]
const ones = { shape: [B, T], values: new Float32Array(B * T).fill(1) }

const tokens = (vocabSize: number, length: number) => ({
  shape: [B, length],
  values: Int32Array.from({ length: B * length }, (_, i) => 5 + ((i * i * 7 + 3 * i) % (vocabSize - 5)))
})

/** @throws RangeError for a kind of network that has no objective yet */
export const taskOf = (network: AnyNetwork): Task => {
  const { vocabSize } = network
  switch (network.kind) {
    case "causal":
      return { objective: causal(network), batch: { tokens: tokens(vocabSize, T + 1), weights: ones } }
    case "encoder":
    case "encoder-decoder":
      throw new RangeError(`the contract knows no objective of networks of kind ${network.kind}`)
  }
}
