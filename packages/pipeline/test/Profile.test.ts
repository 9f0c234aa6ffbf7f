import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import path from "node:path"
import { Pipeline, PipelineFile, Planner } from "../src/index.ts"
import { folder, temporary } from "./fixtures/lab.ts"

const text = `name: sized
profiles:
  full:
    many: { with: { count: 40 } }
    sums:
      matrix: { by: [1, 2, 3] }
      with: { note: null }
      resources: { cpus: 2 }
  wrong:
    many:
      with: { count: lots }
nodes:
  many: { uses: "./stages.ts#source", with: { count: 4, from: 2 } }
  sums:
    uses: "./stages.ts#add"
    in: { numbers: many }
    matrix: { by: [1] }
    with: { by: "\${by}", note: small }
`

const load = (profile?: string, yaml = text) =>
  PipelineFile.parse(yaml, path.join(folder, "sized.yaml"), { profile }).pipe(
    Effect.flatMap(Pipeline.fromDefinition)
  )
const messageOf = (profile: string | undefined, yaml = text) =>
  Effect.map(Effect.flip(load(profile, yaml)), ({ message }) => message.replaceAll(folder, ""))

describe("profiles of a pipeline file", () => {
  it.effect("leave the nodes as they stand when none is asked for", () =>
    Effect.gen(function* () {
      const { name, nodes } = yield* load()
      assert.strictEqual(name, "sized")
      assert.deepStrictEqual(
        nodes.map(({ id }) => id),
        ["many", "sums[by=1]"]
      )
    })
  )

  it.effect("are laid over the nodes field by field; null takes a field out", () =>
    Effect.gen(function* () {
      const { name, nodes } = yield* load("full")
      assert.strictEqual(name, "sized@full")
      assert.deepStrictEqual(
        nodes.map(({ encodedConfig, id, resources }) => [id, encodedConfig, resources.cpus]),
        [
          ["many", { count: 40, from: 2, files: [], seeded: false }, 1],
          ["sums[by=1]", { by: 1 }, 2],
          ["sums[by=2]", { by: 2 }, 2],
          ["sums[by=3]", { by: 3 }, 2]
        ]
      )
    })
  )

  it.effect("are no part of a key: equal configs, equal keys", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const written = text.replace("count: 4,", "count: 40,")
      const keyOf = (pipeline: Pipeline.Pipeline) =>
        Effect.map(Planner.plan(pipeline, { root }), ({ nodes }) => nodes[0]?.key)
      assert.strictEqual(yield* keyOf(yield* load("full")), yield* keyOf(yield* load(undefined, written)))
    })
  )

  it.effect("say where in the profile a wrong value stands", () =>
    Effect.gen(function* () {
      const message = yield* messageOf("wrong")
      assert.include(message, "sized.yaml:11:22: test#source: count: ")
    })
  )

  it.effect("name those there are when one is asked for that is not", () =>
    Effect.gen(function* () {
      assert.include(yield* messageOf("ful"), 'sized.yaml:2:1: there is no profile "ful"')
      assert.include(yield* messageOf("ful"), 'did you mean "full"?')
      const without = 'name: a\nnodes: { b: { uses: "./stages.ts#source" } }'
      assert.include(yield* messageOf("full", without), "the file has none: run it without --profile")
    })
  )

  it.effect("name nodes and fields that are not, whichever profile is asked for", () =>
    Effect.gen(function* () {
      const message = yield* messageOf(
        undefined,
        'name: a\nprofiles: { big: { c: { wiht: {} }, b: { in: {} } } }\nnodes: { b: { uses: "./stages.ts#source" } }'
      )
      assert.include(message, 'profile big: there is no node "c"')
      assert.include(message, 'an entry of a profile has no field "wiht"')
      assert.include(message, 'an entry of a profile has no field "in"')
    })
  )

  it.effect("are for YAML only", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Pipeline.load(path.join(folder, "built.ts"), { profile: "full" }))
      assert.include(error.message, "only a YAML file has profiles")
    })
  )
})
