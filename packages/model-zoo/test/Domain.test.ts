import { assert, describe, it } from "@effect/vitest"
import { gradients, input, mul, Program, sub, sum, square } from "@inkstone/graph"
import { Session } from "@inkstone/tensorflow"
import { Effect } from "effect"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import type { Architecture, NetworkFamily } from "../src/Family.ts"
import * as HuggingFace from "../src/HuggingFace.ts"
import * as Start from "../src/internal/contract/Start.ts"
import { waysOf } from "../src/internal/contract/Way.ts"
import * as NamedArray from "../src/NamedArray.ts"
import * as Safetensors from "../src/Safetensors.ts"
import type { Tiny } from "../src/testkit.ts"
import { zoo } from "../src/Zoo.ts"
import { tinies } from "./tinies.ts"

const temporary = mkdtempSync(join(tmpdir(), "inkstone-domain-"))
afterAll(() => rmSync(temporary, { recursive: true, force: true }))

const [B, T] = [2, 6]
const tokens = { shape: [B, T], values: Int32Array.from({ length: B * T }, (_, i) => 5 + ((i * 7) % 50)) }
const some = { shape: [B, T], values: Int32Array.from({ length: B * T }, (_, i) => i % 4) }
const none = { shape: [B, T], values: new Int32Array(B * T) }

/** What the network says of a text with domains and without, and a step towards saying something else. */
const opened = Effect.fnUntraced(function* (family: NetworkFamily, architecture: Architecture) {
  const network = yield* family.network(architecture)
  const [way] = waysOf(network)
  if (way === undefined) return yield* Effect.die("reads nothing")
  const text = input("tokens", "int32", ["B", "T"])
  const domains = input("domains", "int32", ["B", "T"])
  const key = input("key", "int32", [2])
  const plain = way.see(text, { precision: "float32" }, text)
  const seen = way.see(text, { precision: "float32", domains }, text)
  const slope = gradients(sum(square(seen)), network.parameters)
  const program = Program.lower(
    {
      start: {
        inputs: { key },
        outputs: {},
        updates: network.parameters.map((one) => [one, Start.first(one, key)] as const)
      },
      plain: { inputs: { tokens: text }, outputs: { seen: plain } },
      read: { inputs: { tokens: text, domains }, outputs: { seen } },
      step: {
        inputs: { tokens: text, domains },
        outputs: {},
        updates: network.parameters.map((one, i) => [one, sub(one, mul(slope[i] ?? one, 1e-3))] as const)
      }
    },
    { clusters: false }
  )
  const session = yield* Session.open(program.graphDef)
  session.call(program.entries.start, { key: { values: Int32Array.of(3, 4) } })
  return {
    plain: () => session.call(program.entries.plain, { tokens }).seen.values,
    read: (domains: typeof some) => session.call(program.entries.read, { tokens, domains }).seen.values,
    step: () => session.call(program.entries.step, { tokens, domains: some }),
    values: () => Start.valuesOf(session, program.variables)
  }
})

const tinyOf = ([tiny]: ReadonlyArray<Tiny>) => ({ ...tiny?.architecture, layers: 1 })
const families: ReadonlyArray<readonly [NetworkFamily, Architecture]> = [
  [zoo.gpt2, tinyOf(tinies.gpt2)],
  [zoo.bert, tinyOf(tinies.bert)],
  [zoo.t5, { ...tinyOf(tinies.t5), decoderLayers: 1 }]
]
const combinations = families.flatMap(([family, architecture]) =>
  (["sum", "project"] as const).map((combine) => ({
    name: `${family.name}, ${combine}`,
    family,
    without: architecture,
    architecture: { ...architecture, domain: { size: 4, combine } }
  }))
)

describe("a domain embedding", () => {
  it.effect.each(combinations)("changes nothing at first, and something once it is trained: $name", (one) =>
    Effect.gen(function* () {
      const bare = yield* opened(one.family, one.without)
      const { plain, read, step, values } = yield* opened(one.family, one.architecture)
      assert.deepStrictEqual(plain(), bare.plain())
      assert.deepStrictEqual(read(some), bare.plain())
      step()
      step()
      assert.notDeepEqual(read(some), plain())
      assert.deepStrictEqual(read(none), plain())
      const table = values().get("domain_embedding.weight") ?? new Float32Array(0)
      const width = table.length / 4
      assert.isTrue(table.subarray(0, width).every((value) => value === 0))
      for (const domain of [1, 2, 3])
        assert.isTrue(table.subarray(domain * width, (domain + 1) * width).some((value) => value !== 0))
    })
  )

  it.effect("lies in a file of its own, and is read bit for bit", () =>
    Effect.gen(function* () {
      for (const { architecture, family, name } of combinations) {
        const network = yield* family.network(architecture)
        const arrays = new Map(
          network.parameters.map(({ name, shape }) => [
            name,
            NamedArray.of(name, "float32", Start.stirred({ name, shape }), shape)
          ])
        )
        const folder = join(temporary, name)
        yield* HuggingFace.save(folder, { family: family.name, architecture, arrays, endOfTextId: 1 })
        const read = yield* HuggingFace.load(folder)
        assert.deepStrictEqual(read.architecture, architecture)
        for (const [name, array] of arrays) assert.deepStrictEqual(read.arrays.get(name), array)
        const rest = yield* Safetensors.list(join(folder, "model.safetensors"))
        assert.isEmpty(rest.filter(({ name }) => name.startsWith("domain_embedding.")))
        const config: unknown = JSON.parse(readFileSync(join(folder, "config.json"), "utf8"))
        assert.deepNestedInclude(config, { "inkstone.domain": architecture.domain })
      }
    })
  )

  it.effect("goes with its file when a model without one is saved in its place", () =>
    Effect.gen(function* () {
      const folder = join(temporary, "again")
      for (const architecture of [combinations[0]?.architecture, combinations[0]?.without]) {
        const network = yield* zoo.gpt2.network(architecture)
        const arrays = new Map(
          network.parameters.map(({ name, shape }) => [
            name,
            NamedArray.of(name, "float32", new Float32Array(NamedArray.sizeOf(shape)), shape)
          ])
        )
        yield* HuggingFace.save(folder, { family: "gpt2", architecture, arrays, endOfTextId: 1 })
      }
      assert.sameMembers(readdirSync(folder), ["config.json", "model.safetensors"])
    })
  )

  it.effect("is refused by the name of its wrong field", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(
        zoo.gpt2.network({ ...tinyOf(tinies.gpt2), domain: { size: 0, combine: "sum" } })
      )
      assert.include(error.message, '["domain"]["size"]')
    })
  )
})
