// Encoders against what `transformers` says of the golden checkpoints.
import { assert } from "@effect/vitest"
import { crossEntropy, div, gradients, input, mul, Program, sum } from "@inkstone/graph"
import { Session } from "@inkstone/tensorflow"
import { Effect, Schema } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { EncoderFamily } from "../src/Family.ts"
import * as NamedArray from "../src/NamedArray.ts"
import type { EncoderNetwork } from "../src/Network.ts"
import * as Safetensors from "../src/Safetensors.ts"

export const [B, T, V] = [2, 12, 128]
export const folderOf = (name: string) => fileURLToPath(new URL(`golden/${name}`, import.meta.url))
export const json = (folder: string, name: string): unknown =>
  JSON.parse(readFileSync(join(folder, name), "utf8"))
const Golden = Schema.Struct({ loss: Schema.Finite })

/** int64 in the file; the values are small. */
export const integers = (array: NamedArray.NamedArray | undefined) =>
  Int32Array.from(new BigInt64Array((array?.bytes ?? new Uint8Array(0)).slice().buffer), Number)
export const floats = (array: NamedArray.NamedArray | undefined) =>
  NamedArray.view(array, "float32") ?? new Float32Array(0)

/** |a - b| is within 1e-4 |b| + 1e-7, as vectors; the true gradient of what attention adds to all keys is 0. */
export const assertGradient = (found: ArrayLike<number>, expected: Float32Array, name: string) => {
  assert.strictEqual(found.length, expected.length, name)
  assert.isAbove(expected.length, 0, name)
  let [difference, norm] = [0, 0]
  for (const [i, value] of expected.entries()) {
    difference += ((found[i] ?? Number.NaN) - value) ** 2
    norm += value ** 2
  }
  assert.isAtMost(Math.sqrt(difference), 1e-4 * Math.sqrt(norm) + 1e-7, name)
}

export const assertNear = (
  found: ArrayLike<number> | undefined,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string
) => {
  assert.strictEqual(found?.length, expected.length, what)
  for (let i = 0; i < expected.length; i++)
    assert.approximately(found?.[i] ?? Number.NaN, expected[i] ?? Number.NaN, tolerance, `${what} ${i}`)
}

/** Logits at all places, the mean loss over the weighted ones, the gradient of every parameter. */
const everything = (network: EncoderNetwork) => {
  const inputs = {
    tokens: input("tokens", "int32", ["B", "T"]),
    mask: input("mask", "bool", ["B", "T"]),
    targets: input("targets", "int32", ["B", "T"]),
    weights: input("weights", "float32", ["B", "T"])
  }
  const reading = { precision: "float32", mask: inputs.mask } as const
  const hidden = network.hidden(inputs.tokens, reading)
  const logits = network.heads.tokens?.(hidden, reading) ?? hidden
  const nats = crossEntropy(logits, inputs.targets)
  const loss = div(sum(mul(nats, inputs.weights)), sum(inputs.weights))
  const found = gradients(loss, network.parameters)
  const named = Object.fromEntries(found.map((gradient, i) => [`gradient_${i}`, gradient]))
  return { inputs, outputs: { logits, loss, ...named } }
}

/** Reads a golden checkpoint and holds the family's network against it. */
export const assertParity = Effect.fnUntraced(function* (
  family: EncoderFamily,
  { clusters, name }: { readonly clusters: boolean; readonly name: string }
) {
  const folder = folderOf(name)
  const network = yield* family.network(yield* family.huggingFace.read(json(folder, "config.json")))
  const program = Program.lower({ everything: everything(network) }, { clusters })
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
  const shape = [B, labels.length / B]
  const found: Readonly<Record<string, { readonly values: ArrayLike<number> }>> = session.call(
    program.entries.everything,
    {
      tokens: { shape, values: integers(golden.get("input_ids")) },
      mask: { shape, values: Uint8Array.from(integers(golden.get("attention_mask"))) },
      targets: { shape, values: labels.map((label) => Math.max(0, label)) },
      weights: { shape, values: Float32Array.from(labels, (label) => (label < 0 ? 0 : 1)) }
    }
  )
  const { loss } = Schema.decodeUnknownSync(Golden)(json(folder, "golden.json"))
  assertNear(found["loss"]?.values, [loss], 1e-5, "loss")
  const logits = floats(golden.get("logits"))
  assert.strictEqual(logits.length, B * T * V)
  assertNear(found["logits"]?.values, logits, 1e-5, "logits")
  for (const [i, parameter] of network.parameters.entries())
    assertGradient(
      found[`gradient_${i}`]?.values ?? [],
      floats(golden.get(`grad.${parameter.name}`)),
      parameter.name
    )
})
