// Encoder-decoders against what `transformers` says of the golden checkpoints.
import { assert } from "@effect/vitest"
import { crossEntropy, div, gradients, mul, Program, sum } from "@inkstone/graph"
import { Session } from "@inkstone/tensorflow"
import { Effect, Schema } from "effect"
import { join } from "node:path"
import type { EncoderDecoderFamily } from "../src/Family.ts"
import type { EncoderDecoderNetwork } from "../src/Network.ts"
import { logitsOf, textToText } from "../src/objectives/TextToText.ts"
import * as Safetensors from "../src/Safetensors.ts"
import { assertGradient, assertNear, floats, folderOf, integers, json } from "./encoders.ts"

const decode = Schema.decodeUnknownSync(Schema.Struct({ loss: Schema.Finite }))
const lossOf = (folder: string) => decode(json(folder, "golden.json")).loss

/** Logits at all places, the mean loss over the weighted ones, the gradient of every parameter. */
const everything = (network: EncoderDecoderNetwork, rematerialize: boolean) => {
  const { inputs } = textToText(network)
  const logits = logitsOf(network, inputs, { precision: "float32", rematerialize })
  const nats = crossEntropy(logits, inputs.targets)
  const loss = div(sum(mul(nats, inputs.weights)), sum(inputs.weights))
  const found = gradients(loss, network.parameters)
  const named = Object.fromEntries(found.map((gradient, i) => [`gradient_${i}`, gradient]))
  return { inputs, outputs: { logits, loss, ...named } }
}

/** Reads a golden checkpoint and holds the family's network against it. */
export const assertParity = Effect.fnUntraced(function* (
  family: EncoderDecoderFamily,
  options: { readonly clusters: boolean; readonly name: string; readonly rematerialize?: boolean }
) {
  const { clusters, name, rematerialize = false } = options
  const folder = folderOf(name)
  const network = yield* family.network(yield* family.huggingFace.read(json(folder, "config.json")))
  const program = Program.lower({ everything: everything(network, rematerialize) }, { clusters })
  const session = yield* Session.open(program.graphDef)
  const stored = (yield* Safetensors.read(join(folder, "model.safetensors"))).arrays
  const golden = (yield* Safetensors.read(join(folder, "golden.safetensors"))).arrays
  assert.sameMembers(
    network.parameters.map((parameter) => parameter.name),
    [...stored.keys()]
  )
  session.callAll(
    program.variables.map(({ name, write: entry }) => ({
      entry,
      given: { value: { values: floats(stored.get(name)) } }
    }))
  )

  const labels = integers(golden.get("labels"))
  const mask = integers(golden.get("attention_mask"))
  const [sources, targets] = [[2, mask.length / 2] as const, [2, labels.length / 2] as const]
  const found: Readonly<Record<string, { readonly values: ArrayLike<number> }>> = session.call(
    program.entries.everything,
    {
      source: { shape: sources, values: integers(golden.get("input_ids")) },
      sourceMask: { shape: sources, values: Uint8Array.from(mask) },
      targets: { shape: targets, values: labels.map((label) => Math.max(0, label)) },
      weights: { shape: targets, values: Float32Array.from(labels, (label) => (label < 0 ? 0 : 1)) }
    }
  )
  assertNear(found["loss"]?.values, [lossOf(folder)], 1e-5, "loss")
  const logits = floats(golden.get("logits"))
  const most = logits.reduce((most, logit) => Math.max(most, Math.abs(logit)), 1)
  assertNear(found["logits"]?.values, logits, 1e-5 * most, "logits")
  for (const [i, parameter] of network.parameters.entries())
    assertGradient(
      found[`gradient_${i}`]?.values ?? [],
      floats(golden.get(`grad.${parameter.name}`)),
      parameter.name
    )
})
