// What a family keeps: its configs, its published sizes, and the numbers of a network in a folder of `transformers`.
import { parameterCount } from "@inkstone/graph"
import { Effect } from "effect"
import { existsSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert } from "vitest"
import type { Architecture, NetworkFamily } from "../../Family.ts"
import * as HuggingFace from "../../HuggingFace.ts"
import * as NamedArray from "../../NamedArray.ts"
import * as Start from "./Start.ts"

const temporary = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "inkstone-contract-"))),
  (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
)

/** Saved as a Hugging Face folder and read again: the same architecture, the same arrays, bit for bit. */
export const savesAndLoads = Effect.fnUntraced(function* (family: NetworkFamily, architecture: Architecture) {
  const network = yield* family.network(architecture)
  const arrays = new Map(
    network.parameters.map(({ name, shape }) => [
      name,
      NamedArray.of(name, "float32", Start.stirred({ name, shape }), shape)
    ])
  )
  const folder = yield* temporary
  const endOfTextId = network.vocabSize - 2
  yield* HuggingFace.save(folder, { family: family.name, architecture, arrays, endOfTextId })
  const read = yield* HuggingFace.load(folder)
  assert.deepStrictEqual(read.architecture, architecture)
  assert.deepInclude(read, {
    family: family.name,
    endOfTextId,
    vocabSize: network.vocabSize,
    parameters: parameterCount(network)
  })
  assert.sameMembers([...read.arrays.keys()], [...arrays.keys()])
  for (const [name, array] of arrays) assert.deepStrictEqual(read.arrays.get(name), array, name)
}, Effect.scoped)

/** What cannot be saved is refused before anything is written. */
export const refusesToSave = Effect.fnUntraced(function* (family: NetworkFamily, architecture: Architecture) {
  const folder = join(yield* temporary, "never")
  const checkpoint = { family: family.name, architecture, arrays: new Map(), endOfTextId: -1 }
  const error = yield* Effect.flip(HuggingFace.save(folder, checkpoint))
  assert.deepInclude(error, { _tag: "ModelUnusable", family: family.name })
  assert.isFalse(existsSync(folder))
}, Effect.scoped)

/** Each field with something else in it, numbers with one below zero, a field there is none of: refused by its name. */
export const refusesWrongFields = Effect.fnUntraced(function* (
  family: NetworkFamily,
  architecture: Architecture
) {
  for (const [field, value] of Object.entries(architecture)) {
    const wrong: ReadonlyArray<unknown> = typeof value === "number" ? [{ wrong: 1 }, "7", -1] : [{ wrong: 1 }]
    for (const other of wrong) {
      const error = yield* Effect.flip(family.network({ ...architecture, [field]: other }))
      assert.strictEqual(error.family, family.name)
      assert.include(error.problem, `"${field}"`, `${field} = ${JSON.stringify(other)}`)
    }
  }
  const unknown = yield* Effect.flip(family.network({ ...architecture, chanels: 1 }))
  assert.include(unknown.problem, `"chanels"`)
})

/** The sizes that were published have the parameters that were published. */
export const hasThePublishedSizes = Effect.fnUntraced(function* (family: NetworkFamily) {
  for (const { architecture, counted, name, published } of family.presets) {
    assert.isAbove(parameterCount(yield* family.network(architecture)), 0, name)
    if (published !== undefined)
      assert.strictEqual(parameterCount(yield* family.network(counted)), published, name)
  }
})
