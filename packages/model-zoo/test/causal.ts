// Networks that write from left to right against what `transformers` says of a golden checkpoint: logits, loss, and the gradient
// of every parameter.
import { assert } from "@effect/vitest"
import { crossEntropy, div, gradients, input, mul, Program, sum } from "@inkstone/graph"
import { Session } from "@inkstone/tensorflow"
import { Effect, Schema } from "effect"
import { join } from "node:path"
import type { CausalFamily } from "../src/Family.ts"
import * as HuggingFace from "../src/HuggingFace.ts"
import type { CausalNetwork } from "../src/Network.ts"
import * as Safetensors from "../src/Safetensors.ts"
import { assertGradient, assertNear, floats, folderOf, integers, json } from "./encoders.ts"

const Golden = Schema.Struct({ loss: Schema.Finite })

const everything = (network: CausalNetwork) => {
  const inputs = {
    tokens: input("tokens", "int32", ["B", "T"]),
    mask: input("mask", "bool", ["B", "T"]),
    targets: input("targets", "int32", ["B", "T"]),
    weights: input("weights", "float32", ["B", "T"])
  }
  const hidden = network.hidden(inputs.tokens, { precision: "float32", mask: inputs.mask })
  const logits = network.logits(hidden, "float32")
  const nats = crossEntropy(logits, inputs.targets)
  const loss = div(sum(mul(nats, inputs.weights)), sum(inputs.weights))
  const found = gradients(loss, network.parameters)
  const named = Object.fromEntries(found.map((gradient, i) => [`gradient_${i}`, gradient]))
  return { inputs, outputs: { logits, loss, ...named } }
}

/** Holds the family's network against `golden/<name>`: labels there are the ids themselves, -100 where they do not count. */
export const assertParity = Effect.fnUntraced(function* (
  family: CausalFamily,
  { clusters, name }: { readonly clusters: boolean; readonly name: string }
) {
  const folder = folderOf(name)
  const { architecture, arrays } = yield* HuggingFace.load(folder)
  const network = yield* family.network(architecture)
  const program = Program.lower({ everything: everything(network) }, { clusters })
  const session = yield* Session.open(program.graphDef)
  session.callAll(
    program.variables.map(({ name, write: entry }) => ({
      entry,
      given: { value: { values: floats(arrays.get(name)) } }
    }))
  )

  const golden = (yield* Safetensors.read(join(folder, "golden.safetensors"))).arrays
  const shape = golden.get("input_ids")?.shape ?? []
  const [, T = 1] = shape
  const labels = integers(golden.get("labels"))
  const follows = labels.map((_, at) => (at % T === T - 1 ? -100 : (labels[at + 1] ?? -100)))
  const found: Readonly<Record<string, { readonly values: ArrayLike<number> }>> = session.call(
    program.entries.everything,
    {
      tokens: { shape, values: integers(golden.get("input_ids")) },
      mask: { shape, values: Uint8Array.from(integers(golden.get("attention_mask"))) },
      targets: { shape, values: follows.map((id) => Math.max(0, id)) },
      weights: { shape, values: Float32Array.from(follows, (id) => (id < 0 ? 0 : 1)) }
    }
  )
  const { loss } = Schema.decodeUnknownSync(Golden)(json(folder, "golden.json"))
  assert.approximately(found["loss"]?.values[0] ?? Number.NaN, loss, 1e-5)
  assertNear(found["logits"]?.values, floats(golden.get("logits")), 1e-5, "logit")
  for (const [i, parameter] of network.parameters.entries())
    assertGradient(
      found[`gradient_${i}`]?.values ?? [],
      floats(golden.get(`grad.${parameter.name}`)),
      parameter.name
    )
})
