// The contract is worth what it catches: networks with one thing wrong with them.
import { assert, describe, it } from "@effect/vitest"
import { add, Initializer, mean, mul, parameter } from "@inkstone/graph"
import { Cause, Effect, Exit } from "effect"
import * as Gpt2 from "../src/Gpt2.ts"
import * as Looking from "../src/internal/contract/Looking.ts"
import * as Training from "../src/internal/contract/Training.ts"
import type { CausalNetwork } from "../src/Network.ts"

const config: Gpt2.Config = {
  vocabSize: 64,
  contextLength: 16,
  layers: 1,
  heads: 2,
  channels: 8,
  layerNormEpsilon: 1e-5
}
const sound = Gpt2.build(config)

/** The sound network that does not hear one of the things it is told. */
const deafTo = (what: "mask" | "positions" | "documents" | "dropout"): CausalNetwork => ({
  ...sound,
  hidden: (tokens, reading) => {
    const heard = { ...reading }
    delete heard[what]
    return sound.hidden(tokens, heard)
  }
})
const clairvoyant: CausalNetwork = {
  ...sound,
  hidden: (tokens, reading) => {
    const hidden = sound.hidden(tokens, reading) // [B, T, C]
    return add(hidden, mul(mean(hidden, { axes: [1], keep: true }), 1e-3))
  }
}
const idle: CausalNetwork = {
  ...sound,
  parameters: [...sound.parameters, parameter("idle", [3], Initializer.normal(1))]
}
/** A deeper one whose first values depend on how many parameters there are. */
const restless = Gpt2.build({ ...config, layers: 2 })
for (const one of restless.parameters) {
  const first = one.initializer
  const initializer: Initializer.Initializer = (start) =>
    first({ ...start, name: `${start.name} of ${restless.parameters.length}` })
  Object.assign(one, { initializer: initializer })
}

const problem = (claim: Effect.Effect<unknown, unknown>) =>
  Effect.map(Effect.exit(claim), (exit) => (Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "nothing"))

describe("the contract catches a network that", () => {
  it.effect.each([
    ["looks ahead", Looking.neverLooksAhead(clairvoyant), "changed what is said before it"],
    ["looks at padding", Looking.paddingChangesNothing(deafTo("mask")), "what the padding holds is seen"],
    [
      "does not count places as it is told",
      Looking.paddingChangesNothing(deafTo("positions")),
      "differs from the text without padding"
    ],
    [
      "looks into the document before",
      Looking.packedEqualsUnpacked(deafTo("documents")),
      "a text: places 5 to 9"
    ],
    ["drops nothing", Looking.dropoutIsHonest(deafTo("dropout")), "dropout 0.4 drops nothing"],
    ["has an idle parameter", Training.overfitsOneBatch(idle), "did not move"],
    [
      "starts by the order of its parameters",
      Training.startsFromTheKeyAlone(sound, restless),
      "starts otherwise in a deeper network"
    ]
  ] as const)("%s", ([, claim, message]) =>
    Effect.map(problem(claim), (found) => assert.include(found, message))
  )
})
