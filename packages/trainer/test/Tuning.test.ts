import { assert, describe, it } from "@effect/vitest"
import { Store, Weights } from "@inkstone/artifact"
import { NamedArray } from "@inkstone/model-zoo"
import { Effect } from "effect"
import * as path from "node:path"
import { storeIn } from "./artifacts.ts"
import { temporaryFolder } from "./peers.ts"
import { digests, tiny, train, trainAll } from "./pretraining.ts"

const small = { steps: 6, evaluateEvery: 3, checkpointEvery: 2, restoreBest: false }

/** Parameters of a training that are not those it began with: another seedless start has the same first weights. */
const moved = (folder: string, config: Readonly<Record<string, unknown>>) =>
  Effect.gen(function* () {
    const store = yield* Store
    const arrays = (name: string, all: Readonly<Record<string, unknown>>) =>
      Effect.gen(function* () {
        const refs = yield* train(path.join(folder, name), { ...small, ...all })
        return yield* NamedArray.read(yield* store.open(Weights, refs["model"]?.digest ?? ""))
      })
    // a rate of next to nothing leaves all weights where they are
    const first = yield* arrays("first", { learningRate: 1e-30, minLearningRate: 0, weightDecay: 0 })
    const last = yield* arrays("last", config)
    return [...first.values()].flatMap((array) => {
      const [before, after] = [array, last.get(array.name)].map(
        (one) => NamedArray.view(one, "float32") ?? []
      )
      return Array.from(before ?? []).some((value, i) => Math.abs(value - (after?.[i] ?? 0)) > 1e-9)
        ? [array.name]
        : []
    })
  })

const blockOf = (name: string) => /h\.(\d)/.exec(name)?.[1]

describe("parts of a network", () => {
  it.live(
    "stay where freeze says so",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const names = yield* moved(folder, { freeze: 2 }).pipe(Effect.provide(storeIn(folder)))
        assert.deepStrictEqual(new Set(names.map(blockOf)), new Set(["1", undefined]))
        assert.isFalse(names.some((name) => name.includes("wte") || name.includes("wpe")))
        assert.isAbove(names.length, 10)
      }),
    60_000
  )

  it.live(
    "join in from the top, and a training cut off between two phases ends with the same bits",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        yield* Effect.gen(function* () {
          const config = { unfreezeEvery: 2 }
          assert.deepStrictEqual(
            new Set((yield* moved(folder, { ...config, steps: 4 })).map(blockOf)),
            new Set(["1", undefined])
          )
          const all = { ...small, ...config, layerDecay: 0.7 }
          const whole = digests(yield* train(path.join(folder, "whole"), all))
          yield* Effect.exit(
            train(path.join(folder, "cut"), all, ({ done }) =>
              done === 3 ? Effect.die(new Error("power cut")) : Effect.void
            )
          )
          assert.deepStrictEqual(digests(yield* train(path.join(folder, "cut"), all)), whole)
        }).pipe(Effect.provide(storeIn(folder)))
      }),
    60_000
  )

  it.live(
    "learn thin matrices that are merged into those they stand beside, and nothing else",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        yield* Effect.gen(function* () {
          const store = yield* Store
          const arrays = (digest: string) =>
            Effect.flatMap(store.open(Weights, digest), (weights) => NamedArray.read(weights))
          const base = (yield* train(path.join(folder, "base"), small))["model"]?.digest ?? ""
          const lora = { rank: 2, alpha: 4, head: false }
          const { architecture: _, contextLength: __, ...rest } = { ...tiny, ...small }
          const tune = (name: string, dieAt?: number) =>
            trainAll(
              path.join(folder, name),
              { ...rest, lora },
              {
                model: base,
                report: ({ done }) => (done === dieAt ? Effect.die(new Error("power cut")) : Effect.void)
              }
            )
          const whole = yield* tune("whole")
          const [before, after] = [yield* arrays(base), yield* arrays(whole["model"]?.digest ?? "")]
          const differ = [...before.values()].filter(
            ({ bytes, name }) => !Buffer.from(bytes).equals(Buffer.from(after.get(name)?.bytes ?? []))
          )
          assert.deepStrictEqual([...after.keys()].toSorted(), [...before.keys()].toSorted())
          assert.deepStrictEqual(
            differ.map(({ name }) => name),
            ["transformer.h.0.attn.c_attn.weight", "transformer.h.1.attn.c_attn.weight"]
          )
          yield* Effect.exit(tune("cut", 5))
          assert.deepStrictEqual(digests(yield* tune("cut")), digests(whole))
        }).pipe(Effect.provide(storeIn(folder)))
      }),
    60_000
  )

  it.live("must leave something to train", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const failure = yield* Effect.flip(train(folder, { freeze: 9 })).pipe(Effect.provide(storeIn(folder)))
      assert.include(failure.message, "freeze 9 leaves nothing to train: the network has 4 layers")
    })
  )
})
