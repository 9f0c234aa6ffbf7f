import { assert, describe, it } from "@effect/vitest"
import { type ArtifactRef, Store, Trace, Weights } from "@inkstone/artifact"
import { LanguageModel } from "@inkstone/model-zoo"
import type { Progress } from "@inkstone/stage"
import { Memory } from "@inkstone/tensorflow"
import { Deferred, Effect, Fiber } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import { startsOf } from "../src/Batches.ts"
import { storeIn, tokens } from "./artifacts.ts"
import { child } from "./children.ts"
import { temporaryFolder } from "./peers.ts"
import { digests, train } from "./pretraining.ts"

const openBoth = (refs: Readonly<Record<string, ArtifactRef>>) =>
  Effect.gen(function* () {
    const store = yield* Store
    return {
      model: yield* store.open(Weights, refs["model"]?.digest ?? ""),
      trace: yield* store.open(Trace, refs["trace"]?.digest ?? "")
    }
  })

/** Kills the training, as far as that can be done within a process, when it reports a step. */
const crashAt = (step: number) => (progress: Progress) =>
  progress.done === step ? Effect.die(new Error("power cut")) : Effect.void

describe("@inkstone/trainer#pretrain", () => {
  it.live(
    "trains a model that the zoo opens and that learned the text",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        yield* Effect.gen(function* () {
          const { model, trace } = yield* openBoth(yield* train(folder, { steps: 150, evaluateEvery: 50 }))
          const { attributes } = model
          assert.strictEqual(attributes.preset, "custom")
          assert.deepInclude(attributes.training, {
            precision: "float32",
            minLearningRate: 3e-4,
            warmupSteps: 7
          })
          assert.strictEqual(attributes.contextLength, 32)
          const steps = yield* trace.read("steps")
          // log 40 = 3.69 at the start
          assert.approximately(steps.loss_nats[0] ?? 0, Math.log(40), 0.1)
          assert.isBelow(trace.attributes.bestLossNats, 2)
          const opened = yield* LanguageModel.load(model)
          assert.strictEqual(opened.parameters, attributes.parameters)
          // The model that was sealed is the one that was measured.
          const { id } = yield* (yield* tokens("validation", 6)).read("ids")
          const windows = Math.floor((id.length - 1) / 32)
          const rows = Int32Array.from(
            { length: windows * 33 },
            (_, i) => id[Math.floor(i / 33) * 32 + (i % 33)] ?? 0
          )
          const nats = yield* opened.nats(rows, { B: windows, T: 32 })
          const mean = nats.reduce((sum, n) => sum + n, 0) / nats.length
          assert.approximately(mean, trace.attributes.bestLossNats, 1e-4)
        }).pipe(Effect.provide(storeIn(folder)))
      }),
    300_000
  )

  it.live(
    "gives the same digests twice, and after crashes, interruptions and kill -9",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        yield* Effect.gen(function* () {
          const place = (name: string) => path.join(folder, name)
          const whole = digests(yield* train(place("whole")))
          assert.deepStrictEqual(digests(yield* train(place("again"))), whole)

          yield* Effect.exit(train(place("crashed"), {}, crashAt(13)))
          yield* Effect.exit(train(place("crashed"), {}, crashAt(34)))
          assert.deepStrictEqual(digests(yield* train(place("crashed"))), whole)

          const reached = yield* Deferred.make<void>()
          const fiber = yield* Effect.forkChild(
            train(place("interrupted"), {}, ({ done }) =>
              done === 25 ? Effect.asVoid(Deferred.succeed(reached, undefined)) : Effect.void
            )
          )
          yield* Deferred.await(reached)
          yield* Fiber.interrupt(fiber)
          const [run = ""] = fs.readdirSync(place("interrupted/checkpoints"))
          const newest =
            fs
              .readdirSync(place(`interrupted/checkpoints/${run}`))
              .toSorted()
              .at(-1) ?? ""
          assert.isTrue(newest >= "step-000000025" && newest < "step-000000028", newest)
          assert.deepStrictEqual(digests(yield* train(place("interrupted"))), whole)

          const killed = yield* child("pretraining.ts", [folder, place("killed")], {
            signal: "SIGKILL",
            at: 27
          })
          assert.strictEqual(killed.ended, "SIGKILL")
          assert.deepStrictEqual(digests(yield* train(place("killed"))), whole)

          assert.notDeepEqual(digests(yield* train(place("other"), { learningRate: 1e-3 })), whole)
        }).pipe(Effect.provide(storeIn(folder)))
      }),
    300_000
  )

  it.live(
    "continues bit for bit when compiled and in bfloat16, too",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        yield* Effect.gen(function* () {
          const config = {
            architecture: { layers: 1, heads: 2, channels: 32 },
            steps: 8,
            evaluateEvery: 4,
            checkpointEvery: 3,
            precision: "bfloat16",
            compile: true
          }
          const whole = digests(yield* train(path.join(folder, "whole"), config))
          yield* Effect.exit(train(path.join(folder, "crashed"), config, crashAt(5)))
          assert.deepStrictEqual(digests(yield* train(path.join(folder, "crashed"), config)), whole)
        }).pipe(Effect.provide(storeIn(folder)))
      }),
    300_000
  )

  it.live(
    "says in the trace which windows each step saw, and what it cost",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        yield* Effect.gen(function* () {
          const { trace } = yield* openBoth(yield* train(folder, { steps: 3 }))
          const windows = yield* trace.read("windows")
          assert.deepStrictEqual([...windows.step], [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3])
          assert.deepStrictEqual([...windows.row], [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3])
          const { tokens: length } = (yield* tokens("train", 40)).attributes
          assert.isTrue(windows.start.every((start) => start + 32 < length))
          assert.strictEqual(new Set(windows.start).size, 12)
          const other = startsOf({ tokens: length, contextLength: 32, batchSize: 4, seed: 7 }, 1)
          assert.notDeepEqual([...windows.start.subarray(0, 4)], [...other])
          const cost = yield* trace.read("cost")
          const of = (name: string) => cost.value[cost.name.indexOf(name)] ?? 0
          for (const name of ["train_ms", "open_ms", "peak_rss_bytes", "tokens_per_second"])
            assert.isAbove(of(name), 0, name)
          assert.strictEqual(trace.attributes.tokensSeen, 3 * 4 * 32)
        }).pipe(Effect.provide(storeIn(folder)))
      }),
    300_000
  )

  it.live(
    "gives its memory back",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const before = Memory.counters()
        yield* train(folder, { steps: 2 }).pipe(Effect.provide(storeIn(folder)))
        const after = Memory.counters()
        assert.strictEqual(after.sessions, before.sessions)
        assert.strictEqual(after.tensors, before.tensors)
      }),
    300_000
  )

  it.live("names a split that is shorter than a window", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const failure = yield* Effect.flip(train(folder, { contextLength: 4000 })).pipe(
        Effect.provide(storeIn(folder))
      )
      assert.strictEqual(failure._tag === "StageFailure" ? failure.fact : failure._tag, "CorpusTooShort")
      assert.include(failure.message, "validation split")
      assert.include(failure.message, "contextLength")
    })
  )

  it.live("trains other families the same way, with dropout and blocks computed again", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* Effect.gen(function* () {
        const architecture = { layers: 2, heads: 2, keyHeads: 1, channels: 32, innerChannels: 64 }
        const config = { family: "llama", architecture, dropout: 0.1, rematerialize: true, steps: 60 }
        const { model, trace } = yield* openBoth(yield* train(folder, config))
        assert.strictEqual(model.attributes.family, "llama")
        assert.deepInclude(model.attributes.architecture, {
          ...architecture,
          contextLength: 32,
          vocabSize: 40
        })
        assert.isBelow(trace.attributes.bestLossNats, 3)
        const opened = yield* LanguageModel.load(model)
        assert.strictEqual(opened.parameters, model.attributes.parameters)
      }).pipe(Effect.scoped, Effect.provide(storeIn(folder)))
    })
  )

  it.live("says which field of the config is wrong", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const problem = (config: Readonly<Record<string, unknown>>) =>
        Effect.map(
          Effect.flip(train(folder, config)).pipe(Effect.provide(storeIn(folder))),
          ({ message }) => message
        )
      assert.include(yield* problem({ preset: "nanoo" }), "gpt2 has no preset nanoo: did you mean nano?")
      assert.include(yield* problem({ family: "llama", preset: "gpt2" }), "llama has no preset gpt2")
      assert.include(yield* problem({ learninRate: 1 }), "learningRate")
      assert.include(yield* problem({ warmupSteps: 100 }), "warmupSteps")
      assert.include(yield* problem({ minLearningRate: 1 }), "minLearningRate")
      assert.include(yield* problem({ architecture: { channels: 33, heads: 2 } }), "heads")
      assert.include(yield* problem({ beta1: 1 }), "beta1")
    })
  )
})
